// SPDX-License-Identifier: MIT
// Starts threads that take no signals but those of their own faults.
#include "host_thread.h"

#include <signal.h>

#include <cerrno>
#include <initializer_list>

namespace accel::runtime {

int start_thread(const char *name, void *(*enter)(void *), void *argument, pthread_t *out_thread)
{
    pthread_attr_t attributes;
    sigset_t foreign;
    sigfillset(&foreign);
    // What the thread does itself has to reach a handler: blocked, it would end the process.
    for (const int own : {SIGBUS, SIGSEGV, SIGILL, SIGFPE, SIGTRAP, SIGSYS})
        sigdelset(&foreign, own);
    pthread_attr_init(&attributes);
    pthread_attr_setsigmask_np(&attributes, &foreign);
    // A lack of memory and one of threads have the same answer; the former leaves its errno behind.
    errno = 0;
    int error = pthread_create(out_thread, &attributes, enter, argument);
    if (error == EAGAIN && errno == ENOMEM)
        error = ENOMEM;
    pthread_attr_destroy(&attributes);
    if (error == 0)
        pthread_setname_np(*out_thread, name);
    return error;
}

}  // namespace accel::runtime
