/// What stands between `CP=&&` and `&&`.
package struct DataContent: Sendable, Hashable {
  /// One for each DataTime; the first one also holds factors that stand before it.
  package var blocks: [DataBlock] = []
  /// What belongs to no factor: QN, RtdInterval, ExeRtn.
  package var parameters: [String: String] = [:]
  /// Parts that are no `name=value`.
  package var strayParts: [String] = []

  package init() {}

  /// Reads a content. Factors are divided by `;`, attributes of one factor by `,`; either may be missing, doubled or left
  /// over at the end. The attributes of a code are put together wherever they stand. Never fails: what makes no sense is
  /// in `strayParts`.
  package init(reading content: [UInt8]) {
    var indices: [String: Int] = [:]
    var current = DataBlock()
    for part in content.split(whereSeparator: { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ",") }) {
      let text = Segment.trimmed(part)
      guard !text.isEmpty else { continue }
      guard let equals = text.firstIndex(of: UInt8(ascii: "=")), equals != text.startIndex,
        text.distance(from: text.startIndex, to: equals) <= HJ212Limits.nameBytes
      else {
        strayParts.append(Segment.text(text))
        continue
      }
      let name = Segment.text(Segment.trimmed(text[..<equals]))
      let value = Segment.text(Segment.trimmed(text[text.index(after: equals)...]))
      if name.lowercased() == "datatime" {
        if current.time != nil, current.time != value {
          blocks.append(current)
          current = DataBlock()
          indices = [:]
        }
        current.time = value
      } else if let dash = name.lastIndex(of: "-"), dash != name.startIndex {
        let code = String(name[..<dash])
        let index = indices[code] ?? current.factors.count
        if index == current.factors.count {
          current.factors.append(Factor(code: code))
          indices[code] = index
        }
        current.factors[index].set(String(name[name.index(after: dash)...]), value)
      } else {
        parameters[name] = value
      }
    }
    if current.time != nil || !current.factors.isEmpty { blocks.append(current) }
  }

  /// A parameter by name, without regard to case.
  package func parameter(_ name: String) -> String? {
    parameters[name] ?? parameters.first { $0.key.lowercased() == name.lowercased() }?.value
  }
}
