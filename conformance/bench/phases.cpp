// SPDX-License-Identifier: MIT
// Times and weighs importing, building, saving, loading and letting go, and listens to progress meanwhile.
#include "phases.h"

#include <sys/resource.h>

#include <accel/accel.hpp>
#include <ctime>
#include <iostream>

#include "long_graphs.h"

namespace accel::conformance {
namespace {

double seconds(clockid_t clock)
{
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Hears progress, and how long it has heard nothing.
class Listener {
public:
    static int hear(void *user, const accel_progress *progress)
    {
        static_cast<Listener *>(user)->heard(progress->step);
        return 0;
    }
    void heard(const char *step)
    {
        const double now = seconds(CLOCK_THREAD_CPUTIME_ID);
        if (now - since_ > longest_) longest_ = now - since_, worst_ = step_;
        since_ = now;
        step_ = step;
    }
    double longest_ms() const { return longest_ * 1e3; }
    const std::string &worst() const { return worst_; }

private:
    double since_ = seconds(CLOCK_THREAD_CPUTIME_ID), longest_ = 0;
    std::string step_ = "the beginning", worst_;
};

Model import(const Instance &instance, const std::string &bytes, Listener &listener)
{
    auto source = sized<accel_model_source>();
    source.bytes = bytes.data();
    source.byte_count = bytes.size();
    source.format = "onnx";
    source.progress = Listener::hear;
    source.progress_user = &listener;
    return Model::load(instance, source);
}

Program build(const Model &model, const std::vector<Device> &devices, Listener &listener)
{
    const auto list = handles(devices);
    auto desc = sized<accel_program_desc>();
    desc.model = model.get();
    desc.devices = list.data();
    desc.device_count = static_cast<uint32_t>(list.size());
    desc.progress = Listener::hear;
    desc.progress_user = &listener;
    return Program::build(desc);
}

std::string save(const Program &program, Listener &listener)
{
    struct Target {
        std::string bytes;
        Listener &listener;
    } target{{}, listener};
    target.bytes.reserve(program.info().saved_bytes);
    const auto take = [](void *user, const void *bytes, size_t byte_count) {
        auto &to = *static_cast<Target *>(user);
        to.listener.heard("saving");
        to.bytes.append(static_cast<const char *>(bytes), byte_count);
        return ACCEL_STATUS_OK;
    };
    check(accel_program_save(program.get(), take, &target));
    return std::move(target.bytes);
}

}  // namespace

Measured measure(const std::string &kind, uint32_t nodes, bool verbose)
{
    const std::string bytes = long_graph(kind, nodes);
    const Instance instance = Instance::create();
    const std::vector<Device> devices{instance.device("cpu")};
    devices[0].open();
    Measured measured;
    Listener listener;
    size_t phase = 0;
    double since = seconds(CLOCK_PROCESS_CPUTIME_ID);
    const auto end_phase = [&] {
        listener.heard("the end of a phase");
        const double now = seconds(CLOCK_PROCESS_CPUTIME_ID);
        measured.phase_s.at(phase++) = now - since;
        since = now;
    };
    {
        const Model model = import(instance, bytes, listener);
        end_phase();
        const Program program = build(model, devices, listener);
        end_phase();
        const std::string saved = save(program, listener);
        end_phase();
        const Program loaded = Program::load(instance, saved, devices, Listener::hear, &listener);
        end_phase();
    }
    // Letting go calls nobody.
    measured.silence_ms = listener.longest_ms();
    if (verbose) std::cerr << kind << " " << nodes << ": longest silence " << measured.silence_ms << " ms, behind '" << listener.worst() << "'\n";
    end_phase();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    measured.peak_kib = usage.ru_maxrss;
    return measured;
}

}  // namespace accel::conformance
