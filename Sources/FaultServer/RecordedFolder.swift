import Glibc

/// Serves a folder of recorded answers: `/a/b.xml` answers with the file `b.xml`, or with `b.xml.gz` sent decoded.
/// `/a/b.xml.gz` sends the compressed bytes with Content-Encoding: gzip.
public struct RecordedFolder: Sendable {
  /// Largest decoded answer, bytes.
  public static let decodedLimitBytes = 256 << 20

  let root: String

  public init(path: String) { root = path.hasSuffix("/") ? String(path.dropLast()) : path }

  /// To be set as a server's fallback.
  public var behaviour: Behaviour { .computed { answer(to: $0) } }

  /// The recorded answer to a request; 404 without one.
  public func answer(to request: RecordedRequest) -> Response {
    guard !request.path.split(separator: "/").contains("..") else { return Response(status: 404) }
    let path = root + request.path
    let type = [("Content-Type", Self.contentType(of: path))]
    if isFile(path), let bytes = try? Command.read(path) {
      return Response(headers: path.hasSuffix(".gz") ? type + [("Content-Encoding", "gzip")] : type, body: bytes)
    }
    if isFile(path + ".gz"), let packed = try? Command.read(path + ".gz"),
      let bytes = Gzip.decompress(packed, limit: Self.decodedLimitBytes)
    {
      return Response(headers: type, body: bytes)
    }
    return Response(status: 404, body: Array("no such recording: \(request.path)\n".utf8))
  }

  private func isFile(_ path: String) -> Bool {
    var info = stat()
    return unsafe stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFREG
  }

  static func contentType(of path: String) -> String {
    let name = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
    return switch name.split(separator: ".").last {
    case "json": "application/json"
    case "xml": "application/xml"
    case "csv": "text/csv"
    default: "application/octet-stream"
    }
  }
}
