#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

// Counts how often a process asks for memory. Where this is linked, malloc and its kin are counted and then do what they
// always do.

/// How often any thread has asked for memory so far, but those that were excluded. Always zero where
/// ``allocation_counter_works`` says no.
uint64_t allocation_counter_total(void);

/// Counts nothing of the calling thread from now on.
void allocation_counter_exclude_thread(void);

/// Whether anything is counted with this C library.
bool allocation_counter_works(void);

#endif
