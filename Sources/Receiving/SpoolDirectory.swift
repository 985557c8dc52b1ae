internal import Glibc
internal import Polling

/// What went wrong with a file or folder: the path, what was to be done, the system's word.
struct SpoolProblem: Error {
  var path: String
  var code: Int32
  var message: String

  init(_ path: String, _ action: String, _ code: Int32) {
    self.path = path
    self.code = code
    let text = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    message = "\(path) cannot be \(action): \(text.lowercased())"
  }
}

/// The system calls of a spool folder. Everything goes through the folder's own descriptor, nothing follows a symbolic
/// link inside it, and no name with `/` ever gets here.
struct SpoolDirectory: ~Copyable {
  /// What one look finds.
  struct Listing {
    /// The regular files whose names fit.
    var files: [ListedFile] = []
    /// The folder holds more entries than were read.
    var isCut = false
  }

  /// Entries of a folder that one look reads: all of them can be remembered.
  static let entryLimit = FolderMemory.limit
  /// Numbers tried where a name is taken already; then the file's own time and inode number tell it apart.
  private static let numberLimit = 100

  let path: String
  private let descriptor: Int32

  init(_ path: String) throws(SpoolProblem) {
    let opened = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard opened >= 0 else { throw SpoolProblem(path, "opened", errno) }
    self.init(path, descriptor: opened)
  }

  private init(_ path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  /// A folder inside `parent`, made when it is missing; never a symbolic link.
  private static func inside(
    _ parent: borrowing SpoolDirectory, _ name: String
  ) throws(SpoolProblem) -> SpoolDirectory {
    let path = parent.path + "/" + name
    if unsafe mkdirat(parent.descriptor, name, 0o750) != 0, errno != EEXIST {
      throw SpoolProblem(path, "made", errno)
    }
    let opened = unsafe openat(parent.descriptor, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    guard opened >= 0 else { throw SpoolProblem(path, "opened", errno) }
    return SpoolDirectory(path, descriptor: opened)
  }

  deinit { close(descriptor) }

  /// The regular files whose names fit, among the first entries of the folder.
  func listing(_ pattern: FileNamePattern, limit: Int = SpoolDirectory.entryLimit) throws(SpoolProblem) -> Listing {
    // A descriptor of its own: `closedir` closes it, and its place in the folder is its own.
    let second = unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard second >= 0, let stream = unsafe fdopendir(second) else {
      let code = errno
      if second >= 0 { close(second) }
      throw SpoolProblem(path, "listed", code)
    }
    defer { unsafe closedir(stream) }
    var listing = Listing()
    var entries = 0
    errno = 0
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(validatingCString: $0) }
      }
      if name != ".", name != ".." {
        guard entries < limit else {
          listing.isCut = true
          break
        }
        entries += 1
        if let name, pattern.matches(name), let file = file(name) { listing.files.append(file) }
      }
      errno = 0
    }
    if !listing.isCut, errno != 0 { throw SpoolProblem(path, "listed", errno) }
    return listing
  }

  /// A file as it is now; nil when there is none of this name, or it is no regular file.
  func file(_ name: String) -> ListedFile? {
    var status = stat()
    guard unsafe fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
    return Self.listed(name, status)
  }

  private static func listed(_ name: String, _ status: stat) -> ListedFile? {
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    let stamp = "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)/\(status.st_ino)"
    return ListedFile(name: name, size: Int64(status.st_size), stamp: stamp)
  }

  /// The bytes of a file if it still is what a look has found; nil when it changed or went.
  func read(_ file: ListedFile) throws(SpoolProblem) -> [UInt8]? {
    let whole = path + "/" + file.name
    let opened = unsafe openat(descriptor, file.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard opened >= 0 else {
      if errno == ENOENT || errno == ELOOP { return nil }
      throw SpoolProblem(whole, "opened", errno)
    }
    defer { close(opened) }
    guard isStill(file, opened) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(file.size))
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(opened, $0.baseAddress, $0.count) }
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw SpoolProblem(whole, "read", errno)
      }
      bytes += chunk[..<count]
      guard bytes.count <= file.size else { return nil }
    }
    return bytes.count == Int(file.size) && isStill(file, opened) ? bytes : nil
  }

  private func isStill(_ file: ListedFile, _ opened: Int32) -> Bool {
    var status = stat()
    return unsafe fstat(opened, &status) == 0 && Self.listed(file.name, status) == file
  }

  // MARK: Done and failed

  /// Removes a file; one that went already is no error.
  func remove(_ file: ListedFile) throws(SpoolProblem) {
    guard unsafe unlinkat(descriptor, file.name, 0) == 0 || errno == ENOENT else {
      throw SpoolProblem(path + "/" + file.name, "removed", errno)
    }
  }

  /// Moves a file into a folder inside this one, under a name that is free there, with a text beside it.
  func move(_ file: ListedFile, into folder: String, error text: String? = nil) throws(SpoolProblem) {
    let target = try Self.inside(self, folder)
    let name = try target.freeName(for: file)
    if let text { try target.write(text, to: name + ".error") }
    guard unsafe renameat(descriptor, file.name, target.descriptor, name) == 0 || errno == ENOENT else {
      throw SpoolProblem(path + "/" + file.name, "moved to \(target.path)", errno)
    }
  }

  /// Nobody else writes into `done` and `failed`: a name that is free stays free.
  private func freeName(for file: ListedFile) throws(SpoolProblem) -> String {
    let stem = String(decoding: Array(file.name.utf8.prefix(200)), as: UTF8.self)
    let own = "." + String(file.stamp.map { $0 == "/" ? "-" : $0 })
    for number in 0...Self.numberLimit {
      let candidate = stem + (number == 0 ? "" : number < Self.numberLimit ? ".\(number)" : own)
      var status = stat()
      if unsafe fstatat(descriptor, candidate, &status, AT_SYMLINK_NOFOLLOW) != 0 {
        if errno == ENOENT { return candidate }
        throw SpoolProblem(path + "/" + candidate, "looked at", errno)
      }
    }
    throw SpoolProblem(path + "/" + file.name, "given another name: clear the folder", EEXIST)
  }

  private func write(_ text: String, to name: String) throws(SpoolProblem) {
    let whole = path + "/" + name
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC
    let opened = unsafe openat(descriptor, name, flags, 0o640)
    guard opened >= 0 else { throw SpoolProblem(whole, "written", errno) }
    defer { close(opened) }
    let bytes = Array(text.utf8)
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { bytes in
        unsafe Glibc.write(opened, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SpoolProblem(whole, "written", errno) }
      offset += count
    }
  }
}
