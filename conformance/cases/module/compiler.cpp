// SPDX-License-Identifier: MIT
// The compiler table: does it tell the truth, and always the same truth.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <sstream>

#include "suite/case.h"
#include "suite/child.h"
#include "support/bytes.h"
#include "support/module_door.h"
#include "support/operation.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

GraphBuilder strange_graph()
{
    GraphBuilder graph;
    const uint32_t x = graph.input("x", ACCEL_TYPE_F64, {2, 2, 2, 2, 2}), y = graph.tensor("y", ACCEL_TYPE_F64, {2, 2, 2, 2, 2});
    graph.node(ACCEL_OPERATION_CUSTOM, {x}, {y});
    graph.nodes().back().domain = "example.test";
    graph.nodes().back().custom_name = "Frobnicate";
    graph.output(y);
    return graph;
}

std::vector<Sample> all_samples()
{
    auto samples = operation_samples();
    samples.push_back({"custom F64", strange_graph()});
    return samples;
}

std::string text_of(const accel_bk_support &answer)
{
    std::ostringstream text;
    text << "group " << answer.group << ", reason " << answer.reason << ", tensor " << answer.tensor << ", attribute " << answer.attribute << ", given " << answer.given << ", expected " << answer.expected;
    return text.str();
}

bool same(const accel_bk_support &a, const accel_bk_support &b) { return a.group == b.group && a.reason == b.reason && a.tensor == b.tensor && a.attribute == b.attribute && a.given == b.given && a.expected == b.expected; }

Comparison same_answer(size_t node, const accel_bk_support &again, const accel_bk_support &first)
{
    return expect(same(again, first), "node " + std::to_string(node) + " is answered (" + text_of(again) + ") now, expected (" + text_of(first) + ") as before");
}

/// Every index of a tensor in turn; false after the last.
bool next_index(std::vector<int64_t> &index, const accel_tensor_desc &tensor)
{
    for (uint32_t axis = tensor.rank; axis-- > 0; index[axis] = 0)
        if (++index[axis] < tensor.dims[axis].size) return true;
    return false;
}

/// Where an element is; below 0 where its axis has no place for it.
int64_t offset_bits(const accel_layout &layout, std::vector<int64_t> index)
{
    int64_t bits = 0;
    for (uint32_t step = layout.step_count; step-- > 0;) {
        const accel_layout_step &at = layout.steps[step];
        bits += index[at.axis] % at.extent * at.stride_bits;
        index[at.axis] /= at.extent;
    }
    for (const int64_t rest : index)
        if (rest != 0) return -1;
    return bits;
}

/// Element by element.
std::string broken_layout(const accel_layout &layout, const accel_tensor_desc &tensor)
{
    if (layout.struct_size < offsetof(accel_layout, size_bytes) + sizeof layout.size_bytes || layout.kind != ACCEL_LAYOUT_KIND_STEPS) return "a size or kind that cannot be read";
    if (layout.step_count > 32 || layout.padding > ACCEL_PADDING_KEPT || layout.sizing > ACCEL_LAYOUT_SIZING_PACKED || layout.reserved) return "members out of range";
    for (uint32_t step = 0; step < layout.step_count; ++step)
        if (layout.steps[step].axis >= tensor.rank || layout.steps[step].extent < 1 || layout.steps[step].reserved) return "step " + std::to_string(step) + " is none";
    std::vector<int64_t> places, index(tensor.rank, 0);
    for (uint32_t axis = 0; axis < tensor.rank; ++axis)
        if (tensor.dims[axis].size == 0) return "";
    do places.push_back(offset_bits(layout, index));
    while (next_index(index, tensor));
    std::sort(places.begin(), places.end());
    const auto width = static_cast<int64_t>(accel_type_bits(layout.type));
    if (width == 0 || places.front() < 0) return "an element without a place";
    if (std::adjacent_find(places.begin(), places.end(), [&](int64_t a, int64_t b) { return b - a < width; }) != places.end()) return "two elements at one place";
    if (static_cast<uint64_t>(places.back() + width) > layout.size_bytes * 8) return "an element beyond its size";
    return "";
}

}  // namespace

