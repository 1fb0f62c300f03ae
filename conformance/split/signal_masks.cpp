// SPDX-License-Identifier: MIT
// Threads of libaccel and its modules block every signal. The two that the touch watch lives on must reach them all the same, else the kernel ends the process: this
// program's functions stand before libc's and leave them open.
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace {

sigset_t without_watched(const sigset_t *set)
{
    sigset_t open = *set;
    sigdelset(&open, SIGSEGV);
    sigdelset(&open, SIGTRAP);
    return open;
}

}  // namespace

#define ACCEL_INTERPOSE extern "C" __attribute__((visibility("default")))

ACCEL_INTERPOSE int pthread_sigmask(int how, const sigset_t *set, sigset_t *old) noexcept
{
    const sigset_t open = set ? without_watched(set) : sigset_t{};
    constexpr size_t kKernelSetBytes = 8;
    return syscall(SYS_rt_sigprocmask, how, set ? &open : nullptr, old, kKernelSetBytes) == 0 ? 0 : errno;
}

ACCEL_INTERPOSE int pthread_attr_setsigmask_np(pthread_attr_t *attributes, const sigset_t *set)
{
    using Function = int (*)(pthread_attr_t *, const sigset_t *);
    static const auto next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "pthread_attr_setsigmask_np"));
    if (!set) return next(attributes, nullptr);
    const sigset_t open = without_watched(set);
    return next(attributes, &open);
}
