// SPDX-License-Identifier: MIT
// The tensors of a subgraph as values of the graph, in the order of axes that who reads them wants.
//
// The format puts channels last, the catalog's convolutions have them second. So a tensor of four axes may have two values: in the file's order and with channels first. It is made in one of
// them, and gets the other when something asks for it, by a TRANSPOSE, or by moving the elements of a constant. Operations that work in any order ask for the order that their operands have
// (Node::order), so a chain of convolutions stays with channels first from end to end, and no pass needs to find transpositions that cancel each other.
//
// Quantised tensors have up to four: stored and real. Most operations read real values and have them quantised again; the compiler makes one quantised operation of that where the catalog's formulas
// say the same (docs/decisions/0002). What only moves values reads and makes stored ones.
//
// Not chosen: transpositions around each operation, for the compiler to cancel. It cancels neighbours only; between two convolutions there may be a pad, a sum of branches or an activation.
#pragma once

#include "emit.h"
#include "file.h"

#include <array>
#include <string_view>
#include <unordered_set>

namespace accel::tflite {

enum class Order { kFile,
                   kChannelsFirst };

/// From the file's order to channels first, and back, of four axes.
const Perm &perm_to(Order order);
/// Where an axis of the file's order is.
int64_t axis_in(Order order, int64_t axis);

/// A tensor of the file.
struct Tensor {
    std::string_view name;
    schema::TensorType file_type = schema::TensorType::FLOAT32;
    uint32_t type = 0;           ///< enum accel_type; 0: one that no operation takes
    std::vector<int64_t> sizes;  ///< in the file's order; what its maker makes, where that is known
    std::optional<Quantization> quantization;
    std::string refusal;  ///< why nothing can be said of its values; "" if something can
    bool is_constant = false, is_variable = false, is_port = false;
    Order home = Order::kFile;  ///< in which it was made
    std::array<ValueId, 2> stored{kNoValue, kNoValue}, real{kNoValue, kNoValue};

    bool is_made() const { return stored[0] != kNoValue || stored[1] != kNoValue; }
    /// Does it stand for real values that are stored in another way?
    bool is_quantised() const { return quantization.has_value(); }
};

class Tensors {
public:
    Tensors(const File &file, const schema::SubGraph &subgraph, Emitter &emitter, importer::ConstantStore &store);

    size_t count() const { return tensors_.size(); }
    const Tensor &at(uint32_t index) const { return tensors_[index]; }
    /// As something else calls it, outside of the graph.
    void name_port(uint32_t index, std::string_view name);

    /// A graph's input.
    ValueId make_input(uint32_t index);
    /// Its values as they are stored, and as real numbers. UNSUPPORTED where it has none that can be said, CORRUPT where nothing has made it.
    ValueId stored(uint32_t index, Order order);
    ValueId real(uint32_t index, Order order);
    /// Its stored values in the file's order, whatever is known of them; kNoValue where there are none.
    ValueId any(uint32_t index);
    /// An operator has made it, in this order. What has other sizes than the file declares has those of the value.
    void define(uint32_t index, Order order, ValueId id);

    /// From here on definitions can be taken back.
    void mark() { journal_.clear(); }
    void roll_back();

private:
    Tensor read(const schema::Tensor &tensor, uint32_t index);
    void read_constant(const schema::Tensor &from, Tensor &to);
    ValueId constant(uint32_t index);
    const void *unpacked(uint32_t index, std::span<const char> bytes);
    void keep(ValueId &slot, ValueId id);
    std::string_view usable_name(std::string_view given, uint32_t index);

    const File &file_;
    const schema::SubGraph &subgraph_;
    Emitter &emitter_;
    importer::ConstantStore &store_;
    std::vector<Tensor> tensors_;
    std::unordered_set<std::string_view> names_;
    uint64_t name_bytes_ = 0;
    std::vector<ValueId *> journal_;  ///< what was set since the mark
};

}  // namespace accel::tflite
