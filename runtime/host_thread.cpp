// SPDX-License-Identifier: MIT
#include "host_thread.h"

#include <signal.h>

namespace accel::runtime {

int start_thread(const char *name, void *(*enter)(void *), void *argument, pthread_t *out_thread)
{
    pthread_attr_t attributes;
    sigset_t all;
    sigfillset(&all);
    sigdelset(&all, SIGBUS);  // a fault of the thread itself, which has an answer where a file is mapped
    pthread_attr_init(&attributes);
    pthread_attr_setsigmask_np(&attributes, &all);
    const int error = pthread_create(out_thread, &attributes, enter, argument);
    pthread_attr_destroy(&attributes);
    if (error == 0)
        pthread_setname_np(*out_thread, name);
    return error;
}

}  // namespace accel::runtime
