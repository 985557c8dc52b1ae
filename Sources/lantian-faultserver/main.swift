import FaultServer
import Glibc

// Serves a folder of recorded answers on loopback until it is interrupted, for trying feeds by hand.
func complain(_ text: String) {
  let bytes = Array(text.utf8)
  _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
}

let usage = "usage: lantian-faultserver --folder DIRECTORY [--port PORT]\n"
var folder: String?
var port = 0
var rest = CommandLine.arguments.dropFirst()
while let name = rest.popFirst() {
  switch (name, rest.popFirst()) {
  case ("--folder", let value?): folder = value
  case ("--port", let value?): port = Int(value) ?? -1
  default: folder = nil
  }
}
guard let folder, (0...65_535).contains(port) else {
  complain(usage)
  exit(64)
}
do {
  let server = try FaultServer.start(port: port)
  server.fallback(RecordedFolder(path: folder).behaviour)
  print("listening on \(server.url("/"))")
  fflush(nil)
  while true { pause() }
} catch {
  complain("lantian-faultserver: \(error)\n")
  exit(69)
}
