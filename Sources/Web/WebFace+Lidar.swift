import AirQuality
package import Engine
package import JSONText

/// What lidars see, and the watches they raise.
extension WebFace {
  /// `GET /api/v1/lidar`: the newest observation of each lidar with its running watches.
  func lidars() throws -> WebReply {
    let view = try committedView()
    return list(view.lidars, offset: view.site.offset) { writer, observation in
      writer.write(observation, watches: view.lidarWatches.filter { $0.station == observation.station })
    }
  }
}

extension JSONWriter {
  /// An element of `/api/v1/lidar`.
  package mutating func write(_ observation: LidarObservation, watches: [LidarWatchView]) {
    beginObject()
    field("station", observation.station)
    field("at", observation.at)
    field("profiles", observation.profiles)
    field("tilt_degrees", observation.tiltDegrees)
    field("azimuth_degrees", observation.azimuthDegrees)
    object("boundary_layer") {
      $0.field("height_m", observation.boundaryLayerMeters)
      $0.field("uncertainty_m", observation.uncertaintyMeters)
      $0.field("quality", observation.quality)
      $0.field("reason", observation.reason)
    }
    array("layers", observation.layers) { writer, layer in
      writer.beginObject()
      writer.field("base_m", layer.baseMeters)
      writer.field("top_m", layer.topMeters)
      writer.field("contrast", layer.contrast)
      writer.endObject()
    }
    field("cloud_base_m", observation.cloudBaseMeters)
    array("watches", watches) { writer, watch in
      writer.beginObject()
      writer.field("kind", watch.kind)
      writer.field("county", watch.county)
      writer.field("since", watch.since)
      writer.endObject()
    }
    endObject()
  }
}
