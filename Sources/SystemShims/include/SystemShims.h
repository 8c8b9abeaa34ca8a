#ifndef SYSTEM_SHIMS_H
#define SYSTEM_SHIMS_H

#include <stdbool.h>
#include <stdint.h>

/// Waits for sockets: epoll with an eventfd and a timerfd on Linux, kqueue on macOS.
///
/// Any thread may watch, wake and set the timer while another one waits.
struct system_shims_poll {
    int set;
    int wake;
    int timer;
};

/// In the place of a descriptor: the time of the timer has come.
#define SYSTEM_SHIMS_POLL_TIMER (-1)
/// In the place of a descriptor: somebody wants the waiting thread's attention.
#define SYSTEM_SHIMS_POLL_WAKE (-2)

/// False, with everything closed, where the system has no descriptors left.
bool system_shims_poll_open(struct system_shims_poll *poll);

void system_shims_poll_close(struct system_shims_poll poll);

/// Has waits return when `descriptor` is readable, until it is closed. False where the system has no memory for it.
bool system_shims_poll_watch(const struct system_shims_poll *poll, int descriptor);

/// Ends the wait of the waiting thread, or its next one.
void system_shims_poll_wake(const struct system_shims_poll *poll);

/// Ends a wait so many nanoseconds from now, once. Replaces what was set before.
void system_shims_poll_set_timer(const struct system_shims_poll *poll, uint64_t nanoseconds);

/// Waits for the first event if `may_wait`, and otherwise only looks.
///
/// Returns the number of readable descriptors, or the marks above, that were written to `ready`; zero after a signal.
int system_shims_poll_wait(const struct system_shims_poll *poll, int *ready, int capacity, bool may_wait);

/// Has all threads share one heap. glibc otherwise makes one for each of the first threads, eight for each processor, and what
/// is free in one is of no use to the others.
///
/// To be called before there is a second thread.
void system_shims_share_heap(void);

/// Gives memory back to the system that is not needed at the moment: free parts of the heap, and pages of the executable and
/// its libraries that were only needed for starting. The latter are still in the system's cache; what is needed again is
/// mapped again when it is touched, for a fraction of a microsecond a page.
void system_shims_release_memory(void);

#endif
