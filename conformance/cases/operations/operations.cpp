// SPDX-License-Identifier: MIT
// One case for every operation of the catalog in every type and rounding: whatever of it the device claims is run, in shapes drawn anew with each seed.
#include <catch2/internal/catch_test_registry.hpp>

#include <deque>

#include "operations/probe.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

constexpr size_t kFew = 3;  ///< graphs that a smoke run sees right

/// The program of a graph that the device takes; nothing when it is too large for it, which rule C-1 permits.
std::optional<Program> build_claimed(const Room &room, GraphBuilder &graph)
{
    try {
        return Program::build(Model::create(room.instance(), graph.desc()), {room.device()});
    } catch (const Error &error) {
        if (error.status() == ACCEL_STATUS_LIMIT || error.status() == ACCEL_STATUS_OUT_OF_MEMORY) return std::nullopt;
        throw std::runtime_error(std::string("the device takes it when it is asked, and building answers ") + name_of(error.status()) + ": " + error.what());
    }
}

void check_results(const std::vector<Expected> &expected, const std::vector<std::vector<char>> &results)
{
    REQUIRE(results.size() == expected.size());
    for (size_t output = 0; output < results.size(); ++output) {
        INFO("output " << output);
        REQUIRE(compare(expected[output], results[output]));
    }
}

void prove(const Subject &subject)
{
    const Room room;
    const auto &target = Target::current();
    const uint64_t seed = target.seed;
    std::vector<Refusal> refused;
    size_t right = 0, too_large = 0;
    const size_t enough = target.depth == Depth::Few ? kFew : SIZE_MAX;
    for (size_t round = 0; round < probe_count(subject, target.depth) && right < enough; ++round) {
        auto probe = make_probe(subject, seed, round, target.depth);
        INFO(probe.about << " (round " << round << " of seed " << seed << ")");
        if (const auto answer = refusals_of(room.instance(), {room.device()}, probe.graph); !answer.empty()) {
            refused = answer;
            continue;
        }
        const auto program = build_claimed(room, probe.graph);
        if (!program) {
            ++too_large;
            continue;
        }
        // Twice: what is right the first time only is not right.
        for (int run = 0; run < 2; ++run) check_results(probe.expected, run_dense(room, *program, probe.inputs));
        ++right;
    }
    if (right > 0) return;
    if (too_large > 0) FAIL(subject.text() << ": the device takes " << too_large << " graphs when it is asked, and finds each too large when it builds");
    skip_refused(refused);
}

class Invoker final : public Catch::ITestInvoker {
public:
    explicit Invoker(const Subject &subject) : subject_(subject) {}
    void invoke() const override { prove(subject_); }

private:
    Subject subject_;
};

struct Names {
    std::string id, rule, sentence;
};

/// Registered like ACCEL_CASE does it, once per subject.
const bool kRegistered = [] {
    static std::deque<Names> names;
    for (const auto &subject : all_subjects()) {
        const auto &kept = names.emplace_back(Names{subject.id(), subject.rule(), subject.text() + " gives the right results for all sizes, values and attributes that the device takes"});
        const Registrar registrar(kept.id, kept.rule, kept.sentence, 60);
        const Catch::AutoReg registered(Catch::Detail::make_unique<Invoker>(subject), CATCH_INTERNAL_LINEINFO, "", {kept.id, "[operations]"});
    }
    return true;
}();

}  // namespace
}  // namespace accel::conformance
