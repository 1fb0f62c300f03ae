// SPDX-License-Identifier: MIT
//
// The command line of a player, its control page, and the loop that looks at the device.
#include "play.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <thread>

#include "control_page.h"

namespace accel::lane {
namespace {

constexpr const char *kUsage =
    "Usage: %s --ram FILE --qtest SOCKET --gic PATH [--log FILE]\n"
    "Plays the registers of %s to a guest of QEMU's \"virt\" machine, until QEMU closes the socket.\n"
    "\n"
    "  --ram FILE      the file that QEMU was given as memory-backend-file (share=on)\n"
    "  --qtest SOCKET  the socket of QEMU's -qtest option; it may appear later\n"
    "  --gic PATH      the interrupt controller in the monitor's `info qom-tree`\n"
    "  --log FILE      a line for each reset and job (default: none)\n"
    "Prints \"ready\" when the read-only registers are in place: the guest may start then.\n";

constexpr int kConnectTimeoutMs = 20000;
constexpr int kSpins = 2000;
constexpr auto kIdleSleep = std::chrono::microseconds(100);

volatile std::sig_atomic_t stop_wanted = 0;

struct Options {
    std::string ram, qtest, gic, log;
};

bool parse(int argc, char **argv, Options &options)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        if (name == "--ram")
            options.ram = argv[i + 1];
        else if (name == "--qtest")
            options.qtest = argv[i + 1];
        else if (name == "--gic")
            options.gic = argv[i + 1];
        else if (name == "--log")
            options.log = argv[i + 1];
        else
            return false;
    }
    return argc % 2 == 1 && !options.ram.empty() && !options.qtest.empty() && !options.gic.empty();
}

class ControlView {
public:
    explicit ControlView(uint8_t *page) : page_(reinterpret_cast<ControlPage *>(page))
    {
        std::memset(page, 0, kControlSizeBytes);
        page_->version = ControlPage::kVersion;
        word(page_->magic).store(ControlPage::kMagic, std::memory_order_release);
    }

    std::atomic_ref<uint32_t> gate() { return word(page_->gate_open); }

    bool take_order(PlayedDevice &device)
    {
        const uint32_t count = word(page_->order_count).load(std::memory_order_acquire);
        if (count == page_->order_taken) return false;
        Order order{static_cast<Fault>(page_->fault), page_->argument};
        if (order.fault >= Fault::kCount) order = {};
        device.arm(order);
        word(page_->order_taken).store(count, std::memory_order_release);
        return true;
    }

    void publish(const Counters &counters, uint32_t bus_refusals)
    {
        word(page_->resets).store(counters.resets, std::memory_order_relaxed);
        word(page_->stuck_resets).store(counters.stuck_resets, std::memory_order_relaxed);
        word(page_->bus_refusals).store(bus_refusals, std::memory_order_relaxed);
        word(page_->jobs_started).store(counters.jobs_started, std::memory_order_release);
        word(page_->jobs_ended).store(counters.jobs_ended, std::memory_order_release);
    }

private:
    static std::atomic_ref<uint32_t> word(uint32_t &value) { return std::atomic_ref<uint32_t>(value); }

    ControlPage *page_;
};

void watch(PlayedDevice &device, ControlView &control, QtestLine &line, const GuestBus &bus)
{
    int quiet = 0;
    while (stop_wanted == 0) {
        const bool ordered = control.take_order(device);
        if (control.gate().load(std::memory_order_acquire) == 1) device.revive();
        const bool acted = device.poll();
        if (ordered || acted) {
            control.publish(device.counters(), bus.refusals());
            quiet = 0;
        } else if (++quiet > kSpins) {
            if (!line.alive()) return;
            std::this_thread::sleep_for(kIdleSleep);
        }
    }
}

// The registers must be in place before the guest starts, and the socket exists only once QEMU has.
class LateLine final : public InterruptLine {
public:
    void set(bool high) override
    {
        if (line) line->set(high);
    }
    QtestLine *line = nullptr;
};

int run(const Options &options, const char *program, const MakeDevice &make)
{
    GuestMemory memory(options.ram);
    uint8_t *registers = memory.at(kRegistersAddress, kRegistersSizeBytes);
    uint8_t *control_page = memory.at(kControlAddress, kControlSizeBytes);
    if (!registers || !control_page || !memory.at(kOwnMemoryAddress, kOwnMemorySizeBytes)) {
        std::fprintf(stderr, "%s: %s is too small: the device lies at 0x%llx\n", program, options.ram.c_str(),
                     static_cast<unsigned long long>(kRegistersAddress));
        return 1;
    }
    const auto close_log = [](std::FILE *file) { std::fclose(file); };
    const std::unique_ptr<std::FILE, decltype(close_log)> log(options.log.empty() ? nullptr : std::fopen(options.log.c_str(), "w"), close_log);
    if (!options.log.empty() && !log) {
        std::fprintf(stderr, "%s: cannot write %s: %s\n", program, options.log.c_str(), std::strerror(errno));
        return 1;
    }
    const auto write_line = [&log, begin = std::chrono::steady_clock::now()](const std::string &line) {
        if (!log) return;
        const std::chrono::duration<double> now = std::chrono::steady_clock::now() - begin;
        std::fprintf(log.get(), "[%9.4f] %s\n", now.count(), line.c_str());
        std::fflush(log.get());
    };

    GuestBus bus(memory);
    ControlView control(control_page);
    LateLine late;
    const std::unique_ptr<PlayedDevice> device = make({registers, bus, control.gate(), late, write_line});
    device->power_on();
    std::puts("ready");
    std::fflush(stdout);
    QtestLine line(options.qtest, options.gic, kInterrupt, kConnectTimeoutMs);
    late.line = &line;
    watch(*device, control, line, bus);
    return 0;
}

}  // namespace

int play(int argc, char **argv, const char *what, const MakeDevice &make)
{
    const char *slash = std::strrchr(argv[0], '/');
    const char *program = slash ? slash + 1 : argv[0];
    if (argc == 2 && (std::strcmp(argv[1], "--help") == 0 || std::strcmp(argv[1], "-h") == 0)) {
        std::printf(kUsage, program, what);
        return 0;
    }
    Options options;
    if (!parse(argc, argv, options)) {
        std::fprintf(stderr, kUsage, program, what);
        return 2;
    }
    const auto on_signal = [](int) { stop_wanted = 1; };
    std::signal(SIGTERM, on_signal);
    std::signal(SIGINT, on_signal);
    try {
        return run(options, program, make);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s: %s\n", program, error.what());
        return 1;
    }
}

}  // namespace accel::lane
