// SPDX-License-Identifier: MIT
// Reads tensors of a subgraph, and makes values of them when they are asked for.
#include "tensors.h"

#include "common/failure.h"
#include "quantization.h"
#include "sparse.h"
#include "types.h"

#include <algorithm>

namespace accel::tflite {

using namespace importer;

namespace {

constexpr size_t kShownNameMax = 1024;

size_t index_of(Order order) { return order == Order::kFile ? 0 : 1; }
Order other(Order order) { return order == Order::kFile ? Order::kChannelsFirst : Order::kFile; }

/// Converters leave scales on tensors that are no integers, too.
bool may_be_quantised(uint32_t type)
{
    return is_byte(type) || type == ACCEL_TYPE_I16 || type == ACCEL_TYPE_I32 || type == ACCEL_TYPE_I64;
}

}  // namespace

const Perm &perm_to(Order order)
{
    static const Perm kToChannelsFirst{0, 3, 1, 2}, kToFile{0, 2, 3, 1};
    return order == Order::kFile ? kToFile : kToChannelsFirst;
}

int64_t axis_in(Order order, int64_t axis)
{
    constexpr int64_t kPlaces[] = {0, 2, 3, 1};
    return order == Order::kFile ? axis : kPlaces[axis];
}

Tensors::Tensors(const File &file, const schema::SubGraph &subgraph, Emitter &emitter, ConstantStore &store) : file_(file),
                                                                                                               subgraph_(subgraph),
                                                                                                               emitter_(emitter),
                                                                                                               store_(store)
{
    const size_t count = subgraph.tensors() == nullptr ? 0 : subgraph.tensors()->size();
    tensors_.reserve(count);
    for (uint32_t i = 0; i < count; ++i) {
        store_.host.pace(i, count);
        tensors_.push_back(read(*subgraph.tensors()->Get(i), i));
    }
}

/// Names of the file where they can be shown and are not taken; tensors may share one, so bytes beyond the file's own are paid for.
std::string_view Tensors::usable_name(std::string_view given, uint32_t index)
{
    std::string_view name = given;
    if (name.size() > kShownNameMax || !is_text(name) || !names_.insert(name).second) {
        const std::string made = text(name.size() > kShownNameMax || !is_text(name) ? std::string_view("tensor") : name, "#", index);
        name = emitter_.graph().memory.copy_string(made);
        names_.insert(name);
    }
    name_bytes_ += name.size();
    if (name_bytes_ > store_.host.bytes_read()) {
        store_.host.charge(name.size(), "names of tensors that share their bytes");
    }
    return name;
}

Tensor Tensors::read(const schema::Tensor &from, uint32_t index)
{
    Tensor out;
    out.name = usable_name(text_of(from.name()), index);
    out.file_type = from.type();
    out.type = from.type() == schema::TensorType::INT4 ? static_cast<uint32_t>(ACCEL_TYPE_I8) : accel_type_of(from.type());
    out.is_variable = from.is_variable();
    const std::span<const int32_t> shape = list_of(from.shape());
    if (shape.size() > kRankMax) {
        out.refusal = text("rank ", shape.size(), "; the limit is ", kRankMax);
        return out;
    }
    out.sizes.assign(shape.begin(), shape.end());
    // Sizes that only a run can tell; what makes the tensor may tell them.
    const bool open = std::any_of(out.sizes.begin(), out.sizes.end(), [](int64_t size) { return size < 0; });
    if (open || out.type == 0) {
        out.refusal = out.type == 0 ? text("elements of ", name_of(from.type()), ", which no operation takes") : std::string("sizes that only a run can tell");
        out.sizes = open ? std::vector<int64_t>() : out.sizes;
        return out;
    }
    count_of(out.sizes);
    try {
        if (may_be_quantised(out.type)) {
            out.quantization = quantization_of(from, out.sizes, store_);
        }
        read_constant(from, out);
    } catch (const Failure &failure) {
        if (failure.status() != ACCEL_STATUS_UNSUPPORTED) {
            throw;
        }
        out.refusal = failure.reason();
    }
    return out;
}

void Tensors::read_constant(const schema::Tensor &from, Tensor &to)
{
    const std::span<const char> bytes = file_.constant(from.buffer());
    const int64_t count = count_of(to.sizes);
    const bool packed = from.type() == schema::TensorType::INT4;
    to.is_constant = !to.is_variable && (!bytes.empty() || (count == 0 && from.buffer() != 0));
    if (packed && !to.is_constant) {
        unsupported("a tensor of INT4 that is no constant");
    }
    const bool sparse = to.is_constant && from.sparsity() != nullptr;
    if (sparse && packed) {
        to.is_constant = false;
        unsupported("a sparse constant of INT4");
    }
    const uint64_t expected = packed ? (static_cast<uint64_t>(count) + 1) / 2 : constant_bytes(to.type, count);
    if (to.is_constant && !sparse && bytes.size() != expected) {
        fail_constant({to.name, bytes.empty() ? 0 : file_.offset_of(bytes.data())}, text("its buffer has ", bytes.size(), " bytes, but ", to_text(fixed_dims(to.sizes)), " of ", name_of(from.type()), " need ", expected));
    }
    if (!to.quantization || std::find(to.quantization->scales.begin(), to.quantization->scales.end(), 0.0f) == to.quantization->scales.end()) {
        return;
    }
    const bool bytewise = to.is_constant && !packed && !sparse && is_byte(to.type);
    mend_zero_scales(to.name, to.sizes, bytewise ? std::span(reinterpret_cast<const int8_t *>(bytes.data()), bytes.size()) : std::span<const int8_t>(), *to.quantization);
}

void Tensors::name_port(uint32_t index, std::string_view name)
{
    Tensor &tensor = tensors_[index];
    tensor.is_port = true;
    if (name.size() <= kShownNameMax && is_text(name) && (name == tensor.name || names_.insert(name).second)) {
        tensor.name = name;
    }
}

void Tensors::keep(ValueId &slot, ValueId id)
{
    slot = id;
    journal_.push_back(&slot);
}

void Tensors::roll_back()
{
    for (ValueId *slot : journal_) {
        *slot = kNoValue;
    }
    journal_.clear();
}

ValueId Tensors::make_input(uint32_t index)
{
    Tensor &tensor = tensors_[index];
    if (tensor.is_made()) {
        corrupt("tensor ", index, " '", tensor.name, "' is an input of the graph twice");
    }
    Value value;
    value.name = tensor.name;
    value.type = tensor.type;
    value.type_name = tensor.type == 0 ? name_of(tensor.file_type) : std::string_view();
    value.ranked = tensor.refusal.empty();
    value.dims = fixed_dims(tensor.sizes);
    if (value.is_known() && tensor.quantization && is_byte(tensor.type) && !tensor.quantization->per_axis()) {
        value.quantization = tensor.quantization;
    }
    tensor.is_constant = false;
    return tensor.stored[0] = emitter_.graph().add(std::move(value));
}

/// INT4 as INT8: the low half of a byte comes first.
const void *Tensors::unpacked(uint32_t index, std::span<const char> bytes)
{
    const auto count = static_cast<uint64_t>(count_of(tensors_[index].sizes));
    auto *out = static_cast<int8_t *>(granted({tensors_[index].name, 0}, count, store_));
    for (uint64_t i = 0; i < count; ++i) {
        const auto byte = static_cast<uint8_t>(bytes[i / 2]);
        const auto half = static_cast<uint8_t>(i % 2 == 0 ? byte << 4 : byte & 0xf0);
        out[i] = static_cast<int8_t>(static_cast<int8_t>(half) >> 4);
    }
    return out;
}

ValueId Tensors::constant(uint32_t index)
{
    const Tensor &tensor = tensors_[index];
    const std::span<const char> bytes = file_.constant(subgraph_.tensors()->Get(index)->buffer());
    const ConstantPlace place{tensor.name, bytes.empty() ? 0 : file_.offset_of(bytes.data())};
    const uint64_t byte_count = constant_bytes(tensor.type, count_of(tensor.sizes));
    const void *data = no_elements();
    if (const schema::SparsityParameters *sparsity = subgraph_.tensors()->Get(index)->sparsity(); sparsity != nullptr) {
        void *all = granted(place, byte_count, store_);
        spread_sparse(place.name, *sparsity, tensor.sizes, bytes, {static_cast<char *>(all), byte_count});
        data = all;
    } else if (!bytes.empty()) {
        data = tensor.file_type == schema::TensorType::INT4 ? unpacked(index, bytes) : in_place_or_copy(place, bytes, constant_align_bytes(tensor.type), store_);
    }
    if (tensor.type == ACCEL_TYPE_BOOL) {
        check_booleans(place, {static_cast<const uint8_t *>(data), byte_count});
    }
    const ValueId id = emitter_.constant(tensor.type, tensor.sizes, data, byte_count);
    Value &value = emitter_.graph().value(id);
    value.name = tensor.name;
    if (tensor.quantization && is_byte(tensor.type)) {
        value.quantization = tensor.quantization;
    }
    return id;
}

ValueId Tensors::stored(uint32_t index, Order order)
{
    Tensor &tensor = tensors_[index];
    ValueId &slot = tensor.stored[index_of(order)];
    if (!tensor.refusal.empty()) {
        unsupported("operand '", tensor.name, "': ", tensor.refusal);
    }
    if (slot != kNoValue) {
        return slot;
    }
    if (!tensor.is_made()) {
        if (tensor.is_variable) {
            unsupported("operand '", tensor.name, "' is a variable, which keeps its value from run to run");
        }
        if (!tensor.is_constant) {
            corrupt("tensor ", index, " '", tensor.name, "' is read before anything makes it");
        }
        keep(tensor.stored[0], constant(index));
        return stored(index, order);
    }
    const ValueId id = emitter_.transposed(tensor.stored[index_of(other(order))], perm_to(order));
    keep(slot, id);
    if (order == Order::kFile && tensor.is_port && emitter_.value(id).name.empty()) {
        emitter_.graph().value(id).name = tensor.name;
    }
    return id;
}

ValueId Tensors::any(uint32_t index)
{
    const Tensor &tensor = tensors_[index];
    if (tensor.refusal.empty() && (tensor.is_made() || tensor.is_constant)) {
        return stored(index, Order::kFile);
    }
    return tensor.stored[0];
}

ValueId Tensors::real(uint32_t index, Order order)
{
    Tensor &tensor = tensors_[index];
    ValueId &slot = tensor.real[index_of(order)];
    if (slot == kNoValue) {
        const ValueId from = stored(index, order);
        keep(slot, tensor.is_quantised() ? emitter_.dequantised(from, *tensor.quantization) : emitter_.cast(from, ACCEL_TYPE_F32));
    }
    return slot;
}

void Tensors::define(uint32_t index, Order order, ValueId id)
{
    Tensor &tensor = tensors_[index];
    if (tensor.is_made() || tensor.is_constant) {
        corrupt("tensor ", index, " '", tensor.name, "' is made twice");
    }
    keep(tensor.stored[index_of(order)], id);
    tensor.home = order;
    Value &value = emitter_.graph().value(id);
    if (value.name.empty() && !(tensor.is_port && order != Order::kFile)) {
        value.name = tensor.name;
    }
    if (!value.is_known()) {
        return;
    }
    const std::vector<int64_t> made = order == Order::kFile ? emitter_.sizes(id) : permuted(emitter_.sizes(id), perm_to(Order::kFile));
    if (made != tensor.sizes) {
        store_.host.log(ACCEL_LOG_LEVEL_DEBUG, text("tensor '", tensor.name, "' is declared as ", to_text(fixed_dims(tensor.sizes)), ", and its operator makes ", to_text(fixed_dims(made))));
    }
    tensor.sizes = made;
    tensor.refusal.clear();
}

}  // namespace accel::tflite
