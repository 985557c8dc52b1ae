internal import GRDB

/// Why the state directory cannot be used, or a commit did not happen.
package struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of failure, for exit codes and for deciding whether to try again.
  package enum Code: String, Sendable, Hashable {
    /// Another process holds the state directory.
    case locked
    /// The file is another program's database, or no database.
    case foreign
    /// Written by a newer version of lantian.
    case newer
    /// The database or a record in it is damaged.
    case corrupt
    /// The operating system refused.
    case io
    /// The disk, or the database's own limit, is full.
    case full
    /// Another connection holds the database.
    case busy
    /// An earlier commit failed, or the store is closed: reopen it.
    case failed
    /// Positions or sequences are not the next ones, or a key is written twice.
    case order
    /// More is queued than the store takes.
    case backlog
  }

  package var code: Code
  package var path: String
  /// What happened and what to do.
  package var message: String

  package init(_ code: Code, path: String, _ message: String) {
    self.code = code
    self.path = path
    self.message = message
  }

  package var description: String { "\(path): \(message)" }

  /// Whether the same call can succeed later without anybody's help.
  package var isRetryable: Bool { code == .busy || code == .full || code == .io }

  /// Any error of a database call, with the advice that fits its code.
  init(_ error: any Error, path: String) {
    switch error {
    case let error as StoreError: self = error
    case let error as JournalCodecError:
      self.init(.corrupt, path: path, "\(error). \(StoreError.corruptAdvice)")
    case let error as DatabaseError: self.init(database: error, path: path)
    default:
      // A column of another type than its table allows.
      self.init(.corrupt, path: path, "\(error). \(StoreError.corruptAdvice)")
    }
  }

  static let corruptAdvice =
    "Nothing was deleted. Stop lantian, keep a copy of the state directory, and restore it from a backup."

  private init(database error: DatabaseError, path: String) {
    let text = "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no message")"
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      self.init(.corrupt, path: path, "the database is damaged (\(text)). \(StoreError.corruptAdvice)")
    case .SQLITE_FULL: self.init(.full, path: path, "no space is left (\(text)); free space on this disk")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(.busy, path: path, "another program holds the database (\(text)); close it")
    case .SQLITE_CONSTRAINT:
      self.init(.order, path: path, "a row is written twice (\(text))")
    default:
      self.init(.io, path: path, "\(text); check the disk, the file's owner and its permissions")
    }
  }
}
