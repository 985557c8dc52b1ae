internal import Transport

/// A folder on a server of files that is looked into at every slot; the feed's URL names it and ends with `/`.
package struct FolderDefinition: Hashable, Sendable {
  /// Names of the files that are taken.
  package var pattern: FileNamePattern
  /// Real time between the two looks that must find a file the same; 0: one look is enough.
  package var settleMilliseconds: Int = 5_000
  /// Files fetched in one visit, those whose names come last; the others follow in the next visits.
  package var filesPerVisit: Int = 200

  package init(pattern: FileNamePattern) { self.pattern = pattern }
}

extension TransferRequest {
  /// The same for a listing of the folder.
  func listing(_ listing: TransferOptions.Listing) -> TransferRequest {
    var options = options
    options.listing = listing
    return TransferRequest(url: url, options: options)
  }

  /// The same for a file of the folder.
  func file(_ name: String) -> TransferRequest { TransferRequest(url: url + Self.escaped(name), options: options) }

  /// A name as a segment of a URL's path (RFC 3986).
  static func escaped(_ name: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in name.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
      default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