ACCEL_CASE("module.compiler.claims-build", "C-2", "every graph that query claims as one group builds", 60)
{
    const auto &door = ModuleDoor::get();
    size_t claimed = 0;
    for (auto &sample : all_samples()) {
        if (!query(door, sample.graph).one_group()) continue;
        ++claimed;
        const Blob blob(door, sample.graph);
        const bool honest = blob.status() == ACCEL_STATUS_OK || blob.status() == ACCEL_STATUS_LIMIT || blob.status() == ACCEL_STATUS_OUT_OF_MEMORY;
        CHECK(expect(honest, sample.name + ", which query claims, answers " + name_of(blob.status()) + " to build, expected OK, or LIMIT or OUT_OF_MEMORY"));
        if (blob.status() == ACCEL_STATUS_OK) CHECK(blob.get().entries[0].port_count == sample.graph.desc().input_count + sample.graph.desc().output_count);
    }
    CHECK(claimed > 0);
}

ACCEL_CASE("module.compiler.layouts", "L-1", "the layout of each port has a place of its own for every element, inside its size", 60)
{
    const auto &door = ModuleDoor::get();
    size_t judged = 0;
    for (auto &sample : operation_samples()) {
        if (!query(door, sample.graph).one_group()) continue;
        const Blob blob(door, sample.graph);
        if (blob.status() != ACCEL_STATUS_OK) continue;
        const auto &graph = sample.graph.desc();
        const accel_bk_blob_entry &entry = blob.get().entries[0];
        for (uint32_t port = 0; port < entry.port_count; ++port) {
            const auto &told = entry.ports[port];
            INFO(sample.name << ", port " << port);
            REQUIRE(told.tensor == (port < graph.input_count ? graph.inputs[port] : graph.outputs[port - graph.input_count]));
            REQUIRE(told.layout != nullptr);
            CHECK(broken_layout(*told.layout, sample.graph.tensors().at(told.tensor)) == "");
            ++judged;
        }
    }
    CHECK(judged > 0);
}

ACCEL_CASE("module.compiler.reasons", "C-3", "every refused node has a reason")
{
    const auto &door = ModuleDoor::get();
    size_t refused = 0;
    for (auto &sample : all_samples()) {
        const auto answers = query(door, sample.graph);
        INFO(sample.name << ": " << name_of(answers.status));
        REQUIRE_STATUS(answers.status, ACCEL_STATUS_OK);
        for (const auto &node : answers.nodes) {
            if (node.group != 0) continue;
            ++refused;
            CHECK(node.reason != ACCEL_REASON_OK);
        }
    }
    CHECK(refused > 0);
}

ACCEL_CASE("module.compiler.answers-in-range", "C-7", "reasons lie in their enum, claimed nodes have reason OK, tensors named are the graph's")
{
    const auto &door = ModuleDoor::get();
    for (auto &sample : all_samples()) {
        for (const auto &node : query(door, sample.graph).nodes) {
            INFO(sample.name);
            CHECK(node.reason <= ACCEL_REASON_NEIGHBOUR);
            if (node.group != 0)
                CHECK(node.reason == ACCEL_REASON_OK);
            else if (node.tensor != ACCEL_TENSOR_NONE)
                CHECK(node.tensor < sample.graph.desc().tensor_count);
            CHECK((node.attribute == 0 || accel_attribute_kind_of(node.attribute) != 0));
        }
    }
}

ACCEL_CASE("module.compiler.no-memory-of-history", "C-6", "query answers the same whatever was asked before")
{
    const auto &door = ModuleDoor::get();
    auto samples = all_samples();
    std::vector<Answers> first;
    for (auto &sample : samples) first.push_back(query(door, sample.graph));
    for (size_t index = samples.size(); index-- > 0;) {
        INFO(samples[index].name);
        const auto again = query(door, samples[index].graph);
        REQUIRE(again.status == first[index].status);
        for (size_t node = 0; node < again.nodes.size(); ++node) CHECK(same_answer(node, again.nodes[node], first[index].nodes[node]));
    }
}

ACCEL_CASE("module.compiler.same-bytes", "C-4", "the same graph and options give the same bytes", 60)
{
    const auto &door = ModuleDoor::get();
    size_t compared = 0;
    for (auto &sample : operation_samples()) {
        if (!query(door, sample.graph).one_group()) continue;
        const Blob one(door, sample.graph), two(door, sample.graph);
        if (one.status() != ACCEL_STATUS_OK) continue;
        ++compared;
        INFO(sample.name);
        CHECK(one.bytes() == two.bytes());
    }
    CHECK(compared > 0);
}

