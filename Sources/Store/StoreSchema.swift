internal import GRDB
internal import Glibc

/// The database file: its identity, its tables, and the steps from one version to the next.
enum StoreSchema {
  /// `application_id`: "LTN1".
  static let applicationID: Int32 = 0x4C54_4E31

  /// One step of the schema; steps are only ever appended.
  struct Migration {
    var version: Int
    var name: String
    var sql: String
  }

  static let migrations = [
    Migration(
      version: 1, name: "first",
      sql: """
        CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        INSERT INTO meta VALUES('applied_through', 0), ('last_sequence', 0), ('journal_bytes', 0);
        CREATE TABLE journal(
          position INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind INTEGER NOT NULL, payload BLOB NOT NULL) STRICT;
        CREATE TABLE events(
          sequence INTEGER PRIMARY KEY, position INTEGER NOT NULL, at INTEGER NOT NULL, id TEXT NOT NULL,
          kind TEXT NOT NULL, county TEXT NOT NULL, record BLOB NOT NULL) STRICT;
        CREATE TABLE outbox(
          hook TEXT NOT NULL, sequence INTEGER NOT NULL, event_id TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL,
          created_at INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
          next_attempt_at INTEGER NOT NULL DEFAULT 0, last_error TEXT NOT NULL DEFAULT '', PRIMARY KEY(hook, sequence)) STRICT;
        CREATE INDEX outbox_pending ON outbox(hook, sequence) WHERE state = 0;
        CREATE INDEX outbox_dead ON outbox(hook, sequence) WHERE state = 2;
        CREATE INDEX outbox_done ON outbox(state, created_at) WHERE state > 0;
        CREATE TABLE chunks(
          kind INTEGER NOT NULL, county TEXT NOT NULL, day INTEGER NOT NULL, hour INTEGER NOT NULL,
          bytes BLOB NOT NULL, PRIMARY KEY(kind, county, day, hour)) STRICT, WITHOUT ROWID;
        CREATE TABLE snapshot(
          position INTEGER PRIMARY KEY, version INTEGER NOT NULL, digest BLOB NOT NULL, bytes BLOB NOT NULL) STRICT;
        """),
    Migration(
      version: 2, name: "seals",
      sql: """
        INSERT INTO meta VALUES('hours_pruned_before', -2147483648);
        CREATE TABLE seals(
          number INTEGER PRIMARY KEY, month INTEGER NOT NULL UNIQUE, position INTEGER NOT NULL, at INTEGER NOT NULL,
          amendment INTEGER NOT NULL, digest BLOB NOT NULL) STRICT;
        CREATE TABLE sealed_chunks(
          month INTEGER NOT NULL, county TEXT NOT NULL, day INTEGER NOT NULL, bytes BLOB NOT NULL,
          PRIMARY KEY(month, county, day)) STRICT, WITHOUT ROWID;
        CREATE TABLE amendments(
          number INTEGER PRIMARY KEY, county TEXT NOT NULL, day INTEGER NOT NULL, position INTEGER NOT NULL,
          at INTEGER NOT NULL, chunk BLOB NOT NULL, digest BLOB NOT NULL) STRICT;
        CREATE INDEX amendments_of ON amendments(county, day, number);
        """),
    Migration(
      version: 3, name: "explanations",
      sql: """
        CREATE TABLE day_values(
          unit TEXT NOT NULL, day INTEGER NOT NULL, revision INTEGER NOT NULL, position INTEGER NOT NULL,
          at INTEGER NOT NULL, record BLOB NOT NULL, PRIMARY KEY(unit, day, revision)) STRICT, WITHOUT ROWID;
        CREATE TABLE configurations(
          position INTEGER PRIMARY KEY, at INTEGER NOT NULL, payload BLOB NOT NULL) STRICT;
        INSERT INTO meta VALUES('engine_version', 0);
        INSERT INTO configurations SELECT position, at, payload FROM journal WHERE kind = 1;
        CREATE TABLE late_rows(
          county TEXT NOT NULL, day INTEGER NOT NULL, position INTEGER NOT NULL,
          PRIMARY KEY(county, day, position)) STRICT, WITHOUT ROWID;
        """),
    Migration(
      version: 4, name: "reviews",
      sql: """
        CREATE TABLE reviews(
          number INTEGER PRIMARY KEY, county TEXT NOT NULL, day INTEGER NOT NULL, position INTEGER NOT NULL,
          at INTEGER NOT NULL, source TEXT NOT NULL, digest TEXT NOT NULL, reviewer TEXT NOT NULL,
          record BLOB NOT NULL, chain BLOB NOT NULL) STRICT;
        CREATE INDEX reviews_of ON reviews(county, day, number);
        ALTER TABLE seals ADD COLUMN review INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX events_at ON events(at);
        """),
    Migration(
      version: 5, name: "forwards",
      sql: """
        CREATE TABLE forwards(
          forward TEXT NOT NULL, number INTEGER NOT NULL, source TEXT NOT NULL, hour INTEGER NOT NULL,
          request TEXT NOT NULL, content TEXT NOT NULL, created_at INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0,
          attempts INTEGER NOT NULL DEFAULT 0, last_error TEXT NOT NULL DEFAULT '', PRIMARY KEY(forward, number)) STRICT;
        CREATE INDEX forwards_pending ON forwards(forward, number) WHERE state = 0;
        CREATE INDEX forwards_hours ON forwards(forward, hour);
        """),
    Migration(
      version: 6, name: "inspections",
      sql: """
        CREATE TABLE inspections(
          sequence INTEGER PRIMARY KEY, position INTEGER NOT NULL, at INTEGER NOT NULL, id TEXT NOT NULL,
          county TEXT NOT NULL, record BLOB NOT NULL) STRICT;
        CREATE INDEX inspections_of ON inspections(id, sequence);
        """),
  ]

