import AirQuality
import Digests
import Secrets
import Store
import Testing

@testable import Delivery

@Suite struct SignatureTests {
  struct Vector: Sendable, CustomStringConvertible {
    var description: String
    var key: [UInt8]
    var data: [UInt8]
    var code: String
  }

  /// RFC 4231, 4.2 to 4.5, 4.7 and 4.8.
  static let vectors = [
    Vector(
      description: "case 1", key: .init(repeating: 0x0b, count: 20), data: Array("Hi There".utf8),
      code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    Vector(
      description: "case 2", key: Array("Jefe".utf8), data: Array("what do ya want for nothing?".utf8),
      code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    Vector(
      description: "case 3", key: .init(repeating: 0xaa, count: 20), data: .init(repeating: 0xdd, count: 50),
      code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    Vector(
      description: "case 4", key: Array(1...25), data: .init(repeating: 0xcd, count: 50),
      code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    Vector(
      description: "case 6", key: .init(repeating: 0xaa, count: 131),
      data: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    Vector(
      description: "case 7", key: .init(repeating: 0xaa, count: 131),
      data: Array(
        ("This is a test using a larger than block-size key and a larger than block-size data. "
          + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
      code: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
  ]

  @Test(arguments: vectors)
  func theCodeIsThatOfTheRFC(vector: Vector) {
    #expect(SHA256.hex(SHA256.authenticationCode(of: vector.data, key: vector.key)) == vector.code)
  }

  /// FIPS 180-4 examples.
  @Test func theDigestIsSHA256() {
    #expect(
      SHA256.hex(SHA256.hash(Array("abc".utf8)))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(SHA256.hex(SHA256.hash([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  /// The expected value comes from `printf '1606752000.{"a":1}' | openssl dgst -sha256 -hmac key`.
  @Test func theSignatureCoversTimestampAndBody() {
    let signature = WebhookRequest.signature(
      secret: Secret(Array("key".utf8)), timestamp: "1606752000", body: Array("{\"a\":1}".utf8))
    #expect(signature == "v1=d6f94f526ac5e423e7f076d75f652f0691cc1e2d917259e1bcb926eb4080b471")
  }

  @Test func theHeadersAreTheContract() {
    let webhook = HookConfiguration.Webhook(url: "https://x.example/", secret: Secret([1]))
    let request = WebhookRequest(
      hook: "duty", webhook: webhook, row: Sample.row(4), at: Instant(milliseconds: 1_606_752_000_999), version: "0.1.0"
    )
    let headers = Dictionary(uniqueKeysWithValues: request.headers.map { ($0.name, $0.value) })
    #expect(headers["Content-Type"] == "application/json")
    #expect(headers["User-Agent"] == "lantian/0.1.0")
    #expect(headers["Idempotency-Key"] == "a-4")
    #expect(headers["X-Lantian-Timestamp"] == "1606752000")
    #expect(headers["X-Lantian-Signature"]?.hasPrefix("v1=") == true && headers.count == 5)
    #expect(request.body == Sample.row(4).body)
    let plain = WebhookRequest(
      hook: "duty", webhook: .init(url: "u", secret: nil), row: Sample.row(4), at: Sample.start, version: "1")
    #expect(!plain.headers.contains { $0.name == "X-Lantian-Signature" })
  }

  @Test func aSecretIsNeverPrinted() {
    let hook = HookConfiguration(
      name: "duty", target: .webhook(.init(url: "https://x.example", secret: Secret(Array("hunter2".utf8)))))
    var dumped = ""
    dump(hook, to: &dumped)
    for text in ["\(hook)", String(reflecting: hook), dumped] {
      #expect(!text.contains("hunter2") && !text.contains("104"), "\(text)")
    }
  }
}
