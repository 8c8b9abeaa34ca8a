#include "CurlShims.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

// The name with the version of the binary interface: the one without is only there where programs are built.
#ifdef __APPLE__
#define LIBRARY_NAME "libcurl.4.dylib"
#else
#define LIBRARY_NAME "libcurl.so.4"
#endif

#ifdef __ELF__
// Tells tools that collect or check what a program needs: the dynamic section does not name what is loaded like this.
// The format is that of https://uapi-group.org/specifications/specs/elf_dlopen_metadata/.
#define DEPENDENCY \
    "[{\"feature\":\"http\",\"description\":\"HTTP requests\",\"priority\":\"required\",\"soname\":[\"" LIBRARY_NAME "\"]}]"

__attribute__((used, aligned(4), section(".note.dlopen"))) static const struct {
    uint32_t name_size;
    uint32_t text_size;
    uint32_t type;
    char name[4];
    char text[(sizeof DEPENDENCY + 3) / 4 * 4];
} dependency = {sizeof "FDO", sizeof DEPENDENCY, 0x407c0c0a, "FDO", DEPENDENCY};
#endif

static struct curl_shims_functions functions;
static const struct curl_shims_functions *library;
static char problem[512];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const char *last_error(void) {
    const char *error = dlerror();
    return error ? error : "the dynamic loader gives no reason";
}

static void load(void) {
#ifdef __ELF__
    // Linkers drop what nobody refers to.
    __asm__ volatile("" : : "r"(&dependency));
#endif
    // All symbols at once: if one cannot be found, then now and not in the middle of a transfer.
    void *handle = dlopen(LIBRARY_NAME, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        (void)snprintf(
            problem, sizeof problem,
            "libcurl cannot be loaded; install version 7.88 or later (libcurl4 on Debian and Ubuntu): %s", last_error());
        return;
    }
#define LOAD(name) \
    functions.name = (__typeof__(functions.name))dlsym(handle, "curl_" #name); \
    if (!functions.name) { \
        (void)snprintf(problem, sizeof problem, LIBRARY_NAME " is not usable: %s", last_error()); \
        return; \
    }
    CURL_SHIMS_FUNCTIONS(LOAD)
#undef LOAD
    const curl_version_info_data *info = functions.version_info(CURLVERSION_NOW);
    if (info->version_num < CURL_SHIMS_OLDEST_VERSION) {
        (void)snprintf(
            problem, sizeof problem, "libcurl %s is too old; install version 7.88 or later", info->version);
        return;
    }
    library = &functions;
}

const struct curl_shims_functions *curl_shims_library(void) {
    (void)pthread_once(&once, load);
    return library;
}

const char *curl_shims_problem(void) {
    return curl_shims_library() ? NULL : problem;
}
