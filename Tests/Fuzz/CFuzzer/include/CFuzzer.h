#ifndef CFUZZER_H
#define CFUZZER_H

#include <stddef.h>
#include <stdint.h>

/// libFuzzer as a library: takes its options from the arguments, calls the function with one input after another and
/// returns the exit code. scripts/fuzz.sh links the library that defines it, which comes with the compiler.
int LLVMFuzzerRunDriver(
    int *_Nonnull argc, char *_Nullable *_Nonnull *_Nonnull argv,
    int (*_Nonnull test)(const uint8_t *_Nullable bytes, size_t count));

/// Writes a line to standard error, a variable that Swift 6 does not let anybody touch.
void fuzzer_say(const char *_Nonnull text);

#endif
