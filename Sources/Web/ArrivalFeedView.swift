/// What a feed whose data come by themselves (push, spool folder, broker) has beside other feeds.
package struct ArrivalFeedView: Sendable, Hashable {
  /// `push`, `spool` or `mqtt`.
  package var way: String
  /// Arrivals by outcome, each label once.
  package var outcomes: [LabelledCount]
  /// Spool: files that stand in the folder and are not taken.
  package var waiting: Int?
  /// MQTT: whether the connection stands.
  package var isConnected: Bool?

  package init(way: String, outcomes: [LabelledCount], waiting: Int? = nil, isConnected: Bool? = nil) {
    self.way = way
    self.outcomes = outcomes
    self.waiting = waiting
    self.isConnected = isConnected
  }
}
