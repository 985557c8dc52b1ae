/// The decoder of one feed: its format checked and compiled once, then used for every answer. Pure: no clock, no I/O.
package struct FeedDecoder: Sendable {
  package let format: FeedFormat
  private let program: Program

  private enum Program: Sendable {
    case mapping(CompiledMapping)
    /// JSON in one of several shapes.
    case shapes([CompiledShape])
    case ukAir
    case hj212
    case lidar([CompiledLidar])
    case lidarFile
    case lineProtocol
    case metricsText
  }

  /// Throws what is wrong with a declared format; presets are never wrong.
  package init(_ format: FeedFormat) throws(MappingError) {
    self.format = format
    switch format {
    case .mapping(let mapping): program = .mapping(try CompiledMapping(mapping))
    case .lidar(let mapping): program = .lidar([try CompiledLidar(mapping)])
    case .preset(.ukAir): program = .ukAir
    case .preset(.influxLine): program = .lineProtocol
    case .preset(.prometheusText): program = .metricsText
    case .preset(.hj212): program = .hj212
    case .preset(.lidarFile): program = .lidarFile
    case .preset(.lidarJSON):
      var shapes: [CompiledLidar] = []
      for shape in Presets.lidarShapes { shapes.append(try CompiledLidar(shape)) }
      program = .lidar(shapes)
    case .preset(let preset):
      var shapes: [CompiledShape] = []
      for shape in Presets.shapes(of: preset) { shapes.append(try CompiledShape(shape)) }
      program = shapes.count == 1 ? .mapping(shapes[0].mapping) : .shapes(shapes)
    }
  }

  /// Decodes one answer. Any bytes give a result; a fault of the body is in its verdict, of a row in its errors.
  package func decode(_ body: [UInt8], context: DecodeContext) -> DecodedBody {
    body.withText { decode($0, context) }
  }

  /// Decodes one answer in foreign memory, which need not be padded and is not kept.
  package func decode(_ body: UnsafeRawBufferPointer, context: DecodeContext) -> DecodedBody {
    unsafe decode(ByteText(body.assumingMemoryBound(to: UInt8.self)), context)
  }

  private func decode(_ raw: ByteText, _ context: DecodeContext) -> DecodedBody {
    var decoded = read(raw, context)
    if case .failed(var failure) = decoded.verdict, failure.path == nil {
      failure.path = decoded.errors.first?.path ?? root
      decoded.verdict = .failed(failure)
    }
    return decoded
  }

  /// The place of what is wrong with a body as a whole.
  private var root: String {
    switch container {
    case .json: "$"
    case .hj212: "frame 1"
    default: "line 1"
    }
  }

  private func read(_ raw: ByteText, _ context: DecodeContext) -> DecodedBody {
    // Bytes, not text: nothing is sniffed and no mark is taken off.
    if case .lidarFile = program { return LidarFileBodyDecoder.decode(raw) }
    let body = raw.withoutByteOrderMark
    if let failure = BodySniffer.refusal(of: body, expecting: container) {
      var bad = DecodedBody()
      bad.verdict = .failed(failure)
      return bad
    }
    switch program {
    case .mapping(let mapping): return Self.decode(mapping, body, context)
    case .shapes(let shapes):
      do throws(DecodeFailure) {
        let document = try JSONDocument(body)
        let shape = shapes.first { $0.fits(document) } ?? shapes[shapes.count - 1]
        return JSONBodyDecoder.decode(shape.mapping, document, body, context)
      } catch {
        var bad = DecodedBody()
        bad.verdict = .failed(error)
        return bad
      }
    case .ukAir: return UKAirDecoder.decode(body, context)
    case .hj212: return HJ212Decoder.decode(body, context)
    case .lidar(let shapes): return LidarBodyDecoder.decode(shapes, body, context)
    case .lidarFile: return LidarFileBodyDecoder.decode(raw)
    case .lineProtocol: return LineProtocolDecoder.decode(body, context)
    case .metricsText: return MetricsTextDecoder.decode(body, context)
    }
  }

  private static func decode(_ mapping: CompiledMapping, _ body: ByteText, _ context: DecodeContext) -> DecodedBody {
    switch mapping.container {
    case .ndjson:
      guard mapping.encoding != .utf8 else { return NDJSONDecoder.decode(mapping, body, context) }
      return TextDecoding.withUTF8(body, declared: mapping.encoding, guesses: false) {
        NDJSONDecoder.decode(mapping, $0, context)
      }
    case .json, .table:
      guard mapping.encoding != .utf8 else { return JSONBodyDecoder.decode(mapping, body, context) }
      return TextDecoding.withUTF8(body, declared: mapping.encoding, guesses: false) {
        JSONBodyDecoder.decode(mapping, $0, context)
      }
    case .csv(let layout):
      return TextDecoding.withUTF8(body, declared: mapping.encoding, guesses: true) {
        CSVDecoder.decode(mapping, layout, $0, context)
      }
    case .xml(let row): return XMLDecoder.decode(mapping, row: row, body, context)
    }
  }

  private var container: BodySniffer.Container {
    switch program {
    case .shapes, .lidar, .lidarFile: .json
    case .ukAir: .csv
    case .lineProtocol: .lineProtocol
    case .metricsText: .metricsText
    case .hj212: .hj212
    case .mapping(let mapping):
      switch mapping.container {
      case .json, .ndjson, .table: .json
      case .csv: .csv
      case .xml: .xml
      }
    }
  }
}
