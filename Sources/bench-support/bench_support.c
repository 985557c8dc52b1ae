#define _GNU_SOURCE
#include "bench_support.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { pollutants = 6, slots = 60, page_bytes = 4096, environment_limit = 512 };

extern char **environ;

static int64_t read_clock(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

int64_t lantian_bench_now(void) { return read_clock(CLOCK_MONOTONIC); }

int64_t lantian_bench_cpu(void) { return read_clock(CLOCK_THREAD_CPUTIME_ID); }

// A reading as the daemon's: the reference walks the same bytes.
struct reading {
  int64_t begin;
  double value;
  int32_t period;
  uint32_t station;
  uint32_t reasons;
  uint8_t pollutant, flag;
};

struct planes {
  size_t series;
  int32_t *values;
  uint8_t *metas;
  int32_t *sums;
  uint8_t *counts;
  int32_t *hours;
};

static void insert(struct planes *planes, const struct reading *batch, int slot) {
  int32_t *values = planes->values + (size_t)slot * planes->series;
  uint8_t *metas = planes->metas + (size_t)slot * planes->series;
  for (size_t index = 0; index < planes->series; index++) {
    const struct reading *reading = &batch[index];
    size_t lane = (size_t)reading->station * pollutants + reading->pollutant;
    values[lane] = (int32_t)(reading->value * 1000 + 0.5);
    metas[lane] = reading->flag;
  }
}

static void roll(struct planes *planes) {
  memset(planes->sums, 0, planes->series * sizeof *planes->sums);
  memset(planes->counts, 0, planes->series);
  for (int slot = 0; slot < slots; slot++) {
    const int32_t *values = planes->values + (size_t)slot * planes->series;
    const uint8_t *metas = planes->metas + (size_t)slot * planes->series;
    for (size_t lane = 0; lane < planes->series; lane++) {
      planes->sums[lane] += metas[lane] == 1 ? values[lane] : 0;
      planes->counts[lane] += metas[lane] == 1;
    }
  }
  for (size_t lane = 0; lane < planes->series; lane++)
    planes->hours[lane] = planes->counts[lane] >= 45 ? planes->sums[lane] / planes->counts[lane] : INT32_MIN;
}

static double run(struct planes *planes, struct reading *batch, int minutes) {
  int64_t spent = 0;
  for (int minute = 0; minute < minutes; minute++) {
    for (size_t index = 0; index < planes->series; index++) batch[index].begin = minute * 60000LL;
    int64_t begin = lantian_bench_cpu();
    insert(planes, batch, minute % slots);
    if (minute % slots == slots - 1) roll(planes);
    spent += lantian_bench_cpu() - begin;
  }
  return (double)spent / ((double)minutes * (double)planes->series);
}

double lantian_bench_planes(size_t stations, int minutes, int shuffled) {
  size_t series = stations * pollutants, factor = 7919;
  while (stations % factor == 0) factor += 2;
  struct planes planes = {
    .series = series,
    .values = calloc(series * slots, sizeof(int32_t)),
    .metas = calloc(series * slots, 1),
    .sums = calloc(series, sizeof(int32_t)),
    .counts = calloc(series, 1),
    .hours = calloc(series, sizeof(int32_t)),
  };
  struct reading *batch = calloc(series, sizeof *batch);
  double nanoseconds = -1;
  if (planes.values && planes.metas && planes.sums && planes.counts && planes.hours && batch) {
    memset(planes.values, 0, series * slots * sizeof(int32_t));
    memset(planes.metas, 0, series * slots);
    for (size_t index = 0; index < series; index++) {
      size_t place = index / pollutants;
      batch[index] = (struct reading){
        .value = (double)(20 + index % 60),
        .period = 60000,
        .station = (uint32_t)(shuffled ? place * factor % stations : place),
        .pollutant = (uint8_t)(index % pollutants),
        .flag = 1,
      };
    }
    nanoseconds = run(&planes, batch, minutes);
  }
  free(planes.values);
  free(planes.metas);
  free(planes.sums);
  free(planes.counts);
  free(planes.hours);
  free(batch);
  return nanoseconds;
}

static int compare(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

double lantian_bench_fsync(const char *directory, int count) {
  char path[4096];
  static char page[page_bytes];
  if (snprintf(path, sizeof path, "%s/fsync.probe", directory) >= (int)sizeof path) return -1;
  int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  double *times = calloc((size_t)count, sizeof *times);
  double median = -1;
  if (file >= 0 && times != NULL) {
    int done = 0;
    for (; done < count; done++) {
      memset(page, done, sizeof page);
      int64_t begin = lantian_bench_now();
      if (write(file, page, sizeof page) != (ssize_t)sizeof page || fdatasync(file) != 0) break;
      times[done] = (double)(lantian_bench_now() - begin) / 1000;
    }
    if (done == count) {
      qsort(times, (size_t)count, sizeof *times, compare);
      median = times[count / 2];
    }
  }
  if (file >= 0) {
    close(file);
    unlink(path);
  }
  free(times);
  return median;
}

pid_t lantian_bench_spawn(const char *const *arguments, const char *const *environment, const char *log) {
  char *merged[environment_limit];
  size_t used = 0;
  for (size_t index = 0; environment[index] != NULL && used < environment_limit - 1; index++)
    merged[used++] = (char *)environment[index];
  for (char **own = environ; *own != NULL && used < environment_limit - 1; own++) {
    int replaced = 0;
    for (size_t index = 0; environment[index] != NULL; index++) {
      size_t name = strcspn(environment[index], "=");
      replaced |= strncmp(*own, environment[index], name + 1) == 0;
    }
    if (!replaced) merged[used++] = *own;
  }
  merged[used] = NULL;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t pid = -1;
  int code = posix_spawn(&pid, arguments[0], &actions, NULL, (char *const *)arguments, merged);
  posix_spawn_file_actions_destroy(&actions);
  errno = code;
  return code == 0 ? pid : -1;
}

int lantian_bench_end(pid_t pid, int signal) {
  int status = 0;
  if (signal != 0) kill(pid, signal);
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int lantian_bench_notify_open(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return -1;
  strcpy(address.sun_path, path);
  unlink(path);
  int notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (notify < 0) return -1;
  if (bind(notify, (struct sockaddr *)&address, sizeof address) != 0) {
    close(notify);
    return -1;
  }
  return notify;
}

int lantian_bench_notify_wait(int notify, int milliseconds) {
  int64_t end = lantian_bench_now() + milliseconds * INT64_C(1000000);
  char text[4097];
  for (;;) {
    int64_t left = (end - lantian_bench_now()) / 1000000;
    struct pollfd watched = {.fd = notify, .events = POLLIN};
    if (left <= 0 || poll(&watched, 1, (int)left) <= 0) return -1;
    ssize_t count = recv(notify, text, sizeof text - 1, 0);
    if (count <= 0) continue;
    text[count] = 0;
    if (strstr(text, "READY=1") != NULL) return 0;
  }
}
