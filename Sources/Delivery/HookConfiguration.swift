package import Secrets

/// One hook as the configuration gives it; which events it is told is the engine's matter (`HookSubscription`).
package struct HookConfiguration: Sendable, Hashable {
  /// Where and how a webhook is posted.
  package struct Webhook: Sendable, Hashable {
    package var url: String
    /// Nil sends no signature.
    package var secret: Secret?
    package var timeoutMilliseconds: Int
    package var caFile: String?
    /// Headers of the receiver's choice, beside the program's own.
    package var headers: [Header]

    package init(
      url: String, secret: Secret?, timeoutMilliseconds: Int = 10_000, caFile: String? = nil, headers: [Header] = []
    ) {
      self.url = url
      self.secret = secret
      self.timeoutMilliseconds = timeoutMilliseconds
      self.caFile = caFile
      self.headers = headers
    }

    /// A header whose value may be a key.
    package struct Header: Sendable, Hashable {
      package var name: String
      package var value: Secret
      package init(name: String, value: Secret) {
        self.name = name
        self.value = value
      }
    }
  }

  /// The program of an exec hook.
  package struct Command: Sendable, Hashable {
    /// Program and arguments, at least one; no shell is involved.
    package var command: [String]
    /// After this SIGTERM, and `graceMilliseconds` later SIGKILL, to the program's process group.
    package var timeoutMilliseconds: Int
    package var graceMilliseconds: Int
    package init(command: [String], timeoutMilliseconds: Int = 30_000, graceMilliseconds: Int = 2_000) {
      self.command = command
      self.timeoutMilliseconds = timeoutMilliseconds
      self.graceMilliseconds = graceMilliseconds
    }
  }

  /// The two kinds of hook.
  package enum Target: Sendable, Hashable {
    case webhook(Webhook)
    case exec(Command)
  }

  package var name: String
  package var target: Target
  package var policy: DeliveryPolicy
  /// Whether nobody but its receiver may learn what it is told, or that it is told anything: it stands in no statistics,
  /// and only its failures in the log, without a key.
  package var isConfidential = false

  /// `policy` defaults to `DeliveryPolicy.webhook` or `.exec`.
  package init(name: String, target: Target, policy: DeliveryPolicy? = nil) {
    self.name = name
    self.target = target
    switch target {
    case .webhook: self.policy = policy ?? .webhook
    case .exec: self.policy = policy ?? .exec
    }
  }
}

/// How often and how long a delivery is tried.
package struct DeliveryPolicy: Sendable, Hashable {
  /// Attempts of this hook that run at once, 1 or more.
  package var concurrency: Int
  /// First wait after a failure; it doubles with each further one …
  package var backoffMilliseconds: Int64
  /// … up to this.
  package var maximumBackoffMilliseconds: Int64
  /// A longer Retry-After counts as this.
  package var maximumRetryAfterMilliseconds: Int64
  /// Attempts after which it is given up; nil for no limit.
  package var maximumAttempts: Int?
  /// Age after which a failed attempt is the last.
  package var maximumAgeMilliseconds: Int64
  /// Deliveries held in memory; the rest waits in the store.
  package var window: Int

  package init(
    concurrency: Int, backoffMilliseconds: Int64 = 1_000, maximumBackoffMilliseconds: Int64 = 300_000,
    maximumRetryAfterMilliseconds: Int64 = 3_600_000, maximumAttempts: Int? = nil,
    maximumAgeMilliseconds: Int64 = 86_400_000, window: Int = 1_000
  ) {
    self.concurrency = max(1, concurrency)
    self.backoffMilliseconds = max(1, backoffMilliseconds)
    self.maximumBackoffMilliseconds = max(self.backoffMilliseconds, maximumBackoffMilliseconds)
    self.maximumRetryAfterMilliseconds = max(0, maximumRetryAfterMilliseconds)
    self.maximumAttempts = maximumAttempts
    self.maximumAgeMilliseconds = maximumAgeMilliseconds
    self.window = max(1, window)
  }

  /// A day of retries, four at once.
  package static let webhook = DeliveryPolicy(concurrency: 4)
  /// Two at once; a program that fails otherwise than by 75 is tried `execAttempts` times.
  package static let exec = DeliveryPolicy(concurrency: 2)
  /// Tries of a program that exits neither 0 nor 75.
  package static let execAttempts = 5
}
