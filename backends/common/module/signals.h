// SPDX-License-Identifier: MIT
// Threads of a module take no signal of the application's (M-20).
#pragma once

#include <csignal>

namespace accel::module {

// While it lives the calling thread blocks all signals but those of its own instructions, and a thread that it makes begins so. One thread.
class SignalsBlocked {
public:
    SignalsBlocked()
    {
        sigset_t foreign;
        sigfillset(&foreign);
        for (const int own : {SIGBUS, SIGSEGV, SIGILL, SIGFPE, SIGTRAP, SIGSYS})
            sigdelset(&foreign, own);
        pthread_sigmask(SIG_SETMASK, &foreign, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked &) = delete;
    SignalsBlocked &operator=(const SignalsBlocked &) = delete;

private:
    sigset_t before_;
};

}  // namespace accel::module
