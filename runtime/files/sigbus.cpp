// SPDX-License-Identifier: MIT
// Takes SIGBUS, and hands on what is not ours.
#include "sigbus.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

namespace accel::runtime {

namespace {

/// What had the signal before us. Kept for the life of the process, as a handler may be reading it.
struct Before {
    struct sigaction action {};
    std::atomic<bool> spent{false};  ///< SA_RESETHAND: it was called once
};

std::atomic<FaultFn> mend{nullptr};
Before first_before;  // the usual case needs no memory
std::atomic<Before *> before{nullptr};
bool installed = false;  ///< also while another handler is over ours

/// A fault of the thread itself, which comes again when its instruction is executed again; other signals were sent.
bool is_fault(const siginfo_t &info)
{
    return info.si_code == BUS_ADRALN || info.si_code == BUS_ADRERR || info.si_code == BUS_OBJERR || info.si_code == BUS_MCEERR_AR;
}

/// The signal's default action, which ends the process with the signal's own facts.
void act_by_default(int number, siginfo_t *info)
{
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    sigaction(number, &standard, nullptr);
    // The same signal again, for when this handler has returned.
    if (!is_fault(*info)) syscall(SYS_rt_tgsigqueueinfo, getpid(), static_cast<pid_t>(syscall(SYS_gettid)), number, info);
}

void hand_on(int number, siginfo_t *info, void *context)
{
    Before *to = before.load(std::memory_order_acquire);
    const struct sigaction &action = to->action;
    const bool plain = !(action.sa_flags & SA_SIGINFO);
    if (plain && action.sa_handler == SIG_IGN && !is_fault(*info)) return;
    const bool standard = plain && (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN);
    if (standard || (action.sa_flags & static_cast<int>(SA_RESETHAND) && to->spent.exchange(true))) return act_by_default(number, info);
    if (plain)
        action.sa_handler(number);
    else
        action.sa_sigaction(number, info, context);
}

void on_sigbus(int number, siginfo_t *info, void *context)
{
    const int error = errno;
    const FaultFn ours = mend.load(std::memory_order_acquire);
    const bool mended = info->si_code == BUS_ADRERR && ours && ours(info->si_addr);
    errno = error;
    if (!mended) hand_on(number, info, context);
}

bool is_ours(const struct sigaction &action) { return action.sa_flags & SA_SIGINFO && action.sa_sigaction == on_sigbus; }

bool same(const struct sigaction &a, const struct sigaction &b)
{
    // The C library's sets have room for signals that the kernel does not have, and leaves it as it was.
    for (int number = 1; number < _NSIG; ++number) {
        if (sigismember(&a.sa_mask, number) != sigismember(&b.sa_mask, number)) return false;
    }
    return a.sa_flags == b.sa_flags && a.sa_sigaction == b.sa_sigaction;
}

bool is_standard(const struct sigaction &action) { return !(action.sa_flags & SA_SIGINFO) && (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN); }

/// Ours is called as the one before was to be called: same mask, same stack, deferred or not.
struct sigaction ours_before(const struct sigaction &action)
{
    struct sigaction ours = action;
    if (is_standard(action)) {
        ours.sa_flags = SA_ONSTACK | SA_RESTART;
        sigemptyset(&ours.sa_mask);
    }
    ours.sa_flags = (ours.sa_flags | SA_SIGINFO) & ~static_cast<int>(SA_RESETHAND);
    ours.sa_sigaction = on_sigbus;
    return ours;
}

}  // namespace

void take_sigbus(FaultFn ours)
{
    mend.store(ours, std::memory_order_release);
    struct sigaction present {};
    sigaction(SIGBUS, nullptr, &present);
    if (is_ours(present)) {
        installed = true;
        return;
    }
    Before *known = before.load(std::memory_order_relaxed);
    // One that came after ours had ours as the one before it: it calls us, and must not be called by us.
    if (installed && !is_standard(present) && !same(present, known->action)) return;
    if (!known || known->spent || !same(present, known->action)) {
        known = known ? new Before : &first_before;
        known->action = present;
        before.store(known, std::memory_order_release);
    }
    const struct sigaction action = ours_before(present);
    sigaction(SIGBUS, &action, nullptr);
    installed = true;
}

void leave_sigbus()
{
    mend.store(nullptr, std::memory_order_release);
    struct sigaction present {};
    sigaction(SIGBUS, nullptr, &present);
    if (!is_ours(present)) return;
    const Before *known = before.load(std::memory_order_relaxed);
    struct sigaction action = known->action;
    if (known->spent) {
        action = {};
        action.sa_handler = SIG_DFL;
    }
    sigaction(SIGBUS, &action, nullptr);
    installed = false;
}

}  // namespace accel::runtime