ACCEL_CASE("module.compiler.check-finds-damage", "C-5", "check takes its own bytes, and rejects cut and flipped ones with CORRUPT and foreign targets with NONE")
{
    const auto &door = ModuleDoor::get();
    auto graph = door_sum_graph(door, 4);
    const Blob blob(door, graph);
    REQUIRE_STATUS(blob.status(), ACCEL_STATUS_OK);
    const std::string bytes = blob.bytes();
    const auto check = [&](const std::string &given, const std::string &target, accel_fit *fit) { return door.compiler().check(door.host(), given.data(), given.size(), target.c_str(), fit); };
    accel_fit fit = ACCEL_FIT_NONE;
    REQUIRE_STATUS(check(bytes, door.target(), &fit), ACCEL_STATUS_OK);
    CHECK(fit == ACCEL_FIT_FULL);
    REQUIRE_STATUS(check(bytes, "some-foreign-target", &fit), ACCEL_STATUS_OK);
    CHECK(fit == ACCEL_FIT_NONE);
    for (size_t size = 0; size < bytes.size(); size += 1 + size / 8) {
        INFO(size << " of " << bytes.size() << " bytes");
        CHECK_STATUS(check(bytes.substr(0, size), door.target(), &fit), ACCEL_STATUS_CORRUPT);
    }
    Random random(8);
    size_t believed = 0;
    for (int round = 0; round < 200; ++round) {
        std::string damaged = bytes;
        const size_t position = random.next() % damaged.size();
        damaged[position] = static_cast<char>(damaged[position] ^ (1 << random.whole(0, 7)));
        fit = ACCEL_FIT_NONE;
        believed += check(damaged, door.target(), &fit) == ACCEL_STATUS_OK && fit == ACCEL_FIT_FULL;
    }
    CHECK(believed == 0);
}

ACCEL_CASE("module.compiler.revision", "C-8", "an operation of a newer revision than the module lists is refused with the reason REVISION")
{
    const auto &door = ModuleDoor::get();
    const auto &compiler = door.compiler();
    REQUIRE(compiler.operation_count >= 1);
    for (uint32_t i = 0; i < compiler.operation_count; ++i) {
        const accel_bk_operation &known = compiler.operations[i];
        INFO("operation " << known.operation);
        CHECK(known.operation != ACCEL_OPERATION_CUSTOM);
        CHECK(known.revision >= 1);
        GraphBuilder graph;
        const uint32_t a = graph.input("a", ACCEL_TYPE_F32, {1, 4, 4, 4}), b = graph.input("b", ACCEL_TYPE_F32, {1, 4, 4, 4}), y = graph.tensor("y", ACCEL_TYPE_F32, {1, 4, 4, 4});
        graph.node(static_cast<accel_operation>(known.operation), {a, b}, {y});
        graph.output(y);
        graph.nodes().back().revision = known.revision + 1;
        const Answers answers = query(door, graph);
        REQUIRE_STATUS(answers.status, ACCEL_STATUS_OK);
        CHECK(answers.nodes[0].group == 0);
        CHECK(answers.nodes[0].reason == ACCEL_REASON_REVISION);
        CHECK(answers.nodes[0].given == known.revision + 1);
        CHECK(answers.nodes[0].expected == known.revision);
    }
}

namespace {

/// One operation on stored integers that the module takes with plain scales; nothing if it takes none.
std::optional<GraphBuilder> stored_graph(const ModuleDoor &door, accel_operation operation)
{
    const Quantization plain{{0.5f}, {1}};
    for (const accel_rounding rounding : {ACCEL_ROUNDING_HALF_EVEN, ACCEL_ROUNDING_TFLITE, ACCEL_ROUNDING_NONE}) {
        GraphBuilder graph;
        std::vector<uint32_t> operands{graph.input("x", ACCEL_TYPE_I8, {1, 4, 4, 4}, plain)};
        if (operation == ACCEL_OPERATION_ADD) operands.push_back(graph.input("b", ACCEL_TYPE_I8, {1, 4, 4, 4}, plain));
        const bool real = operation == ACCEL_OPERATION_DEQUANTIZE;
        const uint32_t y = graph.tensor("y", real ? ACCEL_TYPE_F32 : ACCEL_TYPE_I8, {1, 4, 4, 4}, real ? Quantization{} : plain);
        graph.node(operation, operands, {y}, {}, rounding);
        graph.output(y);
        if (query(door, graph).one_group()) return graph;
    }
    return std::nullopt;
}

}  // namespace

