// SPDX-License-Identifier: MIT
// Every row of kernels/elements.h in every type: what has a loop is claimed, built and right, what has none is refused. The suite's reference says what is right.
#include "harness.h"

#include <catch2/catch_test_macros.hpp>

#include "../../../conformance/reference/rows.h"
#include "kernels/elements.h"
#include "ops/ops.h"

#include <accel/graph/catalog.h>
#include <accel/graph/typing.h>

#include <cmath>
#include <random>

using namespace accel::cpu::test;
namespace suite = accel::conformance;
namespace graph = accel::graph;

namespace {

constexpr uint32_t kTypes[] = {ACCEL_TYPE_F32, ACCEL_TYPE_F64, ACCEL_TYPE_F16, ACCEL_TYPE_BF16, ACCEL_TYPE_I8, ACCEL_TYPE_U8, ACCEL_TYPE_I16,
                               ACCEL_TYPE_U16, ACCEL_TYPE_I32, ACCEL_TYPE_U32, ACCEL_TYPE_I64, ACCEL_TYPE_U64, ACCEL_TYPE_BOOL};

// One node of one operation in one type, and the question to the reference.
class Node {
public:
    Node(const accel::cpu::ElementRow &row, uint32_t type, uint32_t seed) : random_(seed)
    {
        question.operation = static_cast<accel_operation>(row.operation);
        const Dims whole{1 + below(3), 1 + below(40), 1 + below(5)};
        const bool variadic = graph::find_operation(row.operation)->input_count_max == graph::kUnbounded;
        const uint32_t count = variadic ? 1 + below(4) : row.operands;
        for (uint32_t i = 0; i < count; ++i)
            operand(row.operands == 3 && i == 0 ? uint32_t{ACCEL_TYPE_BOOL} : type, below(3) == 0 ? thinned(whole) : whole);
        attributes();
        const uint32_t result = row.result != 0 ? row.result : type;
        Dims dims = question.operands[0]->dims;
        for (const suite::Tensor *tensor : question.operands)
            dims = suite::stretched(dims, tensor->dims);
        question.results = {suite::Tensor{static_cast<accel_type>(result), dims, {}, {}}};
        const uint32_t y = maker.tensor(result, dims);
        maker.node(row.operation, inputs_, {y}, said_);
        maker.output(y);
    }

    GraphMaker maker;
    suite::Question question;
    std::vector<Bytes> data;

private:
    int64_t below(uint32_t limit) { return static_cast<int64_t>(random_() % limit); }
    Dims thinned(Dims dims)
    {
        dims[static_cast<size_t>(below(3))] = 1;
        dims.erase(dims.begin(), dims.begin() + below(3));
        return dims;
    }
    void operand(uint32_t type, const Dims &dims)
    {
        auto tensor = std::make_unique<suite::Tensor>(suite::Tensor{static_cast<accel_type>(type), dims, {}, {}});
        for (size_t i = 0; i < tensor->count(); ++i) {
            const int64_t value = below(33) - 16;
            if (suite::is_real(tensor->type))
                suite::append_real(tensor->type, tensor->bytes, static_cast<double>(value) / 4);
            else
                suite::append_whole(tensor->type, tensor->bytes, type == ACCEL_TYPE_BOOL ? value > 0 : value);
        }
        inputs_.push_back(maker.input(type, dims));
        data.emplace_back(tensor->bytes.begin(), tensor->bytes.end());
        question.operands.push_back(tensor.get());
        tensors_.push_back(std::move(tensor));
    }
    void attributes()
    {
        for (const uint32_t key : graph::find_operation(question.operation)->attributes)
            if (key == ACCEL_ATTRIBUTE_DIRECTION)
                said_.texts = {{key, question.texts[key] = below(2) ? "LEFT" : "RIGHT"}};
            else if (key == ACCEL_ATTRIBUTE_ALPHA)
                said_.floats = {{key, {question.reals[key] = 0.25f}}};
            else if (key != ACCEL_ATTRIBUTE_CLAMP_MIN && key != ACCEL_ATTRIBUTE_CLAMP_MAX && below(2))
                said_.ints.push_back({key, question.ints[key] = {below(2)}});
    }

