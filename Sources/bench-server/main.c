// A keep-alive HTTP responder for benchmarks: one thread, epoll, the same answer of about 600 bytes to every request.
// Usage: bench-server PORT SECONDS. Answers on every address of 127.0.0.0/8, refuses other peers, ends by itself.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { event_capacity = 512, body_bytes = 596 };

static char answer[1024];
static size_t answer_bytes;

static void make_answer(void) {
  char body[body_bytes + 1];
  int used = snprintf(body, sizeof body,
                      "{\"station\":\"141102-01\",\"time\":1606780800000,\"pm2_5\":84.0,\"pm10\":131.0,\"so2\":22.0,"
                      "\"no2\":41.0,\"o3\":18.0,\"co\":1.4,\"filler\":\"");
  memset(body + used, 'x', (size_t)(body_bytes - used - 2));
  memcpy(body + body_bytes - 2, "\"}", 3);
  answer_bytes = (size_t)snprintf(answer, sizeof answer,
                                  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
                                  body_bytes, body);
}

static void raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

static int listen_on(uint16_t port) {
  int one = 1;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  // Best effort; peers outside 127.0.0.0/8 are refused on accept in any case.
  setsockopt(listener, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_ANY)}};
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 4096) != 0) return -1;
  return listener;
}

static void accept_all(int set, int listener) {
  for (;;) {
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    int socket = accept4(listener, (struct sockaddr *)&peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) return;
    if (ntohl(peer.sin_addr.s_addr) >> 24 != 127) {
      close(socket);
      continue;
    }
    int one = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data = {.fd = socket}};
    epoll_ctl(set, EPOLL_CTL_ADD, socket, &event);
  }
}

static void serve(int socket) {
  char request[8192];
  ssize_t count = recv(socket, request, sizeof request, 0);
  if (count <= 0) {
    if (count < 0 && errno == EAGAIN) return;
    close(socket);
    return;
  }
  // Clients here never pipeline: one read is one request.
  if (send(socket, answer, answer_bytes, MSG_NOSIGNAL) != (ssize_t)answer_bytes) close(socket);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: bench-server PORT SECONDS\n");
    return 64;
  }
  make_answer();
  raise_descriptor_limit();
  int listener = listen_on((uint16_t)atoi(argv[1]));
  int set = epoll_create1(EPOLL_CLOEXEC);
  if (listener < 0 || set < 0) {
    perror("bench-server: cannot listen");
    return 69;
  }
  struct epoll_event event = {.events = EPOLLIN, .data = {.fd = listener}};
  epoll_ctl(set, EPOLL_CTL_ADD, listener, &event);
  printf("ready\n");
  fflush(stdout);
  time_t end = time(NULL) + atoi(argv[2]);
  while (time(NULL) < end) {
    struct epoll_event events[event_capacity];
    int count = epoll_wait(set, events, event_capacity, 200);
    for (int index = 0; index < count; index++) {
      if (events[index].data.fd == listener) {
        accept_all(set, listener);
      } else {
        serve(events[index].data.fd);
      }
    }
  }
  return 0;
}
