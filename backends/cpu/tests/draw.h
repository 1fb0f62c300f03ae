// SPDX-License-Identifier: MIT
// Nodes of any row of the table, drawn at random.
#pragma once

#include "harness.h"

#include <optional>
#include <random>

namespace accel::cpu::test {

// One node in a graph: random operands, mostly of types that kernels know, results of the sizes that the rules infer.
class Draw {
public:
    Draw(uint32_t operation, uint32_t seed);

    const accel_graph_desc &desc() { return graph_.desc(); }
    const std::vector<Bytes> &data() const { return data_; }
    // A function of single elements in a type of elements_test.cpp.
    bool is_plain_element() const;

    // The same with values for its inputs.
    accel_graph_desc known(std::vector<accel_tensor_desc> &tensors);

private:
    uint32_t below(uint32_t limit) { return static_cast<uint32_t>(random_() % limit); }
    int64_t between(int64_t low, int64_t high) { return low + static_cast<int64_t>(below(static_cast<uint32_t>(high - low + 1))); }
    Dims dims(size_t rank);
    std::optional<Scales> scales();
    bool clamps() const { return operation_ <= ACCEL_OPERATION_DIV || operation_ == ACCEL_OPERATION_CONV_TRANSPOSE; }
    bool is_recurrent() const { return operation_ == ACCEL_OPERATION_LSTM || operation_ == ACCEL_OPERATION_GRU || operation_ == ACCEL_OPERATION_RNN; }
    Bytes values(uint32_t type, int64_t number);
    uint32_t given(uint32_t type, const Dims &dims, std::optional<Scales> scales, Bytes bytes, bool constant);
    void operand(const Dims &dims, bool constant = false) { given(type_, dims, scales_, values(type_, count(dims)), constant); }
    // Weights and their bias, which is of words where the weights are stored.
    void weights(const Dims &dims) { given(type_, dims, scales_, values(type_, count(dims)), below(4) != 0); }
    void bias(int64_t channels);
    // Of bytes whose zero points are operands.
    void byte_operand(uint32_t type, const Dims &dims, bool constant) { given(type, dims, std::nullopt, values(type, count(dims)), constant); }
    void zero_point(uint32_t type, const Dims &dims)
    {
        if (below(4) == 0)
            return inputs_.push_back(ACCEL_TENSOR_NONE);
        byte_operand(type, below(2) ? Dims{} : dims, below(2));
    }
    void list(const Dims &list) { inputs_.push_back(graph_.list(list)); }
    void ints(uint32_t key, Dims list) { attributes_.ints.push_back({key, std::move(list)}); }

    void window(size_t axes, bool wide);
    void weighted(size_t axes, Dims x);
    void pooled(size_t axes);
    void recurrent();
    void arranged(Dims x);
    void of_bytes(size_t axes, Dims x);
    void in_rows(Dims x);
    void in_blocks();
    void reduced(const Dims &x);
    void placed(Dims x);
    void indexed(Dims x);
    void resampled(Dims x);
    void sampled(Dims x);
    void operands();
    uint32_t result_type();
    std::optional<Scales> result_scales();
    void fit();

    std::mt19937 random_;
    uint32_t operation_, type_ = 0;
    std::optional<Scales> scales_;
    GraphMaker graph_;
    std::vector<Bytes> data_;
    std::vector<uint32_t> inputs_, results_;
    GraphMaker::Attributes attributes_;
};

}  // namespace accel::cpu::test
