#define _GNU_SOURCE
#include "CSyncCounter.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char watched[1024];
static uint64_t syncs;

void lantian_watch_syncs(const char *path) {
  pthread_mutex_lock(&lock);
  snprintf(watched, sizeof watched, "%s", path);
  syncs = 0;
  pthread_mutex_unlock(&lock);
}

uint64_t lantian_watched_syncs(void) {
  pthread_mutex_lock(&lock);
  uint64_t count = syncs;
  pthread_mutex_unlock(&lock);
  return count;
}

static void count(int descriptor) {
  char link[64], path[1024];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  pthread_mutex_lock(&lock);
  if (watched[0] != 0 && strcmp(path, watched) == 0) syncs += 1;
  pthread_mutex_unlock(&lock);
}

int fsync(int descriptor) {
  count(descriptor);
  return (int)syscall(SYS_fsync, descriptor);
}

int fdatasync(int descriptor) {
  count(descriptor);
  return (int)syscall(SYS_fdatasync, descriptor);
}
