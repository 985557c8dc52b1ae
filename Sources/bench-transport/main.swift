// CPU per poll of the transport, beside `bench-polling`: the same arguments, the same line of JSON.
// Usage: bench-transport URL HOSTS POLLS CONCURRENCY. "{host}" in URL becomes 127.0.0.1 and on.
import Dispatch
import Glibc
import Timekeeping
import Transport

/// Keeps `concurrency` transfers going until a number of polls is done.
///
/// `@unchecked Sendable`: used on the transport's queue only.
final class Load: @unchecked Sendable {
  private let transport: Transport
  private let requests: [TransferRequest]
  private let done = DispatchSemaphore(value: 0)
  private var submitted = 0
  private var finished = 0
  private var goal = 0
  private(set) var failed = 0

  init(transport: Transport, requests: [TransferRequest]) {
    self.transport = transport
    self.requests = requests
  }

  /// Runs `polls` transfers and returns when the last has ended.
  func run(polls: Int, concurrency: Int) {
    transport.queue.async { @Sendable [self] in
      submitted = 0
      finished = 0
      goal = polls
      for _ in 0..<min(concurrency, polls) { next() }
    }
    done.wait()
  }

  private func next() {
    let request = requests[submitted % requests.count]
    submitted += 1
    transport.submit(request) { @Sendable [self] result in
      finished += 1
      if case .response(let response) = result.outcome, response.status == 200 {} else { failed += 1 }
      if submitted < goal { next() }
      if finished == goal { done.signal() }
    }
  }
}

func usage() -> rusage {
  var usage = rusage()
  unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage
}

func microseconds(_ time: timeval) -> Double { Double(time.tv_sec) * 1e6 + Double(time.tv_usec) }

func rounded(_ value: Double, _ scale: Double) -> Double { (value * scale).rounded() / scale }

let arguments = CommandLine.arguments
guard arguments.count == 5, let hosts = Int(arguments[2]), let polls = Int(arguments[3]),
  let concurrency = Int(arguments[4]), hosts > 0, polls > 0, concurrency > 0
else {
  print("usage: bench-transport URL HOSTS POLLS CONCURRENCY")
  exit(64)
}
var limit = rlimit()
unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
limit.rlim_cur = limit.rlim_max
unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)

let requests = (0..<hosts).map { host in
  let address = "127.0.\(host / 250).\(host % 250 + 1)"
  let parts = arguments[1].split(separator: "{host}", omittingEmptySubsequences: false)
  return TransferRequest(url: parts.joined(separator: address))
}
var limits = TransportLimits()
limits.maxTransfers = concurrency
limits.maxTransfersPerHost = concurrency
let queue = DispatchQueue(label: "bench")
let transport = try Transport(queue: queue, limits: limits)
let load = Load(transport: transport, requests: requests)
// One pass opens the connections and is not measured.
load.run(polls: max(hosts, concurrency), concurrency: concurrency)
let before = usage()
let begin = MonotonicInstant.now()
load.run(polls: polls, concurrency: concurrency)
let seconds = MonotonicInstant.now().seconds(since: begin)
let after = usage()
let user = (microseconds(after.ru_utime) - microseconds(before.ru_utime)) / Double(polls)
let system = (microseconds(after.ru_stime) - microseconds(before.ru_stime)) / Double(polls)
print(
  "{\"polls\":\(polls),\"failed\":\(load.failed),\"seconds\":\(rounded(seconds, 1_000)),"
    + "\"user_us_per_poll\":\(rounded(user, 100)),\"sys_us_per_poll\":\(rounded(system, 100)),"
    + "\"rss_kib\":\(after.ru_maxrss)}")
queue.sync { transport.shutdown() }
exit(load.failed == 0 ? 0 : 1)
