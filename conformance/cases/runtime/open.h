// SPDX-License-Identifier: MIT
// Models whose sizes the witness is to leave open, or to find in data.
#pragma once

#include <string>
#include <vector>

#include "stand.h"
#include "support/calls.h"

namespace accel::conformance {

/// Symbols: n (FREE), 2n (DERIVED, by its expression), k (DATA, at most n).
class OpenModel {
public:
    static constexpr uint32_t kN = 0, kTwice = 1, kCount = 2;

    explicit OpenModel(int64_t most) : symbols_{{"n", ACCEL_SYMBOL_KIND_FREE, ACCEL_EXPRESSION_NONE, 1, most, 1},
                                                {"twice", ACCEL_SYMBOL_KIND_DERIVED, 2, 0, ACCEL_SIZE_UNBOUNDED, 1},
                                                {"k", ACCEL_SYMBOL_KIND_DATA, 0, 0, ACCEL_SIZE_UNBOUNDED, 1}},
                                       rows_{{ACCEL_EXPRESSION_SYMBOL, kN, 0, 0, 0}, {ACCEL_EXPRESSION_CONSTANT, 0, 0, 0, 2}, {ACCEL_EXPRESSION_MUL, 0, 1, 0, 0}}
    {
    }
    uint32_t tensor(const char *name, uint32_t symbol)
    {
        const uint32_t index = graph_.tensor(name, ACCEL_TYPE_F32, {1});
        of_.resize(index + 1, ACCEL_SYMBOL_NONE);
        of_[index] = symbol;
        return index;
    }
    uint32_t input(const char *name, uint32_t symbol)
    {
        const uint32_t index = graph_.input(name, ACCEL_TYPE_F32, {1});
        of_.resize(index + 1, ACCEL_SYMBOL_NONE);
        of_[index] = symbol;
        return index;
    }
    uint32_t sum(uint32_t a, uint32_t b, const char *name)
    {
        const uint32_t y = tensor(name, of_[a]);
        graph_.node(ACCEL_OPERATION_ADD, {a, b}, {y});
        return y;
    }
    /// "Repeat" or "Positive" of the witness.
    uint32_t custom(const char *operation, uint32_t x, const char *name, uint32_t symbol)
    {
        const uint32_t y = tensor(name, symbol);
        graph_.node(ACCEL_OPERATION_CUSTOM, {x}, {y});
        graph_.nodes().back().domain = "witness";
        graph_.nodes().back().custom_name = operation;
        graph_.nodes().back().revision = 0;
        return y;
    }
    uint32_t relu(uint32_t x, const char *name)
    {
        const uint32_t y = tensor(name, of_[x]);
        graph_.node(ACCEL_OPERATION_RELU, {x}, {y});
        return y;
    }
    void output(uint32_t tensor) { graph_.output(tensor); }
    Model create(const Instance &instance)
    {
        dims_.assign(of_.size(), accel_dim{-1, 0, 0});
        for (size_t index = 0; index < of_.size(); ++index) {
            dims_[index].symbol = of_[index];
            graph_.tensors()[index].dims = &dims_[index];
        }
        auto &desc = graph_.desc();
        desc.symbols = symbols_.data();
        desc.symbol_count = static_cast<uint32_t>(symbols_.size());
        desc.symbol_size = sizeof symbols_[0];
        desc.expressions = rows_.data();
        desc.expression_count = static_cast<uint32_t>(rows_.size());
        return Model::create(instance, desc);
    }

private:
    GraphBuilder graph_;
    std::vector<accel_symbol> symbols_;
    std::vector<accel_expression> rows_;
    std::vector<uint32_t> of_;  ///< by tensor: the symbol of its one dimension
    std::vector<accel_dim> dims_;
};

inline accel_symbol_value size_of(const char *name, int64_t size) { return {name, nullptr, size, 0, 0, 0}; }

/// Submit and wait: what the fence says.
inline accel_status outcome(const Instance &instance, const Queue &queue, const Run &run)
{
    const Fence fence = Fence::create(instance);
    queue.submit(run, {}, {fence.at(1)});
    return accel_fence_wait(fence.get(), 1, uint64_t{10} * 1000 * 1000 * 1000);
}

inline void fill(const Buffer &buffer, const std::vector<float> &values)
{
    const auto map = buffer.map(ACCEL_ACCESS_WRITE);
    std::memcpy(map.as<float>(), values.data(), values.size() * sizeof(float));
}

inline std::vector<float> values_of(const Buffer &buffer, size_t count)
{
    const auto map = buffer.map(ACCEL_ACCESS_READ);
    return {map.as<float>(), map.as<float>() + count};
}

inline bool says(const std::string &part) { return std::string(accel_last_error()->message).find(part) != std::string::npos; }

}  // namespace accel::conformance
