// SPDX-License-Identifier: MIT
// What a graph of the file begins and ends with: constants, inputs, outputs.
#include "common/failure.h"
#include "translation.h"
#include "types.h"

#include <unordered_set>

namespace accel::onnx {

void Translation::add_initializers()
{
    const GraphProto &proto = part().proto;
    const LiveParts &live = part().live;
    for (size_t i = 0; i < proto.initializers.size(); ++i) {
        if (!live.initializers[i]) {
            continue;
        }
        const Bytes bytes = proto.initializers[i];
        reading_.host.pace(bytes.offset(), reading_.byte_count);
        const TensorProto tensor = read_tensor(bytes);
        const ConstantData constant = read_constant(tensor, reading_.store);
        Value value;
        value.name = tensor.name;
        value.type = accel_type_of(constant.data_type);
        value.type_name = value.type == 0 ? tensor_text(constant.data_type) : std::string_view();
        value.dims = constant.dims;
        value.data = constant.data;
        value.data_bytes = constant.size_bytes;
        const ValueId id = graph_.add_named(std::move(value));
        if (graph_.value(id).type == 0) {
            keeper().keep_constant(id, text("a constant of type ", name_of(constant.data_type), " has no form here"));
        }
    }
}

void Translation::add_sparse_initializers()
{
    const GraphProto &proto = part().proto;
    const LiveParts &live = part().live;
    for (size_t i = 0; i < proto.sparse_initializers.size(); ++i) {
        if (live.sparse_initializers[i]) {
            Value value;
            value.name = read_sparse_tensor_name(proto.sparse_initializers[i]);
            value.ranked = false;
            keeper().keep_constant(graph_.add_named(std::move(value)), "a sparse constant has no form here");
        }
    }
}

/// Type and dims of a graph input. Sizes below 0 are damage; what has no form here is unknown.
Value Translation::input_value(const ValueInfoProto &info)
{
    for (const DimensionProto &dim : info.dims) {
        // Some exporters write -1 for a size that is open.
        if (dim.size && (*dim.size < -1 || *dim.size > kSizeMax)) {
            corrupt("input '", info.name, "' at byte ", info.offset, " has a dimension of ", *dim.size);
        }
    }
    if (info.is_tensor && info.data_type == DataType::kUndefined && !graph_.is_body()) {
        corrupt("graph input '", info.name, "' at byte ", info.offset, " has ", name_of(info.data_type));
    }
    Value value;
    declare(info, graph_, value);
    if (info.has_shape && info.dims.size() <= kRankMax && !value.ranked) {
        corrupt("graph input '", info.name, "' has more elements than any memory holds");
    }
    return value;
}

void Translation::add_inputs()
{
    const GraphProto &proto = part().proto;
    const LiveParts &live = part().live;
    std::unordered_set<std::string_view> constants;
    for (const Bytes bytes : proto.initializers) {
        reading_.host.pace(bytes.offset(), reading_.byte_count);
        constants.insert(read_tensor_name(bytes));
    }
    for (const Bytes bytes : proto.inputs) {
        const ValueInfoProto info = read_value_info(bytes);
        if (info.name.empty()) {
            corrupt("graph input at byte ", info.offset, " has no name");
        }
        // Up to IR version 3 every initializer is listed as an input too: it is a constant.
        if (constants.count(info.name) != 0) {
            if (graph_.is_body()) {
                unsupported("its input '", info.name, "' is an initializer, too");
            }
            continue;
        }
        if (graph_.find(info.name) != kNoValue) {
            corrupt("two graph inputs are named '", info.name, "'");
        }
        Value value = input_value(info);
        value.name = info.name;
        // What has no form here and is read by nothing need not be asked for.
        if (!value.is_known() && !live.is_read(info.name) && !graph_.is_body()) {
            continue;
        }
        graph_.inputs.push_back(graph_.add_named(std::move(value)));
    }
}

/// A graph output has to come out of an operation: constants and values that are known under two names go through an IDENTITY.
void Translation::add_outputs()
{
    std::unordered_set<ValueId> seen;
    for (const Bytes bytes : outputs_) {
        const ValueInfoProto info = read_value_info(bytes);
        const ValueId id = graph_.find(info.name);
        if (id == kNoValue || info.name.empty()) {
            corrupt("graph output '", info.name, "' at byte ", info.offset, " is made by nothing");
        }
        const bool renamed = graph_.value(id).name != info.name;
        if (!renamed && !seen.insert(id).second) {
            if (graph_.is_body()) {
                unsupported("its output '", info.name, "' is there twice");
            }
            corrupt("two graph outputs are named '", info.name, "'");
        }
        check_declaration(info, graph_.value(id));
        graph_.outputs.push_back(renamed || graph_.value(id).is_constant() ? through_identity(id, info.name) : id);
    }
}

void Translation::check_declaration(const ValueInfoProto &info, const Value &value) const
{
    if (!value.is_known() || may_be_dead_) {
        return;
    }
    if (info.is_tensor && info.data_type != DataType::kUndefined && accel_type_of(info.data_type) != value.type) {
        corrupt("graph output '", info.name, "' is declared as ", name_of(info.data_type), ", but the nodes make ", name_of(value.type));
    }
    bool differs = info.has_shape && info.dims.size() != value.dims.size();
    for (size_t i = 0; info.has_shape && !differs && i < info.dims.size(); ++i) {
        differs = info.dims[i].size && *info.dims[i].size >= 0 && is_fixed(value.dims[i]) && *info.dims[i].size != value.dims[i].size;
    }
    if (differs) {
        reading_.host.log(ACCEL_LOG_LEVEL_WARNING, text("graph output '", info.name, "' is declared with another shape than the ", to_text(value.dims), " that the nodes make"));
    }
}

ValueId Translation::through_identity(ValueId value, std::string_view output)
{
    Value &from = graph_.value(value);
    const bool moves = from.is_known() && (ops::kMovedTypes >> from.type & 1) != 0;
    Value to;
    to.name = output;
    to.type = from.type;
    to.type_name = from.type_name;
    to.dims = from.dims;
    to.ranked = from.ranked;
    if (from.name == output) {
        from.name = {};  // the port has the name now
    }
    const char *name = graph_.memory.copy_string(output);
    const ValueId id = graph_.add(std::move(to));
    graph_.operations.push_back({moves ? ACCEL_OPERATION_IDENTITY : ACCEL_OPERATION_CUSTOM, name, {value}, {id}, {}, ACCEL_ROUNDING_NONE, origin_of({}, "Identity", opsets())});
    if (!moves) {
        make_custom(graph_.operations.back(), "its type is not copied here");
    }
    return id;
}

}  // namespace accel::onnx
