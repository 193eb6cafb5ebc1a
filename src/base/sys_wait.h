/* SPDX-License-Identifier: Apache-2.0 */
/* System calls for waiting: wake-ups and, on Linux, one descriptor for many and a timer. */
#ifndef KT_BASE_SYS_WAIT_H
#define KT_BASE_SYS_WAIT_H

#include <stddef.h>
#include <stdint.h>

/* A pair of descriptors, equal on Linux (eventfd): [0] becomes readable when woken. -1: errno. */
int kt_sys_wake_open(int fds[2]);
void kt_sys_wake(int fd);       /* fds[1]; async-signal-safe, keeps errno */
void kt_sys_wake_clear(int fd); /* fds[0] */
void kt_sys_wake_close(int fds[2]);

/* An array for poll(), KT_POLLFD_BYTES each; events as below. EINTR is returned. */
enum { KT_POLLFD_BYTES = 8 };
void kt_sys_pollfd_set(void *array, size_t i, int fd, uint32_t events);
int kt_sys_poll_ms(void *array, size_t n, int64_t timeout_ms);

/* kt_sys_watch_set(): `old_events` 0 = new, `events` 0 = take out (1 = readable, 2 = writable). All
 * return -1 with errno; ENOSYS where there is no epoll. */
int kt_sys_watch_open(void);
int kt_sys_watch_set(int watch, int fd, uint32_t old_events, uint32_t events);
int kt_sys_timer_open(void);
int kt_sys_timer_set(int timer, int64_t ms); /* from now; 0 = at once, -1 = never; clears it */

#endif
