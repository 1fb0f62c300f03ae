// SPDX-License-Identifier: MIT
// Graphs of several operations, drawn anew with each seed: each operation is judged among the others, and what is fused against what is not.
#include <algorithm>
#include <cmath>
#include <set>

#include "networks/steadiness.h"
#include "networks/weaver.h"
#include "operations/judge.h"
#include "operations/probe.h"
#include "reference/rows.h"
#include "support/room.h"

namespace accel::conformance {
namespace {

constexpr size_t kFewOperations = 4;

using Bytes = std::vector<std::vector<char>>;

/// Networks of a run.
size_t network_count(Depth depth) { return depth == Depth::All ? 20000 : depth == Depth::Few ? 10
                                                                                             : 100; }

/// What the device takes of single operations.
std::vector<Subject> taken_subjects(const Room &room)
{
    std::vector<Subject> taken;
    for (const Subject &subject : all_subjects()) {
        auto probe = make_probe(subject, 1, 0);
        if (refusals_of(room.instance(), {room.device()}, probe.graph).empty()) taken.push_back(subject);
    }
    return taken;
}

/// Of each value what the device makes of it; of inputs and constants what they hold. Nothing where the device does not take the graph, or not in that size.
std::optional<Bytes> results_of(const Room &room, const Network &network, bool apart, bool saved = false)
{
    GraphBuilder graph = network.graph(apart);
    if (!refusals_of(room.instance(), {room.device()}, graph).empty()) return std::nullopt;
    auto program = room.try_build(graph);
    if (!program) return std::nullopt;
    if (saved) program = Program::load(room.instance(), program->save(), {room.device()});
    Bytes bytes;
    for (const auto &value : network.values()) bytes.push_back(value.maker == Network::kNone ? value.tensor.bytes : std::vector<char>());
    const auto results = network.results(apart);
    auto outputs = run_dense(room, *program, network.input_bytes());
    for (size_t index = 0; index < results.size(); ++index) bytes[results[index]] = std::move(outputs[index]);
    return bytes;
}

/// As alone, but for what looks at the errors of all elements together: elements that an adapter repeats err alike, and not to both sides. What may err at all may by one step of the smallest numbers, which are
/// drawn for no operation alone.
Expected judged_among_others(NumericClass numeric_class, accel_type type, const Answer &answer)
{
    Expected expected = judged(numeric_class, type, answer);
    for (double &allowed : expected.allowed)
        if (allowed > 0) allowed = std::max(allowed, ulp_of(type, 0));
    if (!expected.dot) return expected;
    const double roundings = static_cast<double>(expected.dot->products) + (expected.dot->has_bias ? 1 : 0);
    std::vector<double> allowed;
    for (const double mass : expected.dot->mass) allowed.push_back(roundings * std::max(std::ldexp(mass, -23), std::ldexp(1.0, -126)));
    return Expected::within(expected.dims, expected.dot->exact, allowed);
}

bool all_finite(const Tensor &tensor)
{
    for (size_t index = 0; is_real(tensor.type) && index < tensor.count(); ++index)
        if (!std::isfinite(tensor.real(index))) return false;
    return true;
}

/// What is wrong with the results of a member, whose operands have these elements; "" where nothing is, or an operand has what is no number, which the chapter `operations` asks for.
std::string judge_member(const Network &network, const Network::Member &member, const Bytes &bytes)
{
    Question question = member.question;
    std::deque<Tensor> operands;
    question.operands.clear();
    for (const size_t operand : member.operands) {
        if (operand != Network::kNone) operands.push_back(network.values()[operand].tensor), operands.back().bytes = bytes[operand];
        question.operands.push_back(operand == Network::kNone ? nullptr : &operands.back());
    }
    if (!std::all_of(operands.begin(), operands.end(), all_finite)) return "";
    const auto answers = answers_to(question);
    for (size_t index = 0; index < answers.size(); ++index) {
        const auto comparison = compare(judged_among_others(row_of(question.operation).numeric_class, question.results[index].type, answers[index]), bytes[member.results[index]]);
        if (!comparison) return std::string("v").append(std::to_string(member.results[index])).append(": ").append(comparison.difference());
    }
    return "";
}

/// The smallest part of the network, as far as cutting values off one by one finds it, of which `differs` is true.
template <class Differs> Network shrunk(const Network &network, size_t value, const Bytes &bytes, const Differs &differs)
{
    Bytes given(bytes.size());
    for (size_t index = value; index-- > 0;) {
        if (network.values()[index].maker == Network::kNone || bytes[index].empty()) continue;
        given[index] = bytes[index];
        const auto part = network.ancestors(value, given);
        if (!part || !differs(*part)) given[index].clear();
    }
    return network.ancestors(value, given).value();
}

void check_members(const Room &room, const Network &network, const Bytes &bytes)
{
    for (const Network::Member &member : network.members()) {
        const std::string wrong = judge_member(network, member, bytes);
        if (wrong.empty()) continue;
        const auto differs = [&](const Network &part) {
            const auto results = results_of(room, part, true);
            return results && !judge_member(part, part.members().back(), *results).empty();
        };
        const size_t result = member.results[0];
        const Network part = shrunk(network, result, bytes, differs);
        FAIL(wrong << "; the smallest part that is wrong:" << part.text() << "\nof" << network.ancestors(result, {})->text());
    }
}

/// The last value of a network, made together and apart; "" where they agree, or one is not made.
std::string parted(const Room &room, const Network &network)
{
    const size_t value = network.values().size() - 1;
    const auto distance = distances_of(network)[value];
    const auto apart_bytes = results_of(room, network, true), together = results_of(room, network, false);
    if (!distance || !apart_bytes || !together) return "";
    return apart(network.values()[value].tensor, (*apart_bytes)[value], (*together)[value], *distance);
}

void check_ends(const Room &room, const Network &network, const Bytes &apart_bytes, const Bytes &together, const char *how)
{
    const auto distances = distances_of(network);
    for (const size_t value : network.results(false)) {
        if (!distances[value]) continue;
        const std::string wrong = apart(network.values()[value].tensor, apart_bytes[value], together[value], *distances[value]);
        if (wrong.empty()) continue;
        const Network part = shrunk(network, value, apart_bytes, [&](const Network &smaller) { return !parted(room, smaller).empty(); });
        FAIL("v" << value << ", " << how << " and one by one: " << wrong << "; the smallest part that differs:" << part.text() << "\nof" << network.ancestors(value, {})->text());
    }
}

/// Is it one that the device takes?
bool prove(const Room &room, const std::vector<Subject> &subjects, uint64_t seed, size_t number)
{
    Random random(seed * 7919 + number);
    const Network network = woven(subjects, seed * 1000003 + number, 2 + random.next() % (number % 10 == 9 ? 59 : 12));
    INFO("network " << number << " of seed " << seed);
    const auto bytes = results_of(room, network, true);
    if (!bytes) return false;
    check_members(room, network, *bytes);
    const auto together = results_of(room, network, false);
    if (!together) return true;
    check_ends(room, network, *bytes, *together, "in one program");
    const auto loaded = results_of(room, network, false, true);
    REQUIRE(loaded.has_value());
    for (const size_t value : network.results(false)) CHECK(expect((*loaded)[value] == (*together)[value], "v" + std::to_string(value) + " of the saved program has other bits:" + network.ancestors(value, {})->text()));
    return true;
}

}  // namespace

ACCEL_CASE("numerics.networks.random", "N-14", "graphs of 2 to 60 operations in mixed types give what their operations give one by one, together, and saved", 2400)
{
    const Room room;
    const auto &target = Target::current();
    const auto subjects = taken_subjects(room);
    REQUIRE(!subjects.empty());
    // What takes an operation or two has nothing to tie together: it says what it does not take of RESHAPE.
    std::set<accel_operation> operations;
    for (const Subject &subject : subjects) operations.insert(subject.operation);
    if (operations.size() < kFewOperations) {
        auto probe = make_probe({ACCEL_OPERATION_RESHAPE, ACCEL_TYPE_F32, ACCEL_ROUNDING_NONE}, 1, 0);
        return skip_refused(refusals_of(room.instance(), {room.device()}, probe.graph));
    }
    size_t taken = 0;
    for (size_t number = 0; number < network_count(target.depth); ++number) taken += prove(room, subjects, target.seed, number);
    INFO(taken << " networks were taken");
    REQUIRE(taken > 0);
}

}  // namespace accel::conformance
