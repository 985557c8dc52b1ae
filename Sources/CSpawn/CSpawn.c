#define _GNU_SOURCE
#include "CSpawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int lantian_memory_file(const uint8_t *bytes, size_t count) {
  int descriptor = memfd_create("lantian-event", MFD_CLOEXEC);
  if (descriptor < 0) return -1;
  size_t done = 0;
  while (done < count) {
    ssize_t written = write(descriptor, bytes + done, count - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      int error = errno;
      close(descriptor);
      errno = error;
      return -1;
    }
    done += (size_t)written;
  }
  lseek(descriptor, 0, SEEK_SET);
  return descriptor;
}

int lantian_pipe(int *ends) { return pipe2(ends, O_CLOEXEC); }

int lantian_spawn(
    const char *path, char *const *arguments, char *const *environment, int input, int output, pid_t *pid,
    int *pidfd) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int error = posix_spawn_file_actions_init(&actions);
  if (error != 0) return error;
  error = posix_spawnattr_init(&attributes);
  if (error != 0) {
    posix_spawn_file_actions_destroy(&actions);
    return error;
  }
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  if ((error = posix_spawn_file_actions_adddup2(&actions, input, 0)) == 0
      && (error = posix_spawn_file_actions_adddup2(&actions, output, 1)) == 0
      && (error = posix_spawn_file_actions_adddup2(&actions, output, 2)) == 0
      && (error = posix_spawn_file_actions_addclosefrom_np(&actions, 3)) == 0
      && (error = posix_spawnattr_setsigdefault(&attributes, &all)) == 0
      && (error = posix_spawnattr_setsigmask(&attributes, &none)) == 0
      && (error = posix_spawnattr_setpgroup(&attributes, 0)) == 0
      && (error = posix_spawnattr_setflags(
              &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)) == 0) {
    error = posix_spawnp(pid, path, &actions, &attributes, arguments, environment);
  }
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return error;
  // pidfds are close-on-exec by definition.
  *pidfd = (int)syscall(SYS_pidfd_open, *pid, 0);
  if (*pidfd < 0) {
    error = errno;
    kill(-*pid, SIGKILL);
    while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR) {
    }
  }
  return error;
}

int lantian_reap(pid_t pid, int *code, int *signal) {
  int status = 0;
  pid_t found;
  do found = waitpid(pid, &status, WNOHANG);
  while (found < 0 && errno == EINTR);
  if (found < 0) return -1;
  if (found == 0) return 0;
  *code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  *signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return 1;
}