ACCEL_CASE("module.compiler.quantisation", "C-10", "a kind, type of scales or zero points, or blocks that the module does not take are refused with the reason QUANTIZATION")
{
    const auto &door = ModuleDoor::get();
    const int64_t blocks[4] = {0, 2, 0, 3};
    const float scales[4] = {0.5f, 0.25f, 1, 2};
    const accel_quantization later_kind{sizeof later_kind, 77, 0, 0, 0, nullptr, nullptr, nullptr, 0};
    const accel_quantization later_scales{sizeof later_scales, ACCEL_QUANTIZATION_KIND_AFFINE, 999, 0, 0, nullptr, scales, nullptr, 1};
    const accel_quantization later_zeros{sizeof later_zeros, ACCEL_QUANTIZATION_KIND_AFFINE, ACCEL_TYPE_F32, 999, 0, nullptr, scales, scales, 1};
    const accel_quantization in_blocks{sizeof in_blocks, ACCEL_QUANTIZATION_KIND_AFFINE, ACCEL_TYPE_F32, 0, 4, blocks, scales, nullptr, 4};
    uint32_t asked = 0;
    for (const accel_operation operation : {ACCEL_OPERATION_DEQUANTIZE, ACCEL_OPERATION_ADD, ACCEL_OPERATION_RELU, ACCEL_OPERATION_RESHAPE}) {
        for (const accel_quantization *quantization : {&later_kind, &later_scales, &later_zeros, &in_blocks}) {
            auto graph = stored_graph(door, operation);
            if (!graph) continue;
            INFO("operation " << operation << ", kind " << quantization->kind << ", scales of type " << quantization->scale_type << ", zero points of type " << quantization->zero_point_type
                              << ", " << quantization->count << " of them");
            for (accel_tensor_desc &tensor : graph->tensors())
                if (tensor.quantization) tensor.quantization = quantization;
            const Answers answers = query(door, *graph);
            REQUIRE_STATUS(answers.status, ACCEL_STATUS_OK);
            ++asked;
            // Blocks may be taken, by whoever computes with them.
            if (quantization == &in_blocks && answers.nodes[0].group != 0) continue;
            CHECK(answers.nodes[0].group == 0);
            CHECK(answers.nodes[0].reason == ACCEL_REASON_QUANTIZATION);
        }
    }
    if (asked == 0) skip("module.stored-integers", "the module computes with no stored integers");
}

ACCEL_CASE("module.compiler.unknown-values", "C-11", "a value operand without data is refused with the reason CONSTANT and its tensor, or the node builds without it")
{
    const auto &door = ModuleDoor::get();
    size_t asked = 0;
    for (uint32_t position = 0; position < 8; ++position) {
        for (auto &sample : operation_samples()) {
            const accel_node_desc &node = sample.graph.nodes().back();
            if (!accel_is_value_operand(node.operation, position) || position >= node.input_count || node.inputs[position] == ACCEL_TENSOR_NONE || !query(door, sample.graph).one_group()) continue;
            const uint32_t tensor = node.inputs[position];
            sample.graph.forget(tensor);
            ++asked;
            INFO(sample.name << ", operand " << position);
            const Answers answers = query(door, sample.graph);
            REQUIRE_STATUS(answers.status, ACCEL_STATUS_OK);
            const accel_bk_support &answer = answers.nodes[0];
            if (answer.group != 0) {
                const Blob blob(door, sample.graph);
                CHECK_STATUS(blob.status(), ACCEL_STATUS_OK);
                continue;
            }
            CHECK(answer.reason == ACCEL_REASON_CONSTANT);
            CHECK(answer.tensor == tensor);
        }
    }
    if (asked == 0) skip("module.value-operands", "the module takes no operation that has them");
}

ACCEL_CASE("module.compiler.progress", "P-5", "build asks progress and ends with CANCELLED when it says so")
{
    const auto &door = ModuleDoor::get();
    auto graph = door_sum_graph(door, 64);
    auto &desc = graph.desc();
    auto options = door.options();
    int calls = 0;
    options.progress_user = &calls;
    options.progress = [](void *user, const accel_progress *) {
        ++*static_cast<int *>(user);
        return 1;
    };
    accel_bk_blob *blob = nullptr;
    const accel_graph_desc *graphs = &desc;
    const accel_status status = door.compiler().build(door.host(), &graphs, 1, &options, &blob);
    if (blob) blob->release(blob);
    // A build shorter than the interval may end without asking.
    CHECK_STATUS(status, calls == 0 ? ACCEL_STATUS_OK : ACCEL_STATUS_CANCELLED);
    CHECK((status == ACCEL_STATUS_OK) == (blob != nullptr));
}

}  // namespace accel::conformance
