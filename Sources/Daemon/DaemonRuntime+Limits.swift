import Glibc
import Logging

extension DaemonRuntime {
  /// Many feeds need many sockets; the soft limit is raised to the hard one.
  func raiseDescriptorLimit() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max
    else { return }
    limit.rlim_cur = limit.rlim_max
    if unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 {
      logger.warning("the limit of open files stays low", metadata: ["limit": "\(limit.rlim_cur)"])
    }
  }
}
