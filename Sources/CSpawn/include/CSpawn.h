#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Why this target exists: pidfd_open, memfd_create and pipe2 are not in Swift's Glibc module, the file-action and attribute
// types of posix_spawn need addresses of C storage, and the wait status is decoded by macros.

/// A close-on-exec memory file that holds the bytes, positioned at its start; -1 with errno on failure.
int lantian_memory_file(const uint8_t *bytes, size_t count);

/// A pipe, both ends close-on-exec: `ends[0]` reads, `ends[1]` writes. 0, or -1 with errno.
int lantian_pipe(int *ends);

/// Starts `path` (looked up in `PATH` of the parent when it holds no slash) without a shell, in a process group of its
/// own, with default signal dispositions and an empty mask. Descriptor 0 is `input`, 1 and 2 are `output`, everything
/// from 3 on is closed. Writes the process id and a close-on-exec pidfd. Returns 0 or an errno; when the pidfd cannot
/// be had, the child is killed and reaped.
int lantian_spawn(
    const char *path, char *const *arguments, char *const *environment, int input, int output, pid_t *pid, int *pidfd);

/// Reaps without blocking. 1: ended, `code` is the exit status or -1 and `signal` the signal or 0. 0: still running.
/// -1: errno.
int lantian_reap(pid_t pid, int *code, int *signal);
