/// What a feed of files over FTP or SFTP has beside other polled feeds.
package struct FileServerConfiguration: Sendable, Hashable {
  /// Names of the files of a folder; nil: the URL names one file.
  package var pattern: String?
  /// Time between the two listings that must show a file the same.
  package var settleMilliseconds: Int64
  /// Files fetched in one poll.
  package var filesPerPoll: Int
  /// FTP with TLS that is asked for (`ftpes`).
  package var requiresTLS: Bool
  /// SFTP: file of known host keys, absolute.
  package var knownHostsFile: String?
  /// SFTP: SHA-256 of the host's key, base64 without padding.
  package var hostKeySHA256: String?
}
