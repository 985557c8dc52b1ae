#ifndef LANTIAN_BENCH_SUPPORT_H
#define LANTIAN_BENCH_SUPPORT_H

// What the benchmarks need in C: the plain C reference of the rings, the cost of a durable write, and child processes
// with a notification socket.

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Nanoseconds per reading of the least that C can do: readings of 32 bytes into `values[slot][series]` beside a plane
/// of meta bytes, 60 slots, and the mean of each series once an hour. `shuffled` scatters the stations (six series
/// each) of a batch. Negative when there is no memory.
double lantian_bench_planes(size_t stations, int minutes, int shuffled);

/// Microseconds of writing 4 KiB to a file in `directory` and waiting for the disk (`fdatasync`), the median of `count`.
/// Negative when the directory cannot be written.
double lantian_bench_fsync(const char *directory, int count);

/// Starts a program with standard output and error appended to `log` and the given environment added to this process's
/// (`NAME=value`, NULL at the end). The process id, or -1.
pid_t lantian_bench_spawn(const char *const *arguments, const char *const *environment, const char *log);
/// Sends `signal` and waits for the end; the exit status, 128 + signal, or -1.
int lantian_bench_end(pid_t pid, int signal);

/// A datagram socket for `NOTIFY_SOCKET` at `path`; -1 when it cannot be made.
int lantian_bench_notify_open(const char *path);
/// Waits for `READY=1`; 0, or -1 after `milliseconds`.
int lantian_bench_notify_wait(int socket, int milliseconds);

/// Monotonic nanoseconds.
int64_t lantian_bench_now(void);
/// Nanoseconds of processor time of the calling thread: what others do on the machine is left out.
int64_t lantian_bench_cpu(void);

#endif
