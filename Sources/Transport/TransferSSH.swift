package import Secrets

/// Whom to trust and whom to be over SSH. A transfer by sftp without a known host key is refused.
package struct TransferSSH: Hashable, Sendable {
  /// File of known host keys, as OpenSSH keeps it.
  package var knownHostsFile: String?
  /// SHA-256 of the host's public key in base64 without padding, as `ssh-keygen -lf` shows it behind `SHA256:`; it wins
  /// over the file.
  package var hostKeySHA256: String?
  /// File of the private key; nil: the password.
  package var privateKeyFile: String?
  package var passphrase: Secret?

  package init() {}

  /// Whether the host's key can be verified at all.
  var isVerified: Bool { knownHostsFile != nil || hostKeySHA256 != nil }
}
