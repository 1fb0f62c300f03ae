// SPDX-License-Identifier: MIT
// An access to closed memory raises SIGSEGV: it is written down, its page is opened, and the processor's trap flag lets that one instruction run. Then SIGTRAP
// closes the page again. While one thread is inside such a step others can pass through that page unseen; segments of one run never overlap, so a copy
// cannot hide there for more than single bytes.
#include "touch_watch.h"

#include <link.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "mappings.h"
#include "plain_copy.h"

namespace accel::split {
namespace {

constexpr uintptr_t kPageBytes = 4096;
constexpr size_t kTouchers = static_cast<size_t>(Toucher::Count);
constexpr greg_t kTrapFlag = 0x100;
constexpr greg_t kWriteFault = 2;

struct CodeRange {
    uintptr_t begin, end;
    Toucher toucher;
};

Toucher toucher_of_library(const char *path)
{
    const auto names = [&](const char *part) { return std::strstr(path, part) != nullptr; };
    return names("/libaccel.so") ? Toucher::Runtime : names("/libaccel-ethosu-sim.so") ? Toucher::Simulation
                                                  : names("/libaccel-ethosu.so")       ? Toucher::Ethosu
                                                  : names("/libaccel-cpu.so")          ? Toucher::Cpu
                                                                                       : Toucher::Others;
}

int note_library(dl_phdr_info *info, size_t, void *list)
{
    for (int index = 0; index < info->dlpi_phnum; ++index) {
        const auto &part = info->dlpi_phdr[index];
        if (part.p_type != PT_LOAD || !(part.p_flags & PF_X)) continue;
        const uintptr_t begin = info->dlpi_addr + part.p_vaddr;
        static_cast<std::vector<CodeRange> *>(list)->push_back({begin, begin + part.p_memsz, toucher_of_library(info->dlpi_name)});
    }
    return 0;
}

/// Held for a few instructions, in signal handlers too.
class SpinLock {
public:
    void lock()
    {
        while (flag_.test_and_set(std::memory_order_acquire)) __builtin_ia32_pause();
    }
    void unlock() { flag_.clear(std::memory_order_release); }

private:
    std::atomic_flag flag_ = ATOMIC_FLAG_INIT;
};

/// One mapping with a mark per byte, kind of access and toucher.
struct Watched {
    Mapping mapping;
    std::vector<uint8_t> reads, writes;  ///< bit number `toucher` is set
    std::vector<uint16_t> open_steps;    ///< per page
};

}  // namespace

struct TouchWatch::State {
    std::vector<Watched> watched;
    std::vector<CodeRange> code;
    SpinLock lock;

    Watched *find(uintptr_t address)
    {
        for (auto &each : watched)
            if (address >= each.mapping.begin && address < each.mapping.end()) return &each;
        return nullptr;
    }
    Toucher toucher_of(uintptr_t ip) const
    {
        if (ip >= reinterpret_cast<uintptr_t>(__start_plain_copy) && ip < reinterpret_cast<uintptr_t>(__stop_plain_copy))
            ip = reinterpret_cast<uintptr_t>(plain_copy_caller());
        for (const auto &range : code)
            if (ip >= range.begin && ip < range.end) return range.toucher;
        return Toucher::Others;
    }
};

namespace {

std::atomic<TouchWatch::State *> g_state{nullptr};

/// Pages that this thread's current instruction has opened: an access can lie across two, and an instruction has two operands.
struct Step {
    uintptr_t pages[8];
    unsigned count = 0;
};
thread_local Step t_step;
thread_local unsigned t_late_faults = 0;
constexpr unsigned kLateFaultsMax = 16;

void set_page(uintptr_t page, int protection) { mprotect(reinterpret_cast<void *>(page), kPageBytes, protection); }

void on_fault(int, siginfo_t *info, void *raw)
{
    auto &registers = static_cast<ucontext_t *>(raw)->uc_mcontext.gregs;
    const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
    TouchWatch::State *state = g_state.load();
    // The watch has ended between the access and this line: the page is open again.
    if (!state && t_late_faults++ < kLateFaultsMax) return;
    Watched *watched = state ? state->find(address) : nullptr;
    if (!watched || t_step.count == std::size(t_step.pages)) {
        signal(SIGSEGV, SIG_DFL);  // a true fault: it happens again, and ends the process
        return;
    }
    t_late_faults = 0;
    const auto toucher = static_cast<unsigned>(state->toucher_of(static_cast<uintptr_t>(registers[REG_RIP])));
    const uintptr_t offset = address - watched->mapping.begin, page = address / kPageBytes * kPageBytes;
    state->lock.lock();
    auto &marks = registers[REG_ERR] & kWriteFault ? watched->writes : watched->reads;
    marks[offset] = static_cast<uint8_t>(marks[offset] | 1u << toucher);
    ++watched->open_steps[offset / kPageBytes];
    set_page(page, PROT_READ | PROT_WRITE);
    state->lock.unlock();
    t_step.pages[t_step.count++] = page;
    registers[REG_EFL] |= kTrapFlag;
}

void on_trap(int, siginfo_t *, void *raw)
{
    auto &registers = static_cast<ucontext_t *>(raw)->uc_mcontext.gregs;
    registers[REG_EFL] &= ~kTrapFlag;
    TouchWatch::State *state = g_state.load();
    for (; t_step.count > 0; --t_step.count) {
        const uintptr_t page = t_step.pages[t_step.count - 1];
        Watched *watched = state ? state->find(page) : nullptr;
        if (!watched) continue;
        state->lock.lock();
        if (--watched->open_steps[(page - watched->mapping.begin) / kPageBytes] == 0) set_page(page, PROT_NONE);
        state->lock.unlock();
    }
}

/// For good: a thread may be on its way into a handler when a watch ends.
void handle(int number, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigaction(number, &action, nullptr);
}

}  // namespace

TouchWatch::TouchWatch() : state_(std::make_unique<State>())
{
    if (g_state.load()) throw std::logic_error("two watches at once");
    for (const Mapping &mapping : module_mappings())
        state_->watched.push_back({mapping, std::vector<uint8_t>(mapping.size_bytes), std::vector<uint8_t>(mapping.size_bytes), std::vector<uint16_t>(mapping.size_bytes / kPageBytes)});
    dl_iterate_phdr(note_library, &state_->code);
    handle(SIGSEGV, on_fault);
    handle(SIGTRAP, on_trap);
    g_state.store(state_.get());
    for (const auto &each : state_->watched) mprotect(reinterpret_cast<void *>(each.mapping.begin), each.mapping.size_bytes, PROT_NONE);
}

TouchWatch::~TouchWatch() { stop(); }

void TouchWatch::stop()
{
    if (g_state.load() != state_.get()) return;
    for (const auto &each : state_->watched) mprotect(reinterpret_cast<void *>(each.mapping.begin), each.mapping.size_bytes, PROT_READ | PROT_WRITE);
    g_state.store(nullptr);
}

Touches TouchWatch::end(Toucher toucher)
{
    stop();
    const auto bit = static_cast<uint8_t>(1u << static_cast<unsigned>(toucher));
    const auto marked = [&](const std::vector<uint8_t> &marks) { return static_cast<uint64_t>(std::count_if(marks.begin(), marks.end(), [&](uint8_t mark) { return mark & bit; })); };
    Touches touches;
    for (const auto &each : state_->watched) {
        touches.read_bytes += marked(each.reads);
        touches.written_bytes += marked(each.writes);
    }
    return touches;
}

}  // namespace accel::split
