// SPDX-License-Identifier: MIT
// Cuts a matrix product into parts and describes each to oneDNN.
#include "product.h"

#include "../dnnl_step.h"
#include "nodes.h"

#include <stdexcept>

namespace accel::cpu {
namespace {

using dnnl::memory;
using PrimitiveDesc = dnnl::matmul::primitive_desc;

constexpr int64_t kFewRows = 8, kFewColumns = 16;  // per thread: below it a part does not fill the kernels' registers

// A range of one axis of the result.
struct Part {
    size_t axis = 0;
    int64_t first = 0, count = 0;
};

// One of an operand's strides and sizes along the axis of a part; it is not cut where it is stretched or has no such axis.
struct Piece {
    Dims dims;
    int64_t offset = 0;
};

Piece piece_of(const View &view, bool has_axis, const Part &part)
{
    Piece piece{view.dims, 0};
    if (has_axis && view.dims[part.axis] != 1) {
        piece.dims[part.axis] = part.count;
        piece.offset = part.first * view.strides[part.axis];
    }
    return piece;
}

struct Pieces {
    Piece a, b, y;

    Pieces(const Product &product, const Part &part)
    {
        const size_t rank = product.y.dims.size();
        a = piece_of(product.a, part.axis != rank - 1, part);
        b = piece_of(product.b, part.axis != rank - 2, part);
        y = piece_of(product.y, true, part);
    }
};

struct Described {
    std::vector<Part> parts;
    std::vector<PrimitiveDesc> shapes;
    std::vector<size_t> shape_of;  // per part
    unsigned fusions = kNoFusion;
};

// By batch where there are enough of them, else by rows, else by columns.
size_t axis_to_cut(const Product &product, int threads)
{
    const Dims &y = product.y.dims;
    const size_t rank = y.size();
    for (size_t axis = 0; axis + 2 < rank; ++axis)
        if (y[axis] >= threads)
            return axis;
    const int64_t rows = y[rank - 2], columns = y[rank - 1];
    return rows >= threads * kFewRows || columns < threads * kFewColumns ? rank - 2 : rank - 1;
}

std::vector<Part> cut(const Product &product, size_t axis, int64_t wanted)
{
    const int64_t size = product.y.dims[axis], parts = std::clamp<int64_t>(wanted, 1, size);
    std::vector<Part> result;
    for (int64_t i = 0; i < parts; ++i)
        result.push_back({axis, size * i / parts, size * (i + 1) / parts - size * i / parts});
    return result;
}

bool by_columns(const Product &product, const std::vector<Part> &parts)
{
    return parts.size() > 1 && parts[0].axis == product.y.dims.size() - 1;
}

PrimitiveDesc describe_part(const Product &product, const Pieces &pieces, const memory::desc &weights, unsigned fusions)
{
    const memory::desc a = describe(pieces.a.dims, product.a.strides), y = describe(pieces.y.dims, product.y.strides);
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (product.alpha != 1.0f)
        attributes.set_output_scales(0, {product.alpha});
    dnnl::post_ops operations;
    if (fusions & kClamp)
        append_clamp(operations, product.clamp);
    attributes.set_post_ops(operations);
    if (!(fusions & kBias))
        return {dnnl::matmul::desc(a, weights, y), attributes, cpu_engine()};
    Dims bias_dims(product.y.dims.size(), 1);
    bias_dims.back() = pieces.y.dims.back();
    return {dnnl::matmul::desc(a, weights, describe(bias_dims, row_major_strides(bias_dims)), y), attributes, cpu_engine()};
}

// Nothing where an implementation is not trusted with the fusions, or where cutting would leave oneDNN without compiled code.
std::optional<Described> try_parts(const Builder &builder, const Product &product, std::vector<Part> parts, unsigned fusions)
{
    const bool constant = builder.constant_data(product.b) != nullptr;
    Described described{std::move(parts), {}, {}, fusions};
    std::vector<int64_t> counts;  // that a shape was described for
    for (const Part &part : described.parts) {
        const auto found = std::ranges::find(counts, part.count);
        described.shape_of.push_back(static_cast<size_t>(found - counts.begin()));
        if (found != counts.end())
            continue;
        const Pieces pieces(product, part);
        memory::desc weights = describe(pieces.b.dims, product.b.strides);
        if (constant && (counts.empty() || by_columns(product, described.parts)))
            weights = memory::desc(pieces.b.dims, memory::data_type::f32, memory::format_tag::any);
        else if (constant && pieces.b.dims == described.shapes[0].weights_desc().dims())
            weights = described.shapes[0].weights_desc();  // all read the same copy
        auto fitting = first_fitting(builder, Kernel::kProduct, fusions, described.parts.size() > 1,
                                     [&] { return describe_part(product, pieces, weights, fusions); });
        if (!fitting)
            return std::nullopt;
        described.shapes.push_back(std::move(*fitting));
        counts.push_back(part.count);
    }
    return described;
}

std::optional<Described> try_fusions(const Builder &builder, const Product &product, const std::vector<Part> &parts)
{
    const unsigned bias = product.bias != nullptr ? kBias : kNoFusion, clamp = product.clamp.none() ? kNoFusion : kClamp;
    for (const unsigned fusions : {bias | clamp, bias, unsigned{kNoFusion}})
        if (auto described = try_parts(builder, product, parts, fusions))
            return described;
    return std::nullopt;
}

void add_described(Builder &builder, const Product &product, uint32_t bias, const Described &described, int threads)
{
    constexpr auto kBytes = static_cast<int64_t>(sizeof(float));
    const bool constant = builder.constant_data(product.b) != nullptr, own_weights = by_columns(product, described.parts);
    std::vector<dnnl::matmul> primitives;
    for (const auto &shape : described.shapes)
        primitives.push_back(make_primitive<dnnl::matmul>(shape));
    Descriptions &descriptions = builder.descriptions();
    std::vector<DnnlPart> parts;
    uint32_t weights = product.b.value;
    for (size_t i = 0; i < described.parts.size(); ++i) {
        const Pieces pieces(product, described.parts[i]);
        const PrimitiveDesc &shape = described.shapes[described.shape_of[i]];
        auto b_bytes = static_cast<uint64_t>(pieces.b.offset * kBytes);
        if (constant && (i == 0 || own_weights || b_bytes != 0)) {
            weights = rearranged(builder, product.b, describe(pieces.b.dims, product.b.strides), shape.weights_desc(), b_bytes);
            b_bytes = 0;
        }
        const auto bytes = [&](const Piece &piece) { return static_cast<uint64_t>(piece.offset * kBytes); };
        DnnlPart made{primitives[described.shape_of[i]], {}, described.fusions & kClamp ? product.clamp : Clamp{}};
        made.arguments.push_back({DNNL_ARG_SRC, descriptions.shared(shape.src_desc()), product.a.value, bytes(pieces.a)});
        made.arguments.push_back({DNNL_ARG_WEIGHTS, descriptions.shared(shape.weights_desc()), weights, b_bytes});
        made.arguments.push_back({DNNL_ARG_DST, descriptions.shared(shape.dst_desc()), product.y.value, bytes(pieces.y)});
        if (described.fusions & kBias)
            made.arguments.push_back(
                {DNNL_ARG_BIAS, descriptions.shared(shape.bias_desc()), bias, own_weights ? static_cast<uint64_t>(described.parts[i].first * kBytes) : 0});
        parts.push_back(std::move(made));
    }
    add_dnnl_step(builder, std::move(parts), threads);
}

}  // namespace

void add_product(Builder &builder, const Product &product)
{
    const int threads = builder.threads_for(product.multiply_adds());
    const size_t axis = axis_to_cut(product, threads);
    std::optional<Described> described;
    if (const auto parts = cut(product, axis, builder.parts_for(threads, product.multiply_adds())); parts.size() > 1)
        described = try_fusions(builder, product, parts);
    if (!described && threads > 1)
        builder.note_undivided(Whole::kNoCut);
    if (!described)
        described = try_fusions(builder, product, cut(product, axis, 1));
    if (!described)
        throw std::runtime_error("oneDNN has no form of a matrix product");
    uint32_t bias = 0;
    if (product.bias != nullptr) {
        auto *bytes = const_cast<std::byte *>(reinterpret_cast<const std::byte *>(product.bias));  // only read
        bias = builder.constant(bytes, static_cast<uint64_t>(product.columns()) * sizeof(float));
    }
    add_described(builder, product, bias, *described, threads);
    if (product.bias != nullptr && !(described->fusions & kBias)) {
        const View column_bias{bias, ACCEL_TYPE_F32, {product.columns()}, {1}};
        builder.add(make_scaled_add_step(product.y, column_bias, 1.0f, product.clamp, builder.threads()), {product.y.value, bias});
    } else if (!product.clamp.none() && !(described->fusions & kClamp)) {
        builder.add(make_clamp_step(product.y, product.clamp, builder.threads()), {product.y.value});
    }
}

}  // namespace accel::cpu
