extension LoadedConfiguration {
  /// A feed whose data come by themselves, for `check --explain`; no secrets.
  func explainReceived(_ feed: ReceivedFeedConfiguration) -> ExplanationValue {
    var members: [ExplanationValue.Member] = [
      .init("name", .text(feed.name)), .init("enabled", .flag(feed.enabled)), .init("way", .text(feed.way.name)),
    ]
    switch feed.way {
    case .push(let push):
      members.append(.init("endpoint", .text("POST /api/v1/push/\(feed.name)")))
      switch push {
      case .token: members.append(.init("proof", .text("bearer token")))
      case .signature: members.append(.init("proof", .text("HMAC-SHA256 signature")))
      }
    case .spool(let spool):
      members += [
        .init("path", .text(spool.path)), .init("pattern", .text(spool.pattern)),
        .init("done", .text(spool.ending.rawValue)),
        .init("every", .text(Quantities.describe(milliseconds: spool.everyMilliseconds))),
      ]
    case .mqtt(let broker):
      members += [
        .init("broker", .text(broker.display)), .init("topics", .list(broker.topics.map { .text($0) })),
        .init("version", .text(broker.isVersion5 ? "5" : "3.1.1")), .init("qos", .integer(Int64(broker.quality))),
        .init("with_password", .flag(broker.password != nil)),
        .init("keep_alive", .text(Quantities.describe(milliseconds: Int64(broker.keepAliveSeconds) * 1_000))),
      ]
      if let level = broker.stationLevel { members.append(.init("station_from", .text("topic[\(level)]"))) }
    }
    members += [
      .init("format", .text(summary(of: feed.format))),
      .init("max_body", .text(Quantities.describe(bytes: feed.maxBodyBytes))),
      .init("late_after", .text(Quantities.describe(milliseconds: feed.lateAfterMilliseconds))),
    ]
    if let station = feed.station { members.append(.init("station", .text(station))) }
    return .object(members)
  }

  /// What a feed over FTP or SFTP has beside others.
  func explainFiles(_ files: FileServerConfiguration) -> [ExplanationValue.Member] {
    var members: [ExplanationValue.Member] = []
    if let pattern = files.pattern {
      members += [
        .init("files", .text(pattern)),
        .init("settle", .text(Quantities.describe(milliseconds: files.settleMilliseconds))),
        .init("files_per_poll", .integer(Int64(files.filesPerPoll))),
      ]
    }
    if files.requiresTLS { members.append(.init("ftp_tls", .text("required"))) }
    if let file = files.knownHostsFile { members.append(.init("known_hosts", .text(file))) }
    if let digest = files.hostKeySHA256 { members.append(.init("host_key", .text("SHA256:" + digest))) }
    return members
  }
}
