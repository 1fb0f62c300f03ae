// SPDX-License-Identifier: MIT
// f32 matrix products: oneDNN, and a plain loop where the product is smaller than the cost of calling it.
#include "../checker.h"
#include "../nodes/nodes.h"
#include "../nodes/product.h"
#include "ops.h"

#include <algorithm>
#include <cstring>

namespace accel::cpu {
namespace {

constexpr int64_t kSmallProduct = 16 * 1024;  // multiply-adds

// y = a x b + bias, a [rows, depth] dense, b constant and repacked to [depth, columns].
class SmallProduct : public Step {
public:
    SmallProduct(uint32_t a, const float *b, const float *bias, uint32_t y, int64_t rows, int64_t depth, int64_t columns, Clamp clamp)
        : a_(a),
          y_(y),
          b_(b),
          bias_(bias),
          rows_(rows),
          depth_(depth),
          columns_(columns),
          clamp_(clamp)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *a = reinterpret_cast<const float *>(values[a_]);
        auto *y = reinterpret_cast<float *>(values[y_]);
        for (int64_t row = 0; row < rows_; ++row, a += depth_, y += columns_) {
            if (bias_ != nullptr)
                std::copy_n(bias_, columns_, y);
            else
                std::fill_n(y, columns_, 0.0f);
            for (int64_t k = 0; k < depth_; ++k)
                for (int64_t column = 0; column < columns_; ++column)
                    y[column] += a[k] * b_[k * columns_ + column];
            for (int64_t column = 0; column < columns_; ++column) {
                const float value = y[column] < clamp_.min ? clamp_.min : y[column];
                y[column] = value > clamp_.max ? clamp_.max : value;
            }
        }
        return true;
    }

private:
    uint32_t a_, y_;
    const float *b_, *bias_;
    int64_t rows_, depth_, columns_;
    Clamp clamp_;
};

bool small(const Builder &builder, const Product &product)
{
    return product.a.dims.size() == 2 && builder.constant_data(product.b) != nullptr && product.alpha == 1.0f &&
           product.a.strides == row_major_strides(product.a.dims) && product.rows() * product.depth() * product.columns() <= kSmallProduct;
}

void add_small(Builder &builder, const Product &product)
{
    builder.note_undivided(Whole::kLittleWork);
    const int64_t depth = product.depth(), columns = product.columns();
    const auto *from = reinterpret_cast<const float *>(builder.constant_data(product.b));
    auto *packed = reinterpret_cast<float *>(builder.own(static_cast<uint64_t>(depth * columns) * sizeof(float)));
    for (int64_t k = 0; k < depth; ++k)
        for (int64_t column = 0; column < columns; ++column)
            packed[k * columns + column] = from[k * product.b.strides[0] + column * product.b.strides[1]];
    builder.add(std::make_unique<SmallProduct>(product.a.value, packed, product.bias, product.y.value, product.rows(), depth, columns,
                                               product.clamp),
                {product.a.value, product.y.value});
}

void add_fitting(Builder &builder, const Product &product)
{
    small(builder, product) ? add_small(builder, product) : add_product(builder, product);
}

// The addend as one value per column, times factor; null where it is anything else.
const float *column_bias(Builder &builder, uint32_t tensor, int64_t columns, float factor)
{
    const Tensor &addend = builder.graph().tensor(tensor);
    const std::byte *data = builder.constant_data(builder.view(tensor));
    if (data == nullptr || elements_of(addend) != columns || addend.shape.empty() || addend.shape.back().size != columns)
        return nullptr;
    auto *bias = reinterpret_cast<float *>(builder.own(static_cast<uint64_t>(columns) * sizeof(float)));
    std::memcpy(bias, data, static_cast<size_t>(columns) * sizeof(float));
    for (int64_t i = 0; i < columns; ++i)
        bias[i] *= factor;
    return bias;
}

View transposed(View view)
{
    std::swap(view.dims[0], view.dims[1]);
    std::swap(view.strides[0], view.strides[1]);
    return view;
}

View stretched(View view, size_t rank)
{
    view.strides.insert(view.strides.begin(), rank - view.strides.size(), *element_count(view.dims));
    view.dims.insert(view.dims.begin(), rank - view.dims.size(), 1);
    return view;
}

void check_gemm(const Checker &c)
{
    if (!quantizable(c.input(0).type))
        return c.real_operands();
    if (c.integer(ACCEL_ATTRIBUTE_TRANS_A, 0) != 0)
        refuse_attribute(ACCEL_ATTRIBUTE_TRANS_A, 1, 0);
    for (const auto key : {ACCEL_ATTRIBUTE_ALPHA, ACCEL_ATTRIBUTE_BETA})
        if (c.real(key, 1) != 1.0f)
            refuse_attribute(key, 0, 1);
    const int64_t columns = c.output().dims[1].size;
    if (c.has_input(2) && (c.input(2).rank != 1 || c.input(2).dims[0].size != columns))
        refuse(ACCEL_REASON_SIZE, c.operand(2), c.input(2).rank == 1 ? c.input(2).dims[0].size : c.input(2).rank, c.input(2).rank == 1 ? columns : 1);
    c.quantized_weights(c.integer(ACCEL_ATTRIBUTE_TRANS_B, 0) != 0 ? 0 : 1);
}

void prepare_gemm(Builder &builder, const Node &node)
{
    if (is_quantized(builder.graph(), node))
        return prepare_quantized_matmul(builder, node);
    Product product;
    product.a = builder.in_layout(node.inputs[0], Layout::kRowMajor);
    product.b = builder.in_layout(node.inputs[1], Layout::kRowMajor);
    if (node.integer(ACCEL_ATTRIBUTE_TRANS_A, 0) != 0)
        product.a = transposed(product.a);
    if (node.integer(ACCEL_ATTRIBUTE_TRANS_B, 0) != 0)
        product.b = transposed(product.b);
    product.alpha = node.real(ACCEL_ATTRIBUTE_ALPHA, 1);
    product.y = builder.define(node.outputs[0], Layout::kRowMajor);
    const float beta = node.real(ACCEL_ATTRIBUTE_BETA, 1);
    const uint32_t addend = node.input(2);
    const bool adds = addend != kNone && beta != 0.0f;
    if (adds && product.alpha == 1.0f)
        product.bias = column_bias(builder, addend, product.columns(), beta);
    const bool later = adds && product.bias == nullptr;
    if (!later)
        product.clamp = builder.fusion().clamp;
    add_fitting(builder, product);
    if (later) {
        const View c = builder.in_layout(addend, Layout::kRowMajor);
        builder.add(make_scaled_add_step(product.y, c, beta, builder.fusion().clamp, builder.threads()), {product.y.value, c.value});
    }
}

void check_matmul(const Checker &c)
{
    if (!quantizable(c.input(0).type))
        return c.real_operands();
    if (c.input(1).rank != 2)
        refuse(ACCEL_REASON_RANK, c.operand(1), c.input(1).rank, 2);
    c.quantized_weights(1);
}

void prepare_matmul(Builder &builder, const Node &node)
{
    if (is_quantized(builder.graph(), node))
        return prepare_quantized_matmul(builder, node);
    Product product;
    product.a = builder.in_layout(node.inputs[0], Layout::kRowMajor);
    product.b = builder.in_layout(node.inputs[1], Layout::kRowMajor);
    product.y = builder.define(node.outputs[0], Layout::kRowMajor);
    product.clamp = builder.fusion().clamp;
    if (product.b.dims.size() == 1)
        product.b.dims = {product.b.dims[0], 1}, product.b.strides = {1, 1};
    if (product.a.dims.size() == 1)
        product.a.dims = {1, product.a.dims[0]}, product.a.strides = {product.a.dims[1], 1};
    const int64_t columns = product.b.dims.back(), depth = product.depth(), rows = product.rows();
    if (node.input(2) != kNone)  // a bias that fusing put there
        product.bias = column_bias(builder, node.inputs[2], columns, 1);
    if (product.b.dims.size() == 2) {  // one matrix for all: one tall product
        product.a.dims = {*element_count(product.a.dims) / depth, depth};
        product.a.strides = row_major_strides(product.a.dims);
        product.y.dims = {product.a.dims[0], columns};
    } else {
        product.y.dims.resize(std::max(product.a.dims.size(), product.b.dims.size()) - 2);  // vectors have lost their axes
        product.y.dims.insert(product.y.dims.end(), {rows, columns});
        product.a = stretched(product.a, product.y.dims.size());
        product.b = stretched(product.b, product.y.dims.size());
    }
    product.y.strides = row_major_strides(product.y.dims);
    add_fitting(builder, product);
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_GEMM, 1, check_gemm, prepare_gemm},
    {ACCEL_OPERATION_MATMUL, 1, check_matmul, prepare_matmul},
};

}  // namespace

const std::span<const CpuOp> kMatmulOps = kRows;

}  // namespace accel::cpu
