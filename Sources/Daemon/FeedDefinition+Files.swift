import ConfigurationFiles
import Polling
import Transport

extension FeedDefinition {
  /// Takes what a configuration says of a server of files.
  mutating func use(_ files: FileServerConfiguration) {
    requiresTLS = files.requiresTLS
    ssh.knownHostsFile = files.knownHostsFile
    ssh.hostKeySHA256 = files.hostKeySHA256
    folder = files.pattern.map { pattern in
      var folder = FolderDefinition(pattern: FileNamePattern(pattern))
      folder.settleMilliseconds = Int(files.settleMilliseconds)
      folder.filesPerVisit = files.filesPerPoll
      return folder
    }
  }
}
