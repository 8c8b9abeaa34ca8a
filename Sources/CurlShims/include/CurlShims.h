#ifndef CURL_SHIMS_H
#define CURL_SHIMS_H

#include <curl/curl.h>

// What Swift calls instead of libcurl's own functions, for two reasons.
//
// libcurl and the thirty libraries that it needs take the dynamic loader longer than everything that a short-lived process
// does. So nothing here is linked to libcurl: it is loaded when the first of these functions is called. Whoever calls
// libcurl's functions by their own names gets an error from the linker.
//
// Its setters and getters are variadic, which Swift cannot import, and a wrong argument type (an `int` where a `long` is
// read) is undefined behaviour that no compiler reports. Here is one function for each type of argument, so that Swift's type
// checker sees what libcurl will read.

// MARK: Loading

/// Loads libcurl unless it is loaded. Callable from any thread.
///
/// Returns NULL, or why there is no libcurl to be used: one sentence, valid for the life of the process. The functions that
/// make something (`…_init`, `curl_shims_url`, `curl_shims_slist_append`) then return NULL or an error. The others are
/// to be called with what those have made.
const char *_Nullable curl_shims_problem(void);

/// The oldest version that will do, as in `LIBCURL_VERSION_NUM`.
#define CURL_SHIMS_OLDEST_VERSION 0x075800

/// Each function of libcurl that is used, without the "curl_" that all begin with.
#define CURL_SHIMS_FUNCTIONS(FUNCTION) \
    FUNCTION(easy_cleanup) \
    FUNCTION(easy_getinfo) \
    FUNCTION(easy_init) \
    FUNCTION(easy_setopt) \
    FUNCTION(easy_strerror) \
    FUNCTION(free) \
    FUNCTION(getdate) \
    FUNCTION(global_init) \
    FUNCTION(multi_add_handle) \
    FUNCTION(multi_cleanup) \
    FUNCTION(multi_info_read) \
    FUNCTION(multi_init) \
    FUNCTION(multi_perform) \
    FUNCTION(multi_poll) \
    FUNCTION(multi_remove_handle) \
    FUNCTION(multi_setopt) \
    FUNCTION(multi_strerror) \
    FUNCTION(multi_wakeup) \
    FUNCTION(slist_append) \
    FUNCTION(slist_free_all) \
    FUNCTION(url) \
    FUNCTION(url_cleanup) \
    FUNCTION(url_get) \
    FUNCTION(url_set) \
    FUNCTION(version_info)

/// Pointers to them, of exactly the types that libcurl's headers declare.
struct curl_shims_functions {
#define CURL_SHIMS_MEMBER(name) __typeof__(curl_##name) *_Nonnull name;
    CURL_SHIMS_FUNCTIONS(CURL_SHIMS_MEMBER)
#undef CURL_SHIMS_MEMBER
};

/// Loads libcurl unless it is loaded; NULL where ``curl_shims_problem`` says why.
const struct curl_shims_functions *_Nullable curl_shims_library(void);

// MARK: Process

static inline CURLcode curl_shims_global_init(long flags) {
    const struct curl_shims_functions *library = curl_shims_library();
    return library ? library->global_init(flags) : CURLE_FAILED_INIT;
}

/// -1 where the text is no date.
static inline time_t curl_shims_getdate(const char *_Nonnull text) {
    const struct curl_shims_functions *library = curl_shims_library();
    return library ? library->getdate(text, NULL) : -1;
}

// MARK: Transfers

static inline CURL *_Nullable curl_shims_easy_init(void) {
    const struct curl_shims_functions *library = curl_shims_library();
    return library ? library->easy_init() : NULL;
}

static inline void curl_shims_easy_cleanup(CURL *_Nonnull handle) {
    curl_shims_library()->easy_cleanup(handle);
}

static inline const char *_Nonnull curl_shims_easy_strerror(CURLcode code) {
    const struct curl_shims_functions *library = curl_shims_library();
    return library ? library->easy_strerror(code) : "libcurl is not loaded";
}

/// A longer list; NULL without memory, and the list is as it was.
static inline struct curl_slist *_Nullable curl_shims_slist_append(
    struct curl_slist *_Nullable list, const char *_Nullable text) {
    const struct curl_shims_functions *library = curl_shims_library();
    return library ? library->slist_append(list, text) : NULL;
}

static inline void curl_shims_slist_free_all(struct curl_slist *_Nullable list) {
    if (list) {
        curl_shims_library()->slist_free_all(list);
    }
}

// MARK: curl_easy_setopt

static inline CURLcode curl_shims_set_long(CURL *_Nonnull handle, CURLoption option, long value) {
    return curl_shims_library()->easy_setopt(handle, option, value);
}

static inline CURLcode curl_shims_set_off_t(CURL *_Nonnull handle, CURLoption option, curl_off_t value) {
    return curl_shims_library()->easy_setopt(handle, option, value);
}

/// libcurl copies the string, except for CURLOPT_POSTFIELDS. NULL restores "not set".
static inline CURLcode curl_shims_set_string(
    CURL *_Nonnull handle, CURLoption option, const char *_Nullable value) {
    return curl_shims_library()->easy_setopt(handle, option, value);
}

/// For user data, CURLOPT_ERRORBUFFER, CURLOPT_PRIVATE and CURLOPT_COPYPOSTFIELDS (set the size first).
static inline CURLcode curl_shims_set_pointer(
    CURL *_Nonnull handle, CURLoption option, const void *_Nullable value) {
    return curl_shims_library()->easy_setopt(handle, option, value);
}

