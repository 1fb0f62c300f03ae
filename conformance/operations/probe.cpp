// SPDX-License-Identifier: MIT
// From a configuration to a question, its answers and the graph that asks it.
#include "probe.h"

#include <algorithm>
#include <map>

#include "cover.h"
#include "form.h"
#include "judge.h"
#include "reference/rows.h"
#include "reference/small.h"

namespace accel::conformance {
namespace {

constexpr size_t kMostOfProduct = 4096;

/// The configurations of each subject of a row; the first of each is plain.
using Plan = std::vector<std::vector<Configuration>>;

size_t index_of(const std::vector<Aspect> &aspects, std::string_view name)
{
    for (size_t index = 0; index < aspects.size(); ++index)
        if (aspects[index].name == name) return index;
    return SIZE_MAX;
}

Plan planned(const OperationRow &row, Depth depth)
{
    const auto aspects = aspects_of(row);
    const auto subjects = subjects_of(row);
    const auto first = first_configurations(row, aspects);
    const auto all = depth == Depth::All ? product(aspects, kMostOfProduct, 1) : pairwise(aspects, first, most_of(aspects));
    Plan plan(subjects.size());
    for (const auto &configuration : first) plan[configuration[0]].push_back(configuration);
    for (const auto &configuration : all) {
        auto &own = plan[configuration[0]];
        if (std::find(own.begin(), own.end(), configuration) == own.end()) own.push_back(configuration);
    }
    return plan;
}

}  // namespace

size_t most_of(const std::vector<Aspect> &aspects) { return std::max(kMostOfRow, 4 * aspects[0].choices); }

std::vector<Configuration> first_configurations(const OperationRow &row, const std::vector<Aspect> &aspects)
{
    const auto subjects = subjects_of(row);
    const size_t values = index_of(aspects, "values"), sizes = index_of(aspects, "sizes");
    const bool few = !kinds_take_turns(aspects);  // where they are many, ends of whole numbers come with the pairs
    std::vector<Configuration> first;
    const auto add = [&](size_t kind, size_t choice) {
        first.emplace_back(aspects.size(), 0);
        first.back()[0] = kind;
        if (choice) first.back()[values] = choice;
        if (choice == kExtremeValues && !few) first.back()[sizes] = kTailSizes;
    };
    for (size_t kind = 0; kind < subjects.size(); ++kind) add(kind, kPlainValues);
    for (size_t kind = 0; kind < subjects.size() && values != SIZE_MAX; ++kind) {
        const bool real = is_real(subjects[kind].type), moved = row.numeric_class == NumericClass::Exact;
        if (real) add(kind, kSpecialValues);
        if (real || (few && moved && bytes_of(subjects[kind].type) > 1)) add(kind, kExtremeValues);
    }
    return first;
}

namespace {

const std::vector<Configuration> &configurations_of(const Subject &subject, Depth depth)
{
    static std::map<std::pair<accel_operation, bool>, Plan> plans;
    const auto &row = row_of(subject.operation);
    const auto [place, is_new] = plans.try_emplace({subject.operation, depth == Depth::All});
    if (is_new) place->second = planned(row, depth);
    const auto subjects = subjects_of(row);
    return place->second[static_cast<size_t>(std::find(subjects.begin(), subjects.end(), subject) - subjects.begin())];
}

std::string name_of_operand(const OperationRow &row, size_t position)
{
    if (position < row.operands.size() && row.operands[position].option != Option::Variadic) return row.operands[position].name;
    return std::string("x").append(std::to_string(position));
}

/// "CONV in F32: 1x8x7x7 by 5x8x3x3 to 1x5x3x3; strides 2, clamp 1"
std::string about(const Form &form, const std::vector<Aspect> &aspects, const Configuration &configuration, const std::vector<Answer> &answers)
{
    std::string text = form.subject.text();
    text.append(":");
    for (const Tensor *operand : form.question.operands) text.append(" ").append(operand ? shape_text(operand->dims) : "-");
    text.append(" to");
    for (const auto &answer : answers) text.append(" ").append(shape_text(answer.dims));
    for (size_t index = 1; index < aspects.size(); ++index)
        if (configuration[index]) text.append(", ").append(aspects[index].name).append(" ").append(std::to_string(configuration[index]));
    return text;
}

void add_branches(Form &form, uint32_t condition, const std::vector<uint32_t> &results, Probe &probe)
{
    std::vector<uint32_t> around;
    for (const Tensor &tensor : form.around) {
        around.push_back(probe.graph.input(std::string("around").append(std::to_string(around.size())).c_str(), tensor.type, tensor.dims));
        probe.inputs.push_back(tensor.bytes);
    }
    std::vector<GraphBuilder::Branch> branches = std::move(form.branches);
    for (auto &branch : branches)
        for (auto &capture : branch.captures) capture.outer = around[capture.outer];
    probe.graph.branches(condition, results, std::move(branches[0]), std::move(branches[1]));
}

Probe built(Form &form, const std::vector<Answer> &answers)
{
    Probe probe;
    const Question &question = form.question;
    std::vector<uint32_t> operands, results;
    for (size_t position = 0; position < question.operands.size(); ++position) {
        const Tensor *operand = question.operands[position];
        if (!operand) {
            operands.push_back(ACCEL_TENSOR_NONE);
            continue;
        }
        const std::string name = name_of_operand(form.row, position);
        if (form.is_constant(position))
            operands.push_back(probe.graph.constant<char>(name.c_str(), operand->type, operand->dims, packed(operand->type, operand->bytes), operand->quantization));
        else {
            operands.push_back(probe.graph.input(name.c_str(), operand->type, operand->dims, operand->quantization));
            probe.inputs.push_back(operand->bytes);
        }
    }
    for (size_t index = 0; index < answers.size(); ++index) {
        const Tensor &result = question.results[index];
        const std::string name = std::string("y").append(std::to_string(index));
        results.push_back(probe.graph.tensor(name.c_str(), result.type, answers[index].dims, result.quantization));
        probe.expected.push_back(judged(form.row.numeric_class, result.type, answers[index]));
    }
    if (form.branches.empty())
        probe.graph.node(question.operation, operands, results, attributes_of(question), question.rounding);
    else
        add_branches(form, operands[0], results, probe);
    for (const uint32_t result : results) probe.graph.output(result);
    return probe;
}

}  // namespace

size_t probe_count(const Subject &subject, Depth depth) { return configurations_of(subject, depth).size(); }

GraphBuilder::Attributes attributes_of(const Question &question)
{
    GraphBuilder::Attributes attributes;
    for (const auto &[key, values] : question.ints) attributes.ints.push_back({static_cast<accel_attribute_key>(key), values});
    for (const auto &[key, value] : question.reals) attributes.floats.push_back({static_cast<accel_attribute_key>(key), {value}});
    for (const auto &[key, values] : question.real_lists) attributes.floats.push_back({static_cast<accel_attribute_key>(key), values});
    for (const auto &[key, value] : question.texts) attributes.strings.push_back({static_cast<accel_attribute_key>(key), value});
    for (const auto &[key, values] : question.text_lists) attributes.string_lists.push_back({static_cast<accel_attribute_key>(key), values});
    if (!question.auto_pad.empty()) attributes.strings.push_back({ACCEL_ATTRIBUTE_AUTO_PAD, question.auto_pad});
    return attributes;
}

namespace {

/// Draws the operands, and what the result of an activation is bounded by.
std::vector<Answer> drawn_answers(Form &form)
{
    former_of(form.row.shape)(form);
    auto answers = answers_to(form.question);
    if (!form.choice("clamp")) return answers;
    form.clamp(answers);
    return answers_to(form.question);
}

/// Neighbouring subjects must not draw the same shapes.
uint64_t seed_of(const Subject &subject, uint64_t seed) { return seed + 7919 * subject.operation + 104729 * subject.type + 1299709 * subject.rounding; }

}  // namespace

Drawn draw_question(const Subject &subject, uint64_t seed, size_t round)
{
    const auto &row = row_of(subject.operation);
    const auto aspects = aspects_of(row);
    const auto subjects = subjects_of(row);
    Draw draw(seed_of(subject, seed), round + 1);
    Configuration configuration;
    for (const auto &[name, choices] : aspects) configuration.push_back(draw.random.next() % (name == "values" ? std::min<size_t>(choices, kExtremeValues) : choices));
    configuration[0] = static_cast<size_t>(std::find(subjects.begin(), subjects.end(), subject) - subjects.begin());
    Form form(subject, aspects, configuration, draw);
    drawn_answers(form);
    Drawn drawn{std::move(form.question), {}, {}};
    for (size_t position = 0; position < drawn.question.operands.size(); ++position) drawn.constant.push_back(form.is_constant(position));
    drawn.tensors = form.take_tensors();
    return drawn;
}

Probe make_probe(const Subject &subject, uint64_t seed, size_t round, Depth depth)
{
    Draw draw(seed_of(subject, seed), round);
    const auto aspects = aspects_of(row_of(subject.operation));
    const auto &configurations = configurations_of(subject, depth);
    const auto &configuration = configurations[round % configurations.size()];
    Form form(subject, aspects, configuration, draw);
    const auto answers = drawn_answers(form);
    auto probe = built(form, answers);
    probe.about = about(form, aspects, configuration, answers);
    return probe;
}

}  // namespace accel::conformance
