// SPDX-License-Identifier: MIT
// Writes graphs in the language of fuzz_graph.cpp: one byte for each choice there.
#include <accel/backend.h>

#include "seed.h"

using namespace accel::runtime;

namespace {

using Bytes = std::vector<uint8_t>;
using Ints = std::vector<int64_t>;

enum class Holds { Values,
                   Constant };

/// The inverse of Choices::number() for what is small.
uint8_t number(int64_t value) { return static_cast<uint8_t>(value < 0 ? 207 - value : value); }

class Recorder {
public:
    Recorder(size_t tensor_count) { bytes_ = {0, static_cast<uint8_t>(tensor_count - 1)}; }

    Recorder &tensor(accel_type type, const Ints &dims, Holds holds = Holds::Values, bool quantized = false)
    {
        add({name_++, type, dims.size()});
        for (const int64_t size : dims) add({1, number(size)});
        add({holds == Holds::Constant ? 0u : 1u});
        if (holds == Holds::Constant) add({0});
        add({quantized ? 0u : 1u});
        if (quantized) add({0, 1, 8, 128});  // along axis 0 one scale, 8/16, and one zero point, 0
        return *this;
    }
    /// What a value operand holds.
    Recorder &list(const Ints &values)
    {
        add({name_++, ACCEL_TYPE_I64, 1, 1, values.size(), 0});
        for (const int64_t value : values) add({number(value)});
        return *this;
    }
    Recorder &ports(const Bytes &inputs, const Bytes &outputs)
    {
        indices(inputs, 1);
        indices(outputs, 1);
        return *this;
    }
    Recorder &node(accel_operation operation, const Bytes &inputs, uint8_t output, const std::vector<std::pair<accel_attribute_key, Ints>> &attributes = {},
                   accel_rounding rounding = ACCEL_ROUNDING_NONE)
    {
        add({operation});
        indices(inputs, 0);
        indices({output}, 1);
        add({attributes.size()});
        for (const auto &[key, values] : attributes) {
            add({key, 1, values.size()});
            for (const int64_t value : values) add({number(value)});
        }
        add({rounding});
        return *this;
    }
    const Bytes &bytes() const { return bytes_; }

private:
    void add(std::initializer_list<size_t> values)
    {
        for (const size_t value : values) bytes_.push_back(static_cast<uint8_t>(value));
    }
    void indices(const Bytes &list, size_t least)
    {
        add({list.size() - least});
        for (const uint8_t index : list) add({index});
    }
    Bytes bytes_;
    size_t name_ = 0;
};

Bytes convolution()
{
    return Recorder(6)
        .tensor(ACCEL_TYPE_F32, {1, 2, 5, 5})
        .tensor(ACCEL_TYPE_F32, {4, 2, 3, 3}, Holds::Constant)
        .tensor(ACCEL_TYPE_F32, {4}, Holds::Constant)
        .tensor(ACCEL_TYPE_F32, {1, 4, 3, 3})
        .tensor(ACCEL_TYPE_F32, {1, 4, 3, 3})
        .tensor(ACCEL_TYPE_F32, {1, 4, 1, 1})
        .ports({0}, {5})
        .node(ACCEL_OPERATION_CONV, {0, 1, 2}, 3, {{ACCEL_ATTRIBUTE_STRIDES, {1, 1}}, {ACCEL_ATTRIBUTE_PADS, {0, 0, 0, 0}}})
        .node(ACCEL_OPERATION_RELU, {3}, 4)
        .node(ACCEL_OPERATION_MAX_POOL, {4}, 5, {{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {3, 3}}})
        .bytes();
}

Bytes quantised()
{
    return Recorder(7)
        .tensor(ACCEL_TYPE_I8, {2, 3}, Holds::Values, true)
        .tensor(ACCEL_TYPE_I8, {2, 3}, Holds::Constant, true)
        .tensor(ACCEL_TYPE_F32, {2, 3})
        .tensor(ACCEL_TYPE_F32, {2, 3})
        .tensor(ACCEL_TYPE_F32, {2, 3})
        .tensor(ACCEL_TYPE_F32, {2, 3})
        .tensor(ACCEL_TYPE_I8, {2, 3}, Holds::Values, true)
        .ports({0}, {6})
        .node(ACCEL_OPERATION_DEQUANTIZE, {0}, 2)
        .node(ACCEL_OPERATION_DEQUANTIZE, {1}, 3)
        .node(ACCEL_OPERATION_ADD, {2, 3}, 4)
        .node(ACCEL_OPERATION_RELU, {4}, 5)
        .node(ACCEL_OPERATION_QUANTIZE, {5}, 6, {}, ACCEL_ROUNDING_HALF_EVEN)
        .bytes();
}

Bytes moves()
{
    return Recorder(11)
        .tensor(ACCEL_TYPE_F32, {2, 3, 4})
        .tensor(ACCEL_TYPE_F32, {4, 2, 3})
        .tensor(ACCEL_TYPE_F32, {4, 4, 3})
        .tensor(ACCEL_TYPE_F32, {4, 2, 3})
        .tensor(ACCEL_TYPE_F32, {4, 6})
        .tensor(ACCEL_TYPE_F32, {4, 6})
        .list({1})
        .list({3})
        .list({1})
        .list({1})
        .list({4, 6})
        .ports({0}, {5})
        .node(ACCEL_OPERATION_TRANSPOSE, {0}, 1, {{ACCEL_ATTRIBUTE_PERM, {2, 0, 1}}})
        .node(ACCEL_OPERATION_CONCAT, {1, 1}, 2, {{ACCEL_ATTRIBUTE_AXIS, {1}}})
        .node(ACCEL_OPERATION_SLICE, {2, 6, 7, 8, 9}, 3)
        .node(ACCEL_OPERATION_RESHAPE, {3, 10}, 4)
        .node(ACCEL_OPERATION_SOFTMAX, {4}, 5, {{ACCEL_ATTRIBUTE_AXIS, {1}}})
        .bytes();
}

/// Short, so that most mutations meet the attribute.
Bytes turn()
{
    return Recorder(2)
        .tensor(ACCEL_TYPE_F32, {2, 3, 4})
        .tensor(ACCEL_TYPE_F32, {4, 2, 3})
        .ports({0}, {1})
        .node(ACCEL_OPERATION_TRANSPOSE, {0}, 1, {{ACCEL_ATTRIBUTE_PERM, {2, 0, 1}}})
        .bytes();
}

/// Everything but the last node is known before any input.
Bytes constants()
{
    return Recorder(11)
        .tensor(ACCEL_TYPE_F32, {2, 3}, Holds::Constant)
        .tensor(ACCEL_TYPE_F32, {3, 2})
        .tensor(ACCEL_TYPE_F32, {3, 2})
        .tensor(ACCEL_TYPE_F32, {3, 4})
        .tensor(ACCEL_TYPE_F32, {3, 2})
        .tensor(ACCEL_TYPE_I32, {3, 2})
        .tensor(ACCEL_TYPE_I32, {3, 2})
        .tensor(ACCEL_TYPE_I32, {3, 2})
        .list({0})
        .list({2})
        .list({1})
        .ports({6}, {7})
        .node(ACCEL_OPERATION_TRANSPOSE, {0}, 1, {{ACCEL_ATTRIBUTE_PERM, {1, 0}}})
        .node(ACCEL_OPERATION_MUL, {1, 1}, 2)
        .node(ACCEL_OPERATION_CONCAT, {1, 2}, 3, {{ACCEL_ATTRIBUTE_AXIS, {1}}})
        .node(ACCEL_OPERATION_SLICE, {3, 8, 9, 10}, 4)
        .node(ACCEL_OPERATION_CAST, {4}, 5, {{ACCEL_ATTRIBUTE_TO, {ACCEL_TYPE_I32}}})
        .node(ACCEL_OPERATION_ADD, {5, 6}, 7)
        .bytes();
}

Bytes products()
{
    return Recorder(7)
        .tensor(ACCEL_TYPE_F32, {2, 4})
        .tensor(ACCEL_TYPE_F32, {4, 3}, Holds::Constant)
        .tensor(ACCEL_TYPE_F32, {3}, Holds::Constant)
        .tensor(ACCEL_TYPE_F32, {2, 3})
        .tensor(ACCEL_TYPE_F32, {2, 3})
        .tensor(ACCEL_TYPE_F32, {2, 1})
        .list({1})
        .ports({0}, {5})
        .node(ACCEL_OPERATION_MATMUL, {0, 1}, 3)
        .node(ACCEL_OPERATION_ADD, {3, 2}, 4)
        .node(ACCEL_OPERATION_REDUCE_MEAN, {4, 6}, 5, {{ACCEL_ATTRIBUTE_KEEPDIMS, {1}}})
        .bytes();
}

}  // namespace

int main(int, char **arguments)
{
    write_seed(arguments[1], "convolution", convolution());
    write_seed(arguments[1], "quantised", quantised());
    write_seed(arguments[1], "moves", moves());
    write_seed(arguments[1], "constants", constants());
    write_seed(arguments[1], "products", products());
    write_seed(arguments[1], "turn", turn());
    return 0;
}
