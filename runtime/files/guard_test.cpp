// SPDX-License-Identifier: MIT
// Faults in mappings of files that shrink, beside handlers of the application's own. Each case is a process: signals are the whole process's.
#include "guard.h"

#include <catch2/catch_test_macros.hpp>

#include <sys/mman.h>
#include <sys/wait.h>

#include <atomic>
#include <csetjmp>
#include <csignal>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "testing/temp_file.h"

using namespace accel::runtime;
using accel::testing::TempFile;

namespace {

const auto kPage = static_cast<size_t>(sysconf(_SC_PAGESIZE));

/// How a process ended: its exit code, or a signal plus 1000.
int ending_of(const std::function<int()> &body)
{
    const pid_t child = fork();
    if (child == 0) {
        struct sigaction standard {};
        standard.sa_handler = SIG_DFL;
        sigaction(SIGBUS, &standard, nullptr);
        alarm(20);
        _exit(body());
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}
constexpr int kDiedOfSigbus = 1000 + SIGBUS;

/// Two pages of a file that has lost its second one.
class Shrunk {
public:
    explicit Shrunk(bool guarded) : file_(std::string(2 * kPage, 'x')),
                                    descriptor_(file_.open())
    {
        bytes_ = static_cast<const char *>(mmap(nullptr, 2 * kPage, PROT_READ, MAP_PRIVATE, descriptor_, 0));
        if (guarded) guard_.emplace(bytes_, 2 * kPage);
        file_.truncate(static_cast<off_t>(kPage));
    }
    ~Shrunk()
    {
        guard_.reset();
        munmap(const_cast<char *>(bytes_), 2 * kPage);
        close(descriptor_);
    }
    const char *lost_byte() const { return bytes_ + kPage + 5; }
    bool is_answered() const { return bytes_[0] == 'x' && *const_cast<volatile const char *>(lost_byte()) == 0 && guard_->lost(); }
    void touch() const { (void)*const_cast<volatile const char *>(lost_byte()); }
    const Guard &guard() const { return *guard_; }

private:
    TempFile file_;
    int descriptor_;
    const char *bytes_ = nullptr;
    std::optional<Guard> guard_;
};

// What the application's handler saw.
volatile sig_atomic_t calls = 0;
void *volatile seen_address = nullptr;
volatile int seen_code = 0;
sigset_t seen_mask;
void *volatile seen_stack = nullptr;
sigjmp_buf way_out;

void note(int, siginfo_t *info, void *)
{
    calls = calls + 1;
    seen_address = info ? info->si_addr : nullptr;
    seen_code = info ? info->si_code : 0;
    seen_stack = __builtin_frame_address(0);
    pthread_sigmask(SIG_SETMASK, nullptr, &seen_mask);
}
void note_and_jump(int number, siginfo_t *info, void *context)
{
    note(number, info, context);
    siglongjmp(way_out, 1);
}
void note_plainly(int number)
{
    note(number, nullptr, nullptr);
    siglongjmp(way_out, 1);
}

struct sigaction previous_of_chainer {};
/// A handler that knows nothing of the fault and asks the one that it found.
void chain(int number, siginfo_t *info, void *context)
{
    calls = calls + 1;
    if (previous_of_chainer.sa_flags & SA_SIGINFO) previous_of_chainer.sa_sigaction(number, info, context);
}

void install(void (*handler)(int, siginfo_t *, void *), int flags = 0, int masked = 0)
{
    struct sigaction action {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | flags;
    sigemptyset(&action.sa_mask);
    if (masked) sigaddset(&action.sa_mask, masked);
    sigaction(SIGBUS, &action, nullptr);
}

struct sigaction present()
{
    struct sigaction action {};
    sigaction(SIGBUS, nullptr, &action);
    return action;
}

/// Touch what is nobody's; the application's handler jumps back here.
bool jumped_from(const Shrunk &mapping)
{
    if (sigsetjmp(way_out, 1) != 0) return true;
    mapping.touch();
    return false;
}

}  // namespace

TEST_CASE("G-16 a page that the file has lost is zeros and a mark, in every thread", "[files]")
{
    CHECK(ending_of([] {
              const Shrunk ours(true), other(true);
              if (ours.guard().lost() || !ours.is_answered()) return 1;
              if (other.guard().lost()) return 2;
              bool answered = false;
              std::thread([&] { answered = other.is_answered(); }).join();
              return answered ? 0 : 3;
          }) == 0);
}

TEST_CASE("G-16 without a guard, and beside one, a fault is what it was", "[files]")
{
    CHECK(ending_of([] { return Shrunk(false).touch(), 0; }) == kDiedOfSigbus);
    CHECK(ending_of([] {
              const Shrunk ours(true), foreign(false);
              if (!ours.is_answered()) return 1;
              foreign.touch();
              return 0;
          }) == kDiedOfSigbus);
    CHECK(ending_of([] {
              {
                  const Shrunk ours(true);
              }
              Shrunk(false).touch();
              return 0;
          }) == kDiedOfSigbus);
}

TEST_CASE("G-16 what is not ours goes to the handler that was there before, as it came", "[files]")
{
    CHECK(ending_of([] {
              install(note_and_jump, 0, SIGUSR1);
              const Shrunk ours(true), foreign(false);
              if (!ours.is_answered() || calls != 0) return 1;
              if (!jumped_from(foreign) || calls != 1) return 2;
              if (seen_address != foreign.lost_byte() || seen_code != BUS_ADRERR) return 3;
              if (!sigismember(&seen_mask, SIGUSR1) || !sigismember(&seen_mask, SIGBUS)) return 4;
              return jumped_from(foreign) && calls == 2 ? 0 : 5;
          }) == 0);
#if !defined(__SANITIZE_THREAD__)  // which calls every handler with all signals blocked, a program without this guard's, too
    CHECK(ending_of([] {
              install(note_and_jump, SA_NODEFER);
              const Shrunk ours(true), foreign(false);
              return jumped_from(foreign) && !sigismember(&seen_mask, SIGBUS) ? 0 : 1;
          }) == 0);
#endif
    CHECK(ending_of([] {
              signal(SIGBUS, note_plainly);
              const Shrunk ours(true), foreign(false);
              return ours.is_answered() && jumped_from(foreign) && calls == 1 ? 0 : 1;
          }) == 0);
}

TEST_CASE("G-16 a handler that was to be called once is called once", "[files]")
{
    const auto twice = [](bool guarded) {
        return ending_of([guarded] {
            install(note_and_jump, static_cast<int>(SA_RESETHAND));
            std::optional<Shrunk> ours;
            if (guarded) ours.emplace(true);
            const Shrunk foreign(false);
            if (!jumped_from(foreign) || (guarded && !ours->is_answered())) return 1;
            foreign.touch();
            return 2;
        });
    };
    CHECK(twice(false) == kDiedOfSigbus);
    CHECK(twice(true) == kDiedOfSigbus);
}

TEST_CASE("G-16 an alternative stack is used where the handler before wanted it", "[files]")
{
    for (const bool wanted : {true, false}) {
        INFO("SA_ONSTACK: " << wanted);
        CHECK(ending_of([wanted] {
                  std::vector<char> memory(64 << 10);
                  stack_t stack{};
                  stack.ss_sp = memory.data();
                  stack.ss_size = memory.size();
                  sigaltstack(&stack, nullptr);
                  install(note_and_jump, wanted ? SA_ONSTACK : 0);
                  const Shrunk ours(true), foreign(false);
                  if (!ours.is_answered() || !jumped_from(foreign)) return 1;
                  const auto *at = static_cast<char *>(seen_stack);
                  const bool there = at >= memory.data() && at < memory.data() + memory.size();
                  return there == wanted ? 0 : 2;
              }) == 0);
    }
}

TEST_CASE("G-16 signals that somebody sends are handled as before", "[files]")
{
    CHECK(ending_of([] {
              const Shrunk ours(true);
              raise(SIGBUS);
              return 0;
          }) == kDiedOfSigbus);
    CHECK(ending_of([] {
              signal(SIGBUS, SIG_IGN);
              const Shrunk ours(true), foreign(false);
              raise(SIGBUS);
              if (!ours.is_answered()) return 1;
              foreign.touch();  // a fault cannot be ignored
              return 2;
          }) == kDiedOfSigbus);
    CHECK(ending_of([] {
              install(note);
              const Shrunk ours(true);
              raise(SIGBUS);
              return calls == 1 && seen_code == SI_TKILL ? 0 : 1;
          }) == 0);
}

TEST_CASE("G-16 a handler over ours stays in front, and reaches ours", "[files]")
{
    CHECK(ending_of([] {
              std::optional<Shrunk> ours(std::in_place, true);
              previous_of_chainer = present();
              install(chain);
              if (!ours->is_answered() || calls != 1) return 1;
              ours.reset();
              if (present().sa_sigaction != chain) return 2;
              // It still chains to ours, which is not put over it a second time: that would never end.
              const Shrunk again(true);
              if (present().sa_sigaction != chain || !again.is_answered() || calls != 2) return 3;
              Shrunk(false).touch();
              return 4;
          }) == kDiedOfSigbus);
}

TEST_CASE("G-16 with the last guard the signal is as it was", "[files]")
{
    CHECK(ending_of([] {
              install(note_and_jump, SA_NODEFER | SA_RESTART, SIGUSR2);
              const struct sigaction before = present();
              for (int round = 0; round < 3; ++round) {
                  const Shrunk one(true), two(true);
                  if (present().sa_sigaction == before.sa_sigaction) return 1;
              }
              const struct sigaction after = present();
              if (after.sa_sigaction != before.sa_sigaction || after.sa_flags != before.sa_flags) return 2;
              return sigismember(&after.sa_mask, SIGUSR2) == 1 && sigismember(&after.sa_mask, SIGUSR1) == 0 ? 0 : 3;
          }) == 0);
    CHECK(ending_of([] {
              {
                  const Shrunk ours(true);
              }
              return present().sa_handler == SIG_DFL ? 0 : 1;
          }) == 0);
    // An application that takes its own handler away again must not leave us without one.
    CHECK(ending_of([] {
              install(note);
              std::optional<Shrunk> ours(std::in_place, true);
              signal(SIGBUS, SIG_DFL);
              ours.reset();
              return Shrunk(true).is_answered() ? 0 : 1;
          }) == 0);
}

TEST_CASE("G-16 many guards at once, by many threads", "[files]")
{
    CHECK(ending_of([] {
              std::vector<std::thread> threads;
              std::atomic<int> wrong{0};
              for (int t = 0; t < 4; ++t) {
                  threads.emplace_back([&wrong] {
                      for (int round = 0; round < 8; ++round) {
                          std::vector<std::unique_ptr<Shrunk>> all;
                          for (int i = 0; i < 20; ++i) all.push_back(std::make_unique<Shrunk>(true));
                          for (const auto &one : all) wrong += !one->is_answered();
                      }
                  });
              }
              for (std::thread &thread : threads) thread.join();
              return wrong != 0 ? 1 : present().sa_handler == SIG_DFL ? 0
                                                                      : 2;
          }) == 0);
}
