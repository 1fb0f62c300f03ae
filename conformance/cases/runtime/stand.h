// SPDX-License-Identifier: MIT
// An instance with the witness module alone, and work for it.
#pragma once

#include <chrono>
#include <filesystem>
#include <sstream>
#include <thread>

#include "support/room.h"
#include "witness/ledger.h"

namespace accel::conformance {

/// The witness and a ledger that notes what it sees until the case ends.
class Stand {
public:
    /// with_cpu: the CPU is there, too.
    explicit Stand(uint32_t queue_depth = 4, bool with_cpu = false)
    {
        const Target &tested = Target::current();
        const std::string folder = tested.fault.empty() ? tested.suite_module_folder("witness") : tested.module_paths.at(0);
        if (!std::filesystem::exists(folder)) skip("suite.modules", "the witness module is not in " + folder);
        ledger_.queue_depth = queue_depth;
        std::ostringstream address;
        address << std::hex << reinterpret_cast<uintptr_t>(&ledger_);
        setenv("ACCEL_WITNESS", address.str().c_str(), 1);
        Target target;
        target.module_paths = {folder};
        target.only_given_paths = !with_cpu || tested.only_given_paths;
        if (with_cpu) target.module_paths.insert(target.module_paths.end(), tested.module_paths.begin(), tested.module_paths.end());
        instance_ = make_instance(target);
        device_ = instance_.device("witness");
        if (with_cpu) cpu_ = instance_.device("cpu");
    }
    witness::Ledger &ledger() { return ledger_; }
    const Instance &instance() const { return instance_; }
    const Device &device() const { return device_; }
    const Device &cpu() const { return cpu_; }
    Fence fence() const { return Fence::create(instance_); }
    Queue queue(uint32_t depth = 0) const { return Queue::create({device_}, depth); }
    Buffer buffer(uint64_t size_bytes = kBytes) const { return Buffer::create({device_}, size_bytes); }

    /// y = a + b, or a chain of several sums, each a segment of its own.
    Program program(int sums = 1) const
    {
        GraphBuilder graph;
        const uint32_t a = graph.input("a", ACCEL_TYPE_F32, {kCount}), b = graph.input("b", ACCEL_TYPE_F32, {kCount});
        uint32_t last = a;
        for (int index = 0; index < sums; ++index) {
            const uint32_t next = graph.tensor(index + 1 == sums ? "y" : "", ACCEL_TYPE_F32, {kCount});
            graph.node(ACCEL_OPERATION_ADD, {last, b}, {next});
            last = next;
        }
        graph.output(last);
        return Program::build(Model::create(instance_, graph.desc()), {device_});
    }

    /// Ends everything and answers what the witness complained about.
    std::string complaints()
    {
        device_ = cpu_ = Device();
        instance_ = Instance();
        // A thread of the library may hold the last reference a moment longer.
        for (int tries = 0; tries < 200 && ledger_.live() != 0; ++tries) std::this_thread::sleep_for(std::chrono::milliseconds(10));
        if (ledger_.live() != 0) return std::to_string(ledger_.live()) + " objects are left, the device among them";
        std::string text;
        for (const auto &violation : ledger_.violations()) text += violation + "\n";
        return text;
    }

    static constexpr int64_t kCount = 64;
    static constexpr uint64_t kBytes = kCount * 4;

private:
    witness::Ledger ledger_;
    Instance instance_;
    Device device_, cpu_;
};

/// Keeps the witness from ending work, and lets it go on however the case ends.
class Hold {
public:
    explicit Hold(Stand &stand) : ledger_(stand.ledger()) { ledger_.hold = true; }
    ~Hold() { ledger_.hold = false; }
    Hold(const Hold &) = delete;
    Hold &operator=(const Hold &) = delete;
    void release() { ledger_.hold = false; }

private:
    witness::Ledger &ledger_;
};

struct Job {
    Job(const Stand &stand, const Program &program) : a(stand.buffer()),
                                                      b(stand.buffer()),
                                                      y(stand.buffer()),
                                                      run(Run::create(program))
    {
        run.bind(0, a);
        run.bind(1, b);
        run.bind(2, y);
    }
    void set(float left, float right) const
    {
        for (int64_t index = 0; index < Stand::kCount; ++index) a.map().as<float>()[index] = left, b.map().as<float>()[index] = right;
    }
    float result() const { return y.map(ACCEL_ACCESS_READ).as<float>()[Stand::kCount - 1]; }
    Buffer a, b, y;
    Run run;
};

}  // namespace accel::conformance
