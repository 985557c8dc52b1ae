// epoll for Swift: the event structure is packed and its data a union, so it is read and written here. Nothing else.
#ifndef LANTIAN_CEPOLL_H
#define LANTIAN_CEPOLL_H

#include <stdint.h>
#include <sys/epoll.h>

static inline int lantian_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

// `operation` is EPOLL_CTL_ADD, _MOD or _DEL; 0 or -1 with errno.
static inline int lantian_epoll_control(int set, int operation, int descriptor, uint32_t events, uint64_t data) {
  struct epoll_event event = {.events = events, .data = {.u64 = data}};
  return epoll_ctl(set, operation, descriptor, &event);
}

// Does not wait. The number of events written, or -1 with errno.
static inline int lantian_epoll_poll(int set, struct epoll_event *events, int capacity) {
  return epoll_wait(set, events, capacity, 0);
}

static inline uint64_t lantian_epoll_data(const struct epoll_event *events, int index) {
  return events[index].data.u64;
}
static inline uint32_t lantian_epoll_events(const struct epoll_event *events, int index) {
  return events[index].events;
}

static const uint32_t lantian_epoll_in = EPOLLIN;
static const uint32_t lantian_epoll_out = EPOLLOUT;
static const uint32_t lantian_epoll_error = EPOLLERR;
static const uint32_t lantian_epoll_hangup = EPOLLHUP;
static const int lantian_epoll_add = EPOLL_CTL_ADD;
static const int lantian_epoll_modify = EPOLL_CTL_MOD;
static const int lantian_epoll_delete = EPOLL_CTL_DEL;

#endif
