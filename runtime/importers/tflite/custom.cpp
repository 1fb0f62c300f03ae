// SPDX-License-Identifier: MIT
// Makes custom nodes, with options read by what flatc says of their tables.
#include "custom.h"

#include "common/failure.h"
#include "types.h"

#include <flatbuffers/minireflect.h>

namespace accel::tflite {

using namespace importer;

namespace {

/// Collects the fields of a table as attributes. Text, and tables in tables, no options have here.
class Options : public flatbuffers::IterationVisitor {
public:
    explicit Options(Host &host) : host_(host) {}

    std::vector<CustomAttribute> attributes;

    void Field(size_t, size_t, flatbuffers::ElementaryType type, bool is_vector, const flatbuffers::TypeTable *, const char *name, const uint8_t *value) override
    {
        is_open_ = value != nullptr;
        if (!is_open_) {
            return;
        }
        const bool real = type == flatbuffers::ET_FLOAT || type == flatbuffers::ET_DOUBLE;
        CustomAttribute attribute;
        attribute.name = name;
        attribute.kind = static_cast<uint32_t>(type == flatbuffers::ET_STRING ? ACCEL_ATTRIBUTE_KIND_STRING : real    ? (is_vector ? ACCEL_ATTRIBUTE_KIND_FLOATS : ACCEL_ATTRIBUTE_KIND_FLOAT)
                                                                                                          : is_vector ? ACCEL_ATTRIBUTE_KIND_INTS
                                                                                                                      : ACCEL_ATTRIBUTE_KIND_INT);
        attributes.push_back(std::move(attribute));
    }
    void Bool(bool value) override { add(value ? 1 : 0); }
    void UType(uint8_t value, const char *) override { add(value); }
    void Char(int8_t value, const char *) override { add(value); }
    void UChar(uint8_t value, const char *) override { add(value); }
    void Short(int16_t value, const char *) override { add(value); }
    void UShort(uint16_t value, const char *) override { add(value); }
    void Int(int32_t value, const char *) override { add(value); }
    void UInt(uint32_t value, const char *) override { add(value); }
    void Long(int64_t value) override { add(value); }
    void ULong(uint64_t value) override { add(static_cast<int64_t>(value)); }
    void Float(float value) override { add_real(value); }
    void Double(double value) override { add_real(static_cast<float>(value)); }
    void String(const flatbuffers::String *value) override
    {
        if (is_open_) {
            attributes.back().strings.push_back({value->c_str(), value->size()});
        }
    }

private:
    /// Tables may share a list, so what is copied is paid for.
    void add(int64_t value)
    {
        if (is_open_) {
            host_.charge(sizeof value, "options of operators");
            attributes.back().ints.push_back(value);
        }
    }
    void add_real(float value)
    {
        if (is_open_) {
            host_.charge(sizeof value, "options of operators");
            attributes.back().floats.push_back(value);
        }
    }

    Host &host_;
    bool is_open_ = false;
};

std::vector<CustomAttribute> attributes_of(const schema::Operator &op, Host &host)
{
    Options options(host);
    const flatbuffers::TypeTable &kinds = *schema::BuiltinOptionsTypeTable();
    const auto kind = static_cast<size_t>(op.builtin_options_type());
    // The first member of the union is none.
    if (op.builtin_options() != nullptr && kind > 0 && kind < kinds.num_elems) {
        const flatbuffers::TypeTable *table = kinds.type_refs[kinds.type_codes[kind].sequence_ref]();
        flatbuffers::IterateObject(static_cast<const uint8_t *>(op.builtin_options()), table, &options);
    }
    if (op.custom_options() != nullptr) {
        host.charge(op.custom_options()->size(), "options of operators");
        CustomAttribute attribute;
        attribute.name = "custom_options";
        attribute.kind = ACCEL_ATTRIBUTE_KIND_STRING;
        attribute.strings = {{reinterpret_cast<const char *>(op.custom_options()->data()), op.custom_options()->size()}};
        options.attributes.push_back(std::move(attribute));
    }
    return std::move(options.attributes);
}

ValueId declared(const Tensor &tensor, Graph &graph)
{
    Value value;
    value.type = tensor.type;
    value.type_name = tensor.type == 0 ? name_of(tensor.file_type) : std::string_view();
    value.ranked = tensor.refusal.empty();
    value.dims = value.ranked ? fixed_dims(tensor.sizes) : Dims();
    if (tensor.quantization && is_byte(tensor.type) && !tensor.quantization->per_axis() && value.is_known()) {
        value.quantization = tensor.quantization;
    }
    return graph.add(std::move(value));
}

}  // namespace

void keep(const schema::Operator &op, std::string reason, Tensors &tensors, Emitter &emitter, Host &host)
{
    Operation kept{ACCEL_OPERATION_CUSTOM, emitter.name(), {}, {}, {}};
    kept.origin = emitter.origin();
    kept.custom = std::make_shared<const Custom>(Custom{kept.origin, {}, std::move(reason), attributes_of(op, host)});
    for (const int32_t index : list_of(op.inputs())) {
        if (index < -1 || index >= static_cast<int64_t>(tensors.count())) {
            corrupt("operator '", emitter.name(), "' reads tensor ", index, " of ", tensors.count());
        }
        kept.inputs.push_back(index == -1 ? kNoValue : tensors.any(static_cast<uint32_t>(index)));
    }
    for (const int32_t index : list_of(op.outputs())) {
        const auto at = static_cast<uint32_t>(index);  // the walk over the operators has checked results
        const ValueId made = declared(tensors.at(at), emitter.graph());
        kept.outputs.push_back(made);
        tensors.define(at, Order::kFile, made);
    }
    emitter.graph().operations.push_back(std::move(kept));
}

}  // namespace accel::tflite
