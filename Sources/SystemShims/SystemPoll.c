#include "SystemShims.h"

#include <fcntl.h>
#include <unistd.h>

// More at once are found by the next wait.
#define BATCH 64

void system_shims_poll_close(struct system_shims_poll poll) {
    if (poll.set >= 0) { (void)close(poll.set); }
    if (poll.wake >= 0) { (void)close(poll.wake); }
    if (poll.timer >= 0) { (void)close(poll.timer); }
}

#ifdef __linux__
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>

static bool watch(int set, int descriptor, uint32_t events, int mark) {
    struct epoll_event event = {.events = events, .data.fd = mark};
    return epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

bool system_shims_poll_open(struct system_shims_poll *poll) {
    poll->set = epoll_create1(EPOLL_CLOEXEC);
    poll->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    // The clock that goes on while the machine sleeps, as Swift's ContinuousClock does.
    poll->timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    // By edges: each write and each expiration counts once, so that nobody has to read them back.
    if (poll->set >= 0 && poll->wake >= 0 && poll->timer >= 0 &&
        watch(poll->set, poll->wake, EPOLLIN | EPOLLET, SYSTEM_SHIMS_POLL_WAKE) &&
        watch(poll->set, poll->timer, EPOLLIN | EPOLLET, SYSTEM_SHIMS_POLL_TIMER)) {
        return true;
    }
    system_shims_poll_close(*poll);
    return false;
}

bool system_shims_poll_watch(const struct system_shims_poll *poll, int descriptor) {
    return watch(poll->set, descriptor, EPOLLIN, descriptor);
}

void system_shims_poll_wake(const struct system_shims_poll *poll) { (void)eventfd_write(poll->wake, 1); }

void system_shims_poll_set_timer(const struct system_shims_poll *poll, uint64_t nanoseconds) {
    // Zero would switch it off.
    uint64_t time = nanoseconds > 0 ? nanoseconds : 1;
    struct itimerspec setting = {
        .it_value = {.tv_sec = (time_t)(time / 1000000000), .tv_nsec = (long)(time % 1000000000)}};
    (void)timerfd_settime(poll->timer, 0, &setting, NULL);
}

int system_shims_poll_wait(const struct system_shims_poll *poll, int *ready, int capacity, bool may_wait) {
    struct epoll_event events[BATCH];
    int count = epoll_wait(poll->set, events, capacity < BATCH ? capacity : BATCH, may_wait ? -1 : 0);
    for (int index = 0; index < count; index += 1) {
        ready[index] = events[index].data.fd;
    }
    return count > 0 ? count : 0;
}
#else
#include <sys/event.h>
#include <sys/time.h>

static bool change(int set, uintptr_t ident, int16_t filter, uint16_t flags, uint32_t options, intptr_t data) {
    struct kevent event;
    EV_SET(&event, ident, filter, flags, options, data, NULL);
    return kevent(set, &event, 1, NULL, 0, NULL) == 0;
}

bool system_shims_poll_open(struct system_shims_poll *poll) {
    poll->set = kqueue();
    poll->wake = -1;
    poll->timer = -1;
    if (poll->set >= 0 && fcntl(poll->set, F_SETFD, FD_CLOEXEC) == 0 &&
        change(poll->set, 0, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0)) {
        return true;
    }
    system_shims_poll_close(*poll);
    return false;
}

bool system_shims_poll_watch(const struct system_shims_poll *poll, int descriptor) {
    return change(poll->set, (uintptr_t)descriptor, EVFILT_READ, EV_ADD, 0, 0);
}

void system_shims_poll_wake(const struct system_shims_poll *poll) {
    (void)change(poll->set, 0, EVFILT_USER, 0, NOTE_TRIGGER, 0);
}

void system_shims_poll_set_timer(const struct system_shims_poll *poll, uint64_t nanoseconds) {
    (void)change(poll->set, 0, EVFILT_TIMER, EV_ADD | EV_ONESHOT, NOTE_NSECONDS, (intptr_t)nanoseconds);
}

int system_shims_poll_wait(const struct system_shims_poll *poll, int *ready, int capacity, bool may_wait) {
    struct kevent events[BATCH];
    struct timespec none = {0, 0};
    int count = kevent(poll->set, NULL, 0, events, capacity < BATCH ? capacity : BATCH, may_wait ? NULL : &none);
    for (int index = 0; index < count; index += 1) {
        switch (events[index].filter) {
        case EVFILT_USER: ready[index] = SYSTEM_SHIMS_POLL_WAKE; break;
        case EVFILT_TIMER: ready[index] = SYSTEM_SHIMS_POLL_TIMER; break;
        default: ready[index] = (int)events[index].ident;
        }
    }
    return count > 0 ? count : 0;
}
#endif
