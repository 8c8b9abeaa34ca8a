// Tells the thread sanitizer about Swift's Synchronization.Mutex; loaded before the libraries by scripts/tsan.sh.
//
// On Linux that mutex is a futex. Its fast paths are inlined into the code that uses them, where the sanitizer sees the
// atomic operations. A thread that has to wait takes the lock inside libswiftSynchronization, and a thread that others wait for
// gives it back there. That library is not instrumented: the sanitizer then misses that everything before the one happened
// before everything after the other, and reports races that are none.
// These functions stand in front of the library's and tell it. Nothing is suppressed: what is not done under the same lock is
// still reported.

#define _GNU_SOURCE

#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

// Absent in programs without the sanitizer, such as those that start the tests.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK_SLOW "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef __attribute__((swiftcall)) void (*unlock_slow)(__attribute__((swift_context)) void *);
typedef __attribute__((swiftcall)) void (*lock_slow)(uint32_t, __attribute__((swift_context)) void *);
typedef __attribute__((swiftcall)) bool (*try_lock_slow)(__attribute__((swift_context)) void *);

static void *original(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL) {
        abort();
    }
    return function;
}

// Mutex._MutexHandle._lockSlow(_: UInt32)
__attribute__((swiftcall)) void esddns_lock_slow(
    uint32_t state, __attribute__((swift_context)) void *handle) __asm__(LOCK_SLOW);
__attribute__((swiftcall)) void esddns_lock_slow(uint32_t state, __attribute__((swift_context)) void *handle) {
    ((lock_slow)original(LOCK_SLOW))(state, handle);
    if (__tsan_acquire != NULL) {
        __tsan_acquire(handle);
    }
}

// Mutex._MutexHandle._tryLockSlow() -> Bool
__attribute__((swiftcall)) bool esddns_try_lock_slow(__attribute__((swift_context)) void *handle) __asm__(TRY_LOCK_SLOW);
__attribute__((swiftcall)) bool esddns_try_lock_slow(__attribute__((swift_context)) void *handle) {
    bool is_locked = ((try_lock_slow)original(TRY_LOCK_SLOW))(handle);
    if (is_locked && __tsan_acquire != NULL) {
        __tsan_acquire(handle);
    }
    return is_locked;
}

// Mutex._MutexHandle._unlockSlow()
__attribute__((swiftcall)) void esddns_unlock_slow(__attribute__((swift_context)) void *handle) __asm__(UNLOCK_SLOW);
__attribute__((swiftcall)) void esddns_unlock_slow(__attribute__((swift_context)) void *handle) {
    if (__tsan_release != NULL) {
        __tsan_release(handle);
    }
    ((unlock_slow)original(UNLOCK_SLOW))(handle);
}
