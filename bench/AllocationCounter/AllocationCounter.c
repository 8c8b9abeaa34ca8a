#include "AllocationCounter.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

static _Atomic uint64_t total;
static _Thread_local bool is_excluded;

uint64_t allocation_counter_total(void) { return atomic_load_explicit(&total, memory_order_relaxed); }

void allocation_counter_exclude_thread(void) { is_excluded = true; }

#ifdef __GLIBC__

bool allocation_counter_works(void) { return true; }

// glibc lets a program replace these, and offers its own under names with a prefix. What they return is free()'s as ever.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static void count(void) {
    if (!is_excluded) {
        atomic_fetch_add_explicit(&total, 1, memory_order_relaxed);
    }
}

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count();
    return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
    count();
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    count();
    void *result = __libc_memalign(alignment, size);
    if (!result) {
        return ENOMEM;
    }
    *memory = result;
    return 0;
}

#else

bool allocation_counter_works(void) { return false; }

#endif
