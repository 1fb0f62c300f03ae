// SPDX-License-Identifier: MIT
// One operator of the file, as its translator sees it.
#pragma once

#include "common/failure.h"
#include "tensors.h"

#include <optional>
#include <string>

namespace accel::tflite {

using Sizes = std::vector<int64_t>;

/// Operands, options and results of an operator. Handlers in ops/ see nothing else.
class Node {
public:
    Node(const schema::Operator &op, const File::Code &code, size_t position, Tensors &tensors, Emitter &emitter);

    bool is(schema::BuiltinOperator builtin) const { return code_.builtin == builtin; }

    // Operands. A number of -1 is an absent one.
    size_t input_count() const { return inputs_.size(); }
    size_t output_count() const { return outputs_.size(); }
    bool has_input(size_t index) const { return index < inputs_.size() && inputs_[index] != kAbsent; }
    const Tensor &input(size_t index) const { return tensors_.at(input_index(index)); }
    const Tensor &output(size_t index = 0) const { return tensors_.at(outputs_[index]); }
    const Sizes &sizes(size_t index) const { return input(index).sizes; }
    void expect_operands(size_t inputs_min, size_t inputs_max, size_t outputs_min = 1, size_t outputs_max = 1) const;
    void expect_rank(size_t index, size_t rank_min, size_t rank_max = importer::kRankMax) const;

    /// The order that an operation which works in any had best work in: channels first where an operand of four axes was made so.
    Order order() const;
    /// Real values where the tensor is quantised, else what it has.
    ValueId value(size_t index, Order order = Order::kFile);
    ValueId stored(size_t index, Order order = Order::kFile) { return tensors_.stored(input_index(index), order); }
    /// What is moved to result 0: stored values where both mean the same by them, else real ones.
    ValueId moved(size_t index, Order order);
    /// The same, with ones in front of its axes up to four, so that it spreads over a result of four axes.
    ValueId spread(size_t index, Order order, size_t rank);
    uint32_t axis(int64_t given, size_t rank) const;
    /// Integers of a constant operand; UNSUPPORTED if it is computed at run time.
    Sizes integers(size_t index, const char *what) const;
    std::optional<Sizes> known_integers(size_t index) const;
    int64_t integer(size_t index, const char *what) const;

    /// The operator's options. CORRUPT where it has another operation's; where it has none, those of an empty table.
    template <typename Options>
    const Options &options() const
    {
        const Options *found = op_.builtin_options_as<Options>();
        if (found != nullptr) {
            return *found;
        }
        if (op_.builtin_options() != nullptr) {
            fail_corrupt("its options are ", std::string(schema::EnumNameBuiltinOptions(op_.builtin_options_type())), ", another operation's");
        }
        return *flatbuffers::GetRoot<Options>(kNoOptions);
    }

    // Results.
    Emitter &emitter() { return emitter_; }
    ValueId emit(accel_operation operation, std::vector<ValueId> inputs, uint32_t type, Sizes sizes, AttributeList attributes = {})
    {
        return emitter_.emit(operation, std::move(inputs), type, std::move(sizes), std::move(attributes));
    }
    /// With the activation that the operation has taken in.
    ValueId activated(ValueId x, schema::ActivationFunctionType activation);
    ValueId clipped(ValueId x, std::optional<float> least, std::optional<float> most);
    /// The value is the result; real ones of a quantised result are quantised first. CORRUPT where the file declares another type.
    void define(size_t index, Order order, ValueId id);
    /// A view of it as result 0. Where this is quantised, stored values get the view, so that the operation before stands directly in front of its QUANTIZE.
    void define_reshaped(ValueId id, const Sizes &sizes);
    /// The same, of rank four in this order, else in the file's.
    void define_in(Order order, ValueId id) { define(0, emitter_.value(id).dims.size() == 4 ? order : Order::kFile, id); }

    std::string label() const;
    template <typename... Parts>
    [[noreturn]] void fail_corrupt(const Parts &...parts) const
    {
        importer::corrupt(label(), ": ", parts...);
    }
    template <typename... Parts>
    [[noreturn]] void fail_unsupported(const Parts &...parts) const
    {
        throw importer::Failure(ACCEL_STATUS_UNSUPPORTED, importer::text(label(), ": ", parts...), importer::text(parts...));
    }

private:
    static constexpr uint32_t kAbsent = UINT32_MAX;
    static const uint8_t kNoOptions[];
    uint32_t input_index(size_t index) const;

    const schema::Operator &op_;
    const File::Code &code_;
    size_t position_;
    Tensors &tensors_;
    Emitter &emitter_;
    std::vector<uint32_t> inputs_, outputs_;
};

}  // namespace accel::tflite
