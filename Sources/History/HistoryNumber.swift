import AirQuality

/// A value cell in thousandths, read without a string.
enum HistoryNumber: Equatable {
  case value(Int64)
  /// Empty or one of the marks for "no value".
  case missing
  case bad

  /// What files write where there is no value, upper case.
  private static let marks: [[UInt8]] = [
    "NA", "N/A", "NAN", "NULL", "NONE", "-", "--", "—", "——", "–", "\\N", "#N/A", "无", "缺测", "/", "*",
  ].map { Array($0.utf8) }

  /// Half of a thousandth goes to the even one, as for every decimal text.
  init(_ text: UnsafeBufferPointer<UInt8>) {
    var index = 0
    let count = text.count
    guard count > 0 else {
      self = .missing
      return
    }
    let negative = text[0] == 0x2D
    if negative || text[0] == 0x2B { index = 1 }
    var magnitude: Int64 = 0
    let first = index
    while index < count, text[index] &- 0x30 < 10, index - first < 15 {
      magnitude = magnitude &* 10 &+ Int64(text[index] &- 0x30)
      index += 1
    }
    var digits = index - first
    magnitude &*= 1_000
    if index < count, text[index] == 0x2E {
      index += 1
      var place: Int64 = 100
      var half = 0
      var sticky = false
      while index < count, text[index] &- 0x30 < 10 {
        let digit = Int64(text[index] &- 0x30)
        if place > 0 {
          magnitude &+= digit &* place
          place /= 10
          if place == 0 { place = -1 }
        } else if place == -1 {
          half = Int(digit)
          place = -2
        } else {
          sticky = sticky || digit != 0
        }
        index += 1
        digits += 1
      }
      if half > 5 || half == 5 && (sticky || magnitude & 1 == 1) { magnitude += 1 }
    }
    if index == count, digits > 0 {
      self = .value(negative ? -magnitude : magnitude)
    } else {
      self = Self.unusual(text)
    }
  }

  /// Marks, full-width digits, exponents.
  private static func unusual(_ text: UnsafeBufferPointer<UInt8>) -> HistoryNumber {
    if text.count <= 6 {
      let upper = text.map { $0 >= 0x61 && $0 <= 0x7A ? $0 - 0x20 : $0 }
      if marks.contains(upper) { return .missing }
    }
    guard text.count <= 40, let folded = CSVLine.halfWidth(text) else { return .bad }
    if !folded.elementsEqual(text) { return folded.withUnsafeBufferPointer { HistoryNumber($0) } }
    guard folded.allSatisfy({ $0 &- 0x30 < 10 || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) }),
      let number = Double(String(decoding: folded, as: UTF8.self)), number.magnitude < 1e12
    else { return .bad }
    return .value(Int64((number * 1_000).rounded(.toNearestOrEven)))
  }
}
