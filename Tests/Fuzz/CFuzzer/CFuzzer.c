#include "CFuzzer.h"

#include <stdio.h>

void fuzzer_say(const char *text) {
    (void)fprintf(stderr, "%s\n", text);
}