    std::mt19937 random_;
    std::vector<uint32_t> inputs_;
    GraphMaker::Attributes said_;
    std::vector<std::unique_ptr<suite::Tensor>> tensors_;
};

// "" or the first element that is wrong. Bounds are the suite's business: here a thousandth of what is expected, and of 16-bit reals one in a hundred.
std::string wrong_element(const suite::Answer &answer, const suite::Tensor &made)
{
    if (answer.values.empty())
        return answer.bits == made.bytes ? "" : "other bits";
    const double factor = made.type == ACCEL_TYPE_F16 || made.type == ACCEL_TYPE_BF16 ? 1e-2 : 1e-5;
    for (size_t i = 0; i < answer.values.size(); ++i) {
        const double value = made.real(i), wanted = suite::nearest(made.type, answer.values[i]);
        if (std::isnan(wanted) ? !std::isnan(value) : value != wanted && !(std::fabs(value - wanted) <= factor * (0.01 + std::fabs(wanted))))
            return "element " + std::to_string(i) + " is " + std::to_string(value) + ", expected " + std::to_string(wanted);
    }
    return "";
}

std::vector<const accel::cpu::ElementRow *> all_rows()
{
    std::vector<const accel::cpu::ElementRow *> rows;
    for (const auto table : {accel::cpu::unary_rows(), accel::cpu::function_rows(), accel::cpu::binary_rows(), accel::cpu::choice_rows()})
        for (const auto &row : table)
            rows.push_back(&row);
    return rows;
}

}  // namespace

TEST_CASE("every function of elements is right in each type that it has a loop for, and refused in the others", "[ops]")
{
    for (const auto *row : all_rows())
        for (const uint32_t type : kTypes)
            for (uint32_t seed = 0; seed < 6; ++seed) {
                INFO("operation " << row->operation << ", type " << type << ", seed " << seed);
                Node node(*row, type, seed);
                REQUIRE((query(node.maker.desc()).group != 0) == (row->kernels[type] != nullptr));
                if (row->kernels[type] == nullptr)
                    continue;
                const std::vector<Bytes> made = execute(node.maker.desc(), node.data);
                const suite::Answer answer = suite::answers_to(node.question).at(0);
                suite::Tensor result = node.question.results[0];
                result.bytes.assign(made.at(0).begin(), made.at(0).end());
                CHECK(wrong_element(answer, result) == "");
            }
}

TEST_CASE("elements have a loop for every type that the catalog admits, and for no other", "[ops]")
{
    for (const auto *row : all_rows())
        for (const uint32_t type : kTypes) {
            INFO("operation " << row->operation << ", type " << type);
            const auto operands = graph::find_typing(row->operation)->operands;
            const bool admitted = (operands[row->operands == 3 ? 1 : 0].types >> type & 1) != 0;
            CHECK(admitted == (row->kernels[type] != nullptr || (row->operation == ACCEL_OPERATION_RELU && type == ACCEL_TYPE_U8)));  // that one with scales only
        }
}

TEST_CASE("functions of elements refuse scales, and shifts other directions", "[ops]")
{
    GraphMaker scaled;
    const uint32_t x = scaled.input(ACCEL_TYPE_I8, {4}, Scales{{0.5f}, {0}, 0}), y = scaled.tensor(ACCEL_TYPE_I8, {4}, Scales{{0.5f}, {0}, 0});
    scaled.node(ACCEL_OPERATION_ABS, {x}, {y});
    scaled.output(y);
    CHECK(query(scaled.desc()).reason == ACCEL_REASON_QUANTIZATION);
    GraphMaker shifted;
    const uint32_t a = shifted.input(ACCEL_TYPE_U8, {4}), b = shifted.input(ACCEL_TYPE_U8, {4}), z = shifted.tensor(ACCEL_TYPE_U8, {4});
    GraphMaker::Attributes up;
    up.texts = {{ACCEL_ATTRIBUTE_DIRECTION, "UP"}};
    shifted.node(ACCEL_OPERATION_BIT_SHIFT, {a, b}, {z}, up);
    shifted.output(z);
    CHECK(query(shifted.desc()).reason == ACCEL_REASON_ATTRIBUTE);
}
