#ifndef CURL_SHIMS_H
#define CURL_SHIMS_H

#include <curl/curl.h>

// libcurl's setters and getters are variadic, which Swift cannot import, and a wrong argument type (an `int` where a
// `long` is read) is undefined behaviour that no compiler reports. Here is one function for each type of argument, so
// that Swift's type checker sees what libcurl will read.

// MARK: curl_easy_setopt

static inline CURLcode curl_shims_set_long(CURL *_Nonnull handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode curl_shims_set_off_t(CURL *_Nonnull handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

/// libcurl copies the string, except for CURLOPT_POSTFIELDS. NULL restores "not set".
static inline CURLcode curl_shims_set_string(
    CURL *_Nonnull handle, CURLoption option, const char *_Nullable value) {
    return curl_easy_setopt(handle, option, value);
}

/// For user data, CURLOPT_ERRORBUFFER, CURLOPT_PRIVATE and CURLOPT_COPYPOSTFIELDS (set the size first).
static inline CURLcode curl_shims_set_pointer(
    CURL *_Nonnull handle, CURLoption option, const void *_Nullable value) {
    return curl_easy_setopt(handle, option, value);
}

/// The list is not copied: it has to outlive the transfer.
static inline CURLcode curl_shims_set_list(
    CURL *_Nonnull handle, CURLoption option, struct curl_slist *_Nullable value) {
    return curl_easy_setopt(handle, option, value);
}

/// Whether the bytes are copied is a flag in the blob.
static inline CURLcode curl_shims_set_blob(
    CURL *_Nonnull handle, CURLoption option, const struct curl_blob *_Nonnull value) {
    return curl_easy_setopt(handle, option, value);
}

/// CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION.
typedef size_t (*curl_shims_data_callback)(
    char *_Nullable bytes, size_t size, size_t count, void *_Nullable user);

static inline CURLcode curl_shims_set_data_callback(
    CURL *_Nonnull handle, CURLoption option, curl_shims_data_callback _Nonnull callback) {
    return curl_easy_setopt(handle, option, callback);
}

/// CURLOPT_PREREQFUNCTION.
typedef int (*curl_shims_request_callback)(
    void *_Nullable user, char *_Nullable remote_address, char *_Nullable local_address, int remote_port,
    int local_port);

static inline CURLcode curl_shims_set_request_callback(
    CURL *_Nonnull handle, curl_shims_request_callback _Nonnull callback) {
    return curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, callback);
}

/// Installs callbacks that open every socket close-on-exec (libcurl 7.88 would leak it into child processes) and set
/// TCP_USER_TIMEOUT on it, so that data which nobody acknowledges ends the connection after that many milliseconds.
CURLcode curl_shims_set_socket_callbacks(CURL *_Nonnull handle, unsigned int user_timeout_milliseconds);

// MARK: curl_easy_getinfo

static inline CURLcode curl_shims_get_long(CURL *_Nonnull handle, CURLINFO info, long *_Nonnull value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode curl_shims_get_off_t(CURL *_Nonnull handle, CURLINFO info, curl_off_t *_Nonnull value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode curl_shims_get_pointer(
    CURL *_Nonnull handle, CURLINFO info, void *_Nullable *_Nonnull value) {
    return curl_easy_getinfo(handle, info, value);
}

// MARK: curl_multi_setopt

static inline CURLMcode curl_shims_multi_set_long(CURLM *_Nonnull handle, CURLMoption option, long value) {
    return curl_multi_setopt(handle, option, value);
}

// MARK: Threads

/// Names the calling thread for debuggers and `ps -L`; at most 15 bytes.
void curl_shims_name_thread(const char *_Nonnull name);

#endif
