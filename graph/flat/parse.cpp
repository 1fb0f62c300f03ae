// SPDX-License-Identifier: MIT
// A flat graph as a whole: its ends, its symbols, its order.
#include "parser.h"

#include <accel/graph/expressions.h>

#include <cstdarg>
#include <cstdio>

#include "format.h"

namespace accel::graph {

namespace flat {

bool Parser::refuse(const char *format, ...)
{
    if (error_ && error_->empty()) {
        char text[256];
        va_list arguments;
        va_start(arguments, format);
        std::vsnprintf(text, sizeof text, format, arguments);
        va_end(arguments);
        *error_ = text;
    }
    reader_.fail();
    return false;
}

const accel_graph_desc *Parser::read_graph(uint32_t depth, std::span<const accel_capture> captured)
{
    if (depth > kMaxRegionDepth) return refuse("regions are nested deeper than %u", kMaxRegionDepth), nullptr;
    Body::Arrays &arrays = body_.array<Body::Arrays>(1)[0];
    arrays.desc.struct_size = sizeof(accel_graph_desc);
    arrays.desc.name = reader_.string();
    arrays.desc.attribute_size = sizeof(accel_attribute);
    if (!(depth == 0 ? read_symbols(arrays) : share_symbols(arrays)) || !read_tensors(arrays) || !read_nodes(arrays, depth)) return nullptr;
    if (!read_indices(arrays.inputs, arrays) || !read_indices(arrays.outputs, arrays)) return nullptr;
    if (!has_inputs_without_makers(arrays) || !is_ordered(arrays, captured)) return nullptr;
    accel_graph_desc &desc = arrays.desc;
    desc.inputs = arrays.inputs.data();
    desc.input_count = static_cast<uint32_t>(arrays.inputs.size());
    desc.outputs = arrays.outputs.data();
    desc.output_count = static_cast<uint32_t>(arrays.outputs.size());
    return &desc;
}

bool Parser::share_symbols(Body::Arrays &arrays) const
{
    arrays.symbols = outermost_->symbols;
    arrays.desc.symbols = outermost_->desc.symbols;
    arrays.desc.symbol_count = outermost_->desc.symbol_count;
    arrays.desc.symbol_size = outermost_->desc.symbol_size;
    arrays.desc.expressions = outermost_->desc.expressions;
    arrays.desc.expression_count = outermost_->desc.expression_count;
    return true;
}

bool Parser::read_symbols(Body::Arrays &arrays)
{
    outermost_ = &arrays;
    const uint32_t count = reader_.count(37);
    std::vector<uint32_t> derived;
    arrays.symbols = body_.array<accel_symbol>(count);
    for (accel_symbol &symbol : arrays.symbols) {
        symbol.name = reader_.string();
        symbol.kind = reader_.u32();
        symbol.expression = reader_.u32();
        symbol.min_size = reader_.i64();
        symbol.max_size = reader_.i64();
        symbol.multiple = reader_.i64();
        if (!cut()) return false;
        derived.push_back(symbol.kind == ACCEL_SYMBOL_KIND_DERIVED ? symbol.expression : ACCEL_EXPRESSION_NONE);
    }
    arrays.desc.symbols = arrays.symbols.data();
    arrays.desc.symbol_count = count;
    arrays.desc.symbol_size = sizeof(accel_symbol);
    return cut() && read_expressions(arrays, derived);
}

bool Parser::read_expressions(Body::Arrays &arrays, const std::vector<uint32_t> &derived)
{
    arrays.expressions = body_.array<accel_expression>(reader_.count(20));
    for (accel_expression &row : arrays.expressions) {
        row.op = reader_.u32();
        row.left = reader_.u32();
        row.right = reader_.u32();
        row.value = reader_.i64();
    }
    arrays.desc.expressions = arrays.expressions.data();
    arrays.desc.expression_count = static_cast<uint32_t>(arrays.expressions.size());
    const std::string why = broken_rule(arrays.expressions, derived);
    if (!why.empty()) return refuse("%s", why.c_str());
    return cut();
}

bool Parser::read_indices(std::span<uint32_t> &out, const Body::Arrays &arrays, bool absent_allowed)
{
    out = body_.array<uint32_t>(reader_.count(4));
    for (uint32_t &index : out) {
        index = reader_.u32();
        const bool absent = absent_allowed && index == ACCEL_TENSOR_NONE;
        if (!absent && index >= arrays.tensors.size()) return refuse("tensor index %u, there are %zu", index, arrays.tensors.size());
    }
    return cut();
}

bool Parser::has_inputs_without_makers(const Body::Arrays &arrays)
{
    for (const uint32_t input : arrays.inputs) {
        if (arrays.tensors[input].data) return refuse("tensor %u is an input and a constant", input);
    }
    return true;
}

bool Parser::is_ordered(const Body::Arrays &arrays, std::span<const accel_capture> captured)
{
    std::vector<bool> known(arrays.tensors.size());
    for (size_t i = 0; i < arrays.tensors.size(); ++i) known[i] = arrays.tensors[i].data != nullptr;
    for (const uint32_t input : arrays.inputs) {
        if (known[input]) return refuse("tensor %u is an input twice", input);
        known[input] = true;
    }
    for (const accel_capture &capture : captured) {
        if (capture.inner >= known.size() || known[capture.inner]) return refuse("a region captures tensor %u, which is none of its own or is there already", capture.inner);
        known[capture.inner] = true;
    }
    for (const accel_node_desc &node : arrays.nodes) {
        for (uint32_t r = 0; r < node.region_count; ++r) {
            for (uint32_t i = 0; i < node.regions[r]->capture_count; ++i) {
                if (!known[node.regions[r]->captures[i].outer]) return refuse("node '%.60s': a region captures tensor %u before it is made", node.name, node.regions[r]->captures[i].outer);
            }
        }
        for (uint32_t i = 0; i < node.input_count; ++i) {
            if (node.inputs[i] != ACCEL_TENSOR_NONE && !known[node.inputs[i]])
                return refuse("node '%.60s' reads tensor %u before it is made", node.name, node.inputs[i]);
        }
        for (uint32_t i = 0; i < node.output_count; ++i) {
            const uint32_t output = node.outputs[i];
            if (output == ACCEL_TENSOR_NONE) continue;
            if (known[output]) return refuse("node '%.60s' makes tensor %u, which exists already", node.name, output);
            known[output] = true;
        }
    }
    for (const uint32_t output : arrays.outputs) {
        if (!known[output]) return refuse("output tensor %u is never made", output);
    }
    return true;
}

}  // namespace flat

FlatGraph::FlatGraph(std::unique_ptr<Body> body) : body_(std::move(body)) {}
FlatGraph::FlatGraph(FlatGraph &&) noexcept = default;
FlatGraph &FlatGraph::operator=(FlatGraph &&) noexcept = default;
FlatGraph::~FlatGraph() = default;

const accel_graph_desc &FlatGraph::desc() const
{
    return *body_->top;
}

std::optional<FlatGraph> FlatGraph::parse(const void *bytes, size_t byte_count, const accel_bk_constant *constants, uint32_t constant_count,
                                          std::string *out_error, Pulse pulse)
{
    if (out_error) out_error->clear();
    const auto refuse = [out_error](const char *why) -> std::optional<FlatGraph> {
        if (out_error) *out_error = why;
        return std::nullopt;
    };
    const auto *start = static_cast<const uint8_t *>(bytes);
    ByteReader header(start, byte_count);
    const uint32_t magic = header.u32();
    const uint32_t format = header.u32();
    const uint64_t all_bytes = header.u64();
    const uint64_t structure_bytes = header.u64();
    if (!header.ok() || magic != kMagic) return refuse("not a flat graph");
    if (format != kFormat) return refuse("a flat graph of another format");
    if (all_bytes != byte_count) return refuse("the flat graph is cut or has bytes too many");
    if (structure_bytes > byte_count - kHeaderBytes) return refuse("the structure is longer than the bytes");
    const uint64_t data_start = (kHeaderBytes + structure_bytes + kConstantAlignBytes - 1) / kConstantAlignBytes * kConstantAlignBytes;
    if (data_start > byte_count) return refuse("the flat graph is cut before its constants");
    const flat::Constants given{start + data_start, byte_count - data_start, constants, constant_count};
    auto body = std::make_unique<Body>();
    flat::Parser parser(ByteReader(start + kHeaderBytes, structure_bytes), given, *body, out_error, pulse);
    body->top = parser.run();
    if (!body->top) return std::nullopt;
    return FlatGraph(std::move(body));
}

}  // namespace accel::graph
