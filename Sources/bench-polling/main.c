// The reference for CPU per poll: libcurl's multi interface on epoll in plain C, hosts sharded over multis.
// Usage: bench-polling URL HOSTS POLLS CONCURRENCY. "{host}" in URL becomes 127.0.0.1 and on; prints one line of JSON.
#define _GNU_SOURCE
#include "clibcurl.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { hosts_per_shard = 150, event_capacity = 256, url_bytes = 256, max_sockets = 1 << 20 };

struct shard {
  CURLM *multi;
  int64_t deadline;
  int is_dirty;
};
struct poll {
  CURL *easy;
  char *body;
  size_t used, capacity;
  int shard;
};

static int set_fd, shard_count, host_count;
static struct shard *shards;
static uint32_t *interest;
static int *owner;
static const char *url_template;
static long submitted, finished, failed, goal;

static int64_t now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *user) {
  struct poll *poll = user;
  size_t total = size * count;
  if (poll->used + total > poll->capacity) {
    poll->capacity = (poll->used + total) * 2;
    poll->body = realloc(poll->body, poll->capacity);
  }
  memcpy(poll->body + poll->used, bytes, total);
  poll->used += total;
  return total;
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *user, void *data) {
  (void)easy;
  (void)data;
  struct epoll_event event = {.data = {.fd = socket}};
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(set_fd, EPOLL_CTL_DEL, socket, &event);
    interest[socket] = 0;
    return 0;
  }
  event.events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
  owner[socket] = (int)((struct shard *)user - shards);
  epoll_ctl(set_fd, interest[socket] ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
  interest[socket] = event.events;
  return 0;
}

static int on_timer(CURLM *multi, long timeout, void *user) {
  (void)multi;
  struct shard *shard = user;
  shard->is_dirty = timeout == 0;
  shard->deadline = timeout > 0 ? now_ms() + timeout : INT64_MAX;
  return 0;
}

static void start(struct poll *poll) {
  int host = (int)(submitted++ % host_count);
  char address[32], url[url_bytes];
  snprintf(address, sizeof address, "127.0.%d.%d", host / 250, host % 250 + 1);
  const char *place = strstr(url_template, "{host}");
  if (place) {
    snprintf(url, sizeof url, "%.*s%s%s", (int)(place - url_template), url_template, address, place + 6);
  } else {
    snprintf(url, sizeof url, "%s", url_template);
  }
  poll->shard = host % shard_count;
  poll->used = 0;
  lantian_easy_set_string(poll->easy, CURLOPT_URL, url);
  if (curl_multi_add_handle(shards[poll->shard].multi, poll->easy) != CURLM_OK) abort();
}

