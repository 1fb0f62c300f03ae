// SPDX-License-Identifier: MIT
// Cancels each phase of a long graph's life at words that are spread over it.
#include "cancel.h"

#include <accel/accel.hpp>
#include <cstdio>
#include <functional>
#include <string_view>

#include "long_graphs.h"

namespace accel::conformance {
namespace {

/// Words that are heard before the application wants no more; all others of a phase are spread between its first and its last.
constexpr uint64_t kTriesPerPhase = 24;

/// Wants no more from one word on.
class Unwilling {
public:
    explicit Unwilling(uint64_t last) : last_(last) {}
    static int hear(void *user, const accel_progress *progress)
    {
        auto &self = *static_cast<Unwilling *>(user);
        self.was_done_ = std::string_view(progress->step) == "done";
        return self.heard() ? 0 : 1;
    }
    static accel_status take(void *user, const void *, size_t) { return static_cast<Unwilling *>(user)->heard() ? ACCEL_STATUS_OK : ACCEL_STATUS_CANCELLED; }
    uint64_t words() const { return words_; }
    bool said_no() const { return words_ >= last_; }
    /// There was nothing left to cancel.
    bool was_done() const { return was_done_; }

private:
    bool heard() { return ++words_ < last_; }

    uint64_t words_ = 0, last_;
    bool was_done_ = false;
};

using Phase = std::function<accel_status(Unwilling &)>;

bool phase_cancels(const char *name, const Phase &phase)
{
    Unwilling willing(UINT64_MAX);
    if (const accel_status status = phase(willing); status != ACCEL_STATUS_OK) {
        std::printf("%s: %s without being cancelled\n", name, accel_status_name(status));
        return false;
    }
    bool good = true;
    uint64_t tries = 0;
    for (uint64_t i = 0; i < kTriesPerPhase; ++i) {
        const uint64_t last = 1 + i * willing.words() / kTriesPerPhase;
        Unwilling unwilling(last);
        const accel_status status = phase(unwilling);
        if (!unwilling.said_no()) continue;  // a faster walk has fewer words
        ++tries;
        const bool ended = status == ACCEL_STATUS_CANCELLED || (status == ACCEL_STATUS_OK && unwilling.was_done());
        if (ended && unwilling.words() == last) continue;
        std::printf("%s: no to word %llu of %llu, then %llu more, and %s\n", name, static_cast<unsigned long long>(last), static_cast<unsigned long long>(willing.words()),
                    static_cast<unsigned long long>(unwilling.words() - last), accel_status_name(status));
        good = false;
    }
    std::printf("%s: %llu words, %llu of them answered with no\n", name, static_cast<unsigned long long>(willing.words()), static_cast<unsigned long long>(tries));
    return good && tries > 0;
}

}  // namespace

bool cancels_everywhere(const std::string &kind, uint32_t nodes)
{
    const std::string bytes = long_graph(kind, nodes);
    const Instance instance = Instance::create();
    const std::vector<Device> devices{instance.device("cpu")};
    const auto list = handles(devices);
    auto source = sized<accel_model_source>();
    source.bytes = bytes.data();
    source.byte_count = bytes.size();
    source.format = "onnx";
    bool good = phase_cancels("import", [&](Unwilling &unwilling) {
        source.progress = Unwilling::hear;
        source.progress_user = &unwilling;
        accel_model *made = nullptr;
        const accel_status status = accel_model_import(instance.get(), &source, &made);
        accel_model_unref(made);
        return status;
    });
    source.progress = nullptr;
    const Model model = Model::load(instance, source);
    auto desc = sized<accel_program_desc>();
    desc.model = model.get();
    desc.devices = list.data();
    desc.device_count = static_cast<uint32_t>(list.size());
    good = phase_cancels("build", [&](Unwilling &unwilling) {
               desc.progress = Unwilling::hear;
               desc.progress_user = &unwilling;
               accel_program *made = nullptr;
               const accel_status status = accel_program_build(&desc, &made);
               accel_program_unref(made);
               return status;
           }) &&
           good;
    desc.progress = nullptr;
    const Program program = Program::build(desc);
    good = phase_cancels("save", [&](Unwilling &unwilling) { return accel_program_save(program.get(), Unwilling::take, &unwilling); }) && good;
    const std::string saved = program.save();
    auto load = sized<accel_program_load_desc>();
    load.bytes = saved.data();
    load.byte_count = saved.size();
    load.devices = list.data();
    load.device_count = static_cast<uint32_t>(list.size());
    return phase_cancels("load", [&](Unwilling &unwilling) {
               load.progress = Unwilling::hear;
               load.progress_user = &unwilling;
               accel_program *made = nullptr;
               const accel_status status = accel_program_load(instance.get(), &load, &made);
               accel_program_unref(made);
               return status;
           }) &&
           good;
}

}  // namespace accel::conformance
