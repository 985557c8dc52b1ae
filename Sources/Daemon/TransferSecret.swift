import Transport

/// A secret as transfers take it; the module's class of the same name hides `Transport.Secret`.
typealias TransferSecret = Secret