static void drain(struct shard *shard) {
  CURLMsg *message;
  int left;
  while ((message = curl_multi_info_read(shard->multi, &left))) {
    if (message->msg != CURLMSG_DONE) continue;
    CURLcode code = message->data.result;
    CURL *easy = message->easy_handle;
    struct poll *poll;
    long status = 0;
    lantian_easy_get_pointer(easy, CURLINFO_PRIVATE, (void **)&poll);
    lantian_easy_get_long(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_multi_remove_handle(shard->multi, easy);
    finished++;
    if (code != CURLE_OK || status != 200) failed++;
    if (submitted < goal) start(poll);
  }
}

static void drive(struct shard *shard, curl_socket_t socket, int mask) {
  int running;
  curl_multi_socket_action(shard->multi, socket, mask, &running);
  drain(shard);
}

static void run(void) {
  struct epoll_event events[event_capacity];
  while (finished < goal) {
    int again = 1;
    while (again) {
      again = 0;
      for (int index = 0; index < shard_count; index++) {
        if (!shards[index].is_dirty) continue;
        shards[index].is_dirty = 0;
        again = 1;
        drive(&shards[index], CURL_SOCKET_TIMEOUT, 0);
      }
    }
    if (finished >= goal) break;
    int count = epoll_wait(set_fd, events, event_capacity, 100);
    for (int index = 0; index < count; index++) {
      int mask = (events[index].events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0) |
                 (events[index].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                 (events[index].events & EPOLLERR ? CURL_CSELECT_ERR : 0);
      drive(&shards[owner[events[index].data.fd]], events[index].data.fd, mask);
    }
    if (count < event_capacity) {
      int64_t now = now_ms();
      for (int index = 0; index < shard_count; index++)
        if (shards[index].deadline <= now) shards[index].is_dirty = 1;
    }
  }
}

static double seconds_of(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: bench-polling URL HOSTS POLLS CONCURRENCY\n");
    return 64;
  }
  url_template = argv[1];
  host_count = atoi(argv[2]);
  long polls = atol(argv[3]);
  int concurrency = atoi(argv[4]);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  lantian_curl_global_init();
  set_fd = epoll_create1(EPOLL_CLOEXEC);
  interest = calloc(max_sockets, sizeof *interest);
  owner = calloc(max_sockets, sizeof *owner);
  shard_count = (host_count + hosts_per_shard - 1) / hosts_per_shard;
  shards = calloc((size_t)shard_count, sizeof *shards);
  for (int index = 0; index < shard_count; index++) {
    struct shard *shard = &shards[index];
    shard->multi = curl_multi_init();
    shard->deadline = INT64_MAX;
    lantian_multi_set_socket_function(shard->multi, on_socket);
    lantian_multi_set_pointer(shard->multi, CURLMOPT_SOCKETDATA, shard);
    lantian_multi_set_timer_function(shard->multi, on_timer);
    lantian_multi_set_pointer(shard->multi, CURLMOPT_TIMERDATA, shard);
    lantian_multi_set_long(shard->multi, CURLMOPT_MAXCONNECTS, hosts_per_shard * 2);
  }
  struct poll *pool = calloc((size_t)concurrency, sizeof *pool);
  for (int index = 0; index < concurrency; index++) {
    CURL *easy = pool[index].easy = curl_easy_init();
    lantian_easy_set_pointer(easy, CURLOPT_PRIVATE, &pool[index]);
    lantian_easy_set_data_function(easy, CURLOPT_WRITEFUNCTION, on_body);
    lantian_easy_set_pointer(easy, CURLOPT_WRITEDATA, &pool[index]);
    lantian_easy_set_long(easy, CURLOPT_NOSIGNAL, 1);
    lantian_easy_set_long(easy, CURLOPT_TIMEOUT_MS, 30000);
    lantian_easy_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, 5000);
    lantian_easy_set_long(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    lantian_easy_set_string(easy, CURLOPT_ACCEPT_ENCODING, "");
    lantian_easy_set_string(easy, CURLOPT_USERAGENT, "lantian");
  }
  // One pass opens the connections and is not measured.
  struct rusage before, after;
  int64_t begin = 0;
  for (int pass = 0; pass < 2; pass++) {
    submitted = finished = 0;
    goal = pass == 0 ? (host_count > concurrency ? host_count : concurrency) : polls;
    getrusage(RUSAGE_SELF, &before);
    begin = now_ms();
    for (int index = 0; index < concurrency && submitted < goal; index++) start(&pool[index]);
    run();
  }
  double elapsed = (double)(now_ms() - begin) / 1000;
  getrusage(RUSAGE_SELF, &after);
  double user = (seconds_of(after.ru_utime) - seconds_of(before.ru_utime)) * 1e6 / (double)polls;
  double sys = (seconds_of(after.ru_stime) - seconds_of(before.ru_stime)) * 1e6 / (double)polls;
  printf("{\"polls\":%ld,\"failed\":%ld,\"seconds\":%.3f,\"user_us_per_poll\":%.2f,\"sys_us_per_poll\":%.2f,"
         "\"rss_kib\":%ld}\n",
         polls, failed, elapsed, user, sys, after.ru_maxrss);
  return failed == 0 ? 0 : 1;
}
