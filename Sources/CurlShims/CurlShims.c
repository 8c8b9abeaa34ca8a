#define _GNU_SOURCE

#include "CurlShims.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/socket.h>

static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)user;
    (void)purpose;
#ifdef SOCK_CLOEXEC
    // In one step: between socket() and fcntl() another thread could fork.
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
#else
    int descriptor = socket(address->family, address->socktype, address->protocol);
    if (descriptor >= 0) {
        (void)fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    }
    return descriptor;
#endif
}

static int configure_socket(void *user, curl_socket_t descriptor, curlsocktype purpose) {
    (void)purpose;
    // The user data is the number itself. Neither option is worth failing a connection for: an address family without
    // TCP_USER_TIMEOUT does not exist among those that libcurl opens for HTTP, and an old kernel only loses a guard.
#ifdef TCP_USER_TIMEOUT
    unsigned int milliseconds = (unsigned int)(uintptr_t)user;
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof(milliseconds));
#else
    (void)user;
    (void)descriptor;
#endif
    return CURL_SOCKOPT_OK;
}

CURLcode curl_shims_set_socket_callbacks(CURL *handle, unsigned int user_timeout_milliseconds) {
    const struct curl_shims_functions *library = curl_shims_library();
    CURLcode code = library->easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    if (code == CURLE_OK) {
        code = library->easy_setopt(handle, CURLOPT_SOCKOPTFUNCTION, configure_socket);
    }
    if (code == CURLE_OK) {
        code = library->easy_setopt(handle, CURLOPT_SOCKOPTDATA, (void *)(uintptr_t)user_timeout_milliseconds);
    }
    return code;
}

void curl_shims_name_thread(const char *name) {
#ifdef __APPLE__
    (void)pthread_setname_np(name);
#else
    (void)pthread_setname_np(pthread_self(), name);
#endif
}