/// The list is not copied: it has to outlive the transfer.
static inline CURLcode curl_shims_set_list(
    CURL *_Nonnull handle, CURLoption option, struct curl_slist *_Nullable value) {
    return curl_shims_library()->easy_setopt(handle, option, value);
}

/// Whether the bytes are copied is a flag in the blob.
static inline CURLcode curl_shims_set_blob(
    CURL *_Nonnull handle, CURLoption option, const struct curl_blob *_Nonnull value) {
    return curl_shims_library()->easy_setopt(handle, option, value);
}

/// CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION.
typedef size_t (*curl_shims_data_callback)(
    char *_Nullable bytes, size_t size, size_t count, void *_Nullable user);

static inline CURLcode curl_shims_set_data_callback(
    CURL *_Nonnull handle, CURLoption option, curl_shims_data_callback _Nonnull callback) {
    return curl_shims_library()->easy_setopt(handle, option, callback);
}

/// CURLOPT_PREREQFUNCTION.
typedef int (*curl_shims_request_callback)(
    void *_Nullable user, char *_Nullable remote_address, char *_Nullable local_address, int remote_port,
    int local_port);

static inline CURLcode curl_shims_set_request_callback(
    CURL *_Nonnull handle, curl_shims_request_callback _Nonnull callback) {
    return curl_shims_library()->easy_setopt(handle, CURLOPT_PREREQFUNCTION, callback);
}

/// Installs callbacks that open every socket close-on-exec (libcurl 7.88 would leak it into child processes) and set
/// TCP_USER_TIMEOUT on it, so that data which nobody acknowledges ends the connection after that many milliseconds.
CURLcode curl_shims_set_socket_callbacks(CURL *_Nonnull handle, unsigned int user_timeout_milliseconds);

// MARK: curl_easy_getinfo

static inline CURLcode curl_shims_get_long(CURL *_Nonnull handle, CURLINFO info, long *_Nonnull value) {
    return curl_shims_library()->easy_getinfo(handle, info, value);
}

static inline CURLcode curl_shims_get_off_t(CURL *_Nonnull handle, CURLINFO info, curl_off_t *_Nonnull value) {
    return curl_shims_library()->easy_getinfo(handle, info, value);
}

static inline CURLcode curl_shims_get_pointer(
    CURL *_Nonnull handle, CURLINFO info, void *_Nullable *_Nonnull value) {
    return curl_shims_library()->easy_getinfo(handle, info, value);
}

// MARK: Event loops

static inline CURLM *_Nullable curl_shims_multi_init(void) {
    const struct curl_shims_functions *library = curl_shims_library();
    return library ? library->multi_init() : NULL;
}

static inline CURLMcode curl_shims_multi_cleanup(CURLM *_Nonnull handle) {
    return curl_shims_library()->multi_cleanup(handle);
}

static inline CURLMcode curl_shims_multi_add_handle(CURLM *_Nonnull handle, CURL *_Nonnull transfer) {
    return curl_shims_library()->multi_add_handle(handle, transfer);
}

static inline CURLMcode curl_shims_multi_remove_handle(CURLM *_Nonnull handle, CURL *_Nonnull transfer) {
    return curl_shims_library()->multi_remove_handle(handle, transfer);
}

static inline CURLMcode curl_shims_multi_perform(CURLM *_Nonnull handle, int *_Nonnull running) {
    return curl_shims_library()->multi_perform(handle, running);
}

/// Waits for libcurl's own descriptors, a wake-up or the time-out, whichever comes first.
static inline CURLMcode curl_shims_multi_poll(CURLM *_Nonnull handle, int timeout_milliseconds) {
    return curl_shims_library()->multi_poll(handle, NULL, 0, timeout_milliseconds, NULL);
}

/// The one function that may be called on a multi handle from any thread.
static inline CURLMcode curl_shims_multi_wakeup(CURLM *_Nonnull handle) {
    return curl_shims_library()->multi_wakeup(handle);
}

static inline CURLMsg *_Nullable curl_shims_multi_info_read(CURLM *_Nonnull handle, int *_Nonnull remaining) {
    return curl_shims_library()->multi_info_read(handle, remaining);
}

static inline const char *_Nonnull curl_shims_multi_strerror(CURLMcode code) {
    return curl_shims_library()->multi_strerror(code);
}

static inline CURLMcode curl_shims_multi_set_long(CURLM *_Nonnull handle, CURLMoption option, long value) {
    return curl_shims_library()->multi_setopt(handle, option, value);
}

// MARK: URLs

static inline CURLU *_Nullable curl_shims_url(void) {
    const struct curl_shims_functions *library = curl_shims_library();
    return library ? library->url() : NULL;
}

static inline void curl_shims_url_cleanup(CURLU *_Nonnull url) {
    curl_shims_library()->url_cleanup(url);
}

static inline CURLUcode curl_shims_url_set(
    CURLU *_Nonnull url, CURLUPart part, const char *_Nullable text, unsigned int flags) {
    return curl_shims_library()->url_set(url, part, text, flags);
}

/// The text is to be freed with ``curl_shims_free``.
static inline CURLUcode curl_shims_url_get(
    CURLU *_Nonnull url, CURLUPart part, char *_Nullable *_Nonnull text, unsigned int flags) {
    return curl_shims_library()->url_get(url, part, text, flags);
}

static inline void curl_shims_free(void *_Nullable memory) {
    curl_shims_library()->free(memory);
}

// MARK: Threads

/// Names the calling thread for debuggers and `ps -L`; at most 15 bytes.
void curl_shims_name_thread(const char *_Nonnull name);

#endif