  static var version: Int { migrations.count }

  /// Refuses a file of another program before anything is written to it, and gives a new file its identity.
  static func claim(path: String) throws(StoreError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 {
      guard errno == ENOENT else {
        throw StoreError(.io, path: path, "cannot open the database: \(errorText(errno)); check owner and permissions")
      }
      return try create(path: path)
    }
    var header = [UInt8](repeating: 0, count: 100)
    let count = unsafe header.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
    close(descriptor)
    guard count > 0 else { return try create(path: path) }
    guard count == 100, header.starts(with: "SQLite format 3\0".utf8) else {
      throw StoreError(
        .foreign, path: path,
        "the file is no SQLite database; move it away or choose another state directory. Nothing was changed.")
    }
    let found = header[68..<72].reduce(Int32(0)) { $0 << 8 | Int32($1) }
    guard found == applicationID else {
      throw StoreError(
        .foreign, path: path,
        "the database belongs to another program (application id \(found)); choose another state directory. "
          + "Nothing was changed.")
    }
  }

  /// A state that lost its database must not begin anew in silence: what lies beside it says that there was one.
  private static func refuseRemains(path: String) throws(StoreError) {
    let remains = [path + "-wal", BodyRing.directory(in: String(path.dropLast("/lantian.sqlite".count)))].filter {
      var status = stat()
      guard unsafe stat($0, &status) == 0 else { return false }
      return status.st_mode & S_IFMT == S_IFDIR || status.st_size > 0
    }
    guard let first = remains.first else { return }
    throw StoreError(
      .corrupt, path: path,
      "the database is empty or gone, but \(first) says that there was one; restore a backup, or remove what is left "
        + "of the state to begin anew. Nothing was changed.")
  }

  private static func create(path: String) throws(StoreError) {
    try refuseRemains(path: path)
    do {
      let queue = try DatabaseQueue(path: path)
      try queue.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA application_id = \(applicationID)")
      }
      try queue.close()
      _ = unsafe chmod(path, 0o640)
    } catch { throw StoreError(error, path: path) }
  }

  /// Refuses tables of another version: a reader does not change them.
  static func expectCurrent(_ database: Database, path: String) throws {
    let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    let owner = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    guard owner == applicationID else {
      throw StoreError(.foreign, path: path, "the database belongs to another program (application id \(owner))")
    }
    guard found == version else {
      throw StoreError(
        found > version ? .newer : .io, path: path,
        "the database has version \(found), this lantian reads \(version): start the daemon of this version once")
    }
  }

  /// Brings the tables to this version, one durable transaction a step.
  static func migrate(_ database: Database, path: String) throws {
    let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    guard found <= version else {
      throw StoreError(
        .newer, path: path,
        "the database has version \(found), this lantian knows \(version): install the newer lantian again")
    }
    for migration in migrations where migration.version > found {
      try database.inTransaction(.immediate) {
        try database.execute(
          sql: "CREATE TABLE IF NOT EXISTS migrations(version INTEGER PRIMARY KEY, name TEXT NOT NULL)")
        try database.execute(sql: migration.sql)
        try database.execute(
          sql: "INSERT INTO migrations VALUES(?, ?)", arguments: [migration.version, migration.name])
        try database.execute(sql: "PRAGMA user_version = \(migration.version)")
        return .commit
      }
    }
  }
}
