/// Comparison of secrets.
package enum ConstantTime {
  /// Whether both are the same; how long it takes tells nothing about where they differ, nor about the length of either.
  package static func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    // Digests have one length and share no beginning with what an attacker can choose.
    let left = SHA256.hash(a)
    let right = SHA256.hash(b)
    var difference: UInt8 = 0
    for index in 0..<left.count { difference |= left[index] ^ right[index] }
    return difference == 0
  }
}
