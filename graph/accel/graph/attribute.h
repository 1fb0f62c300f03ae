// SPDX-License-Identifier: MIT
// Attributes of nodes: what they hold, how they come in and how they go out.
#pragma once

#include <accel/graph.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace accel::graph {

struct SparseTensor {
    uint32_t values = 0, indices = 0;  ///< tensors of the graph
    std::vector<int64_t> dims;
    bool operator==(const SparseTensor &) const = default;
};

struct Attribute {
    /// Numbers of tensors and of regions are both uint32_t; the kind tells which.
    using Held = std::variant<std::vector<int64_t>, std::vector<float>, std::vector<double>, std::vector<std::string>, std::vector<uint32_t>, std::vector<SparseTensor>>;

    /// A copy that finds no memory leaves a whole object behind: GCC 12 makes an endless loop of what std::variant does with a half-made one in a vector of vectors.
    struct Values : Held {
        using Held::Held;
        using Held::operator=;
        Values() noexcept = default;
        Values(const Values &other);
        Values(Values &&) noexcept = default;
        Values &operator=(const Values &other);
        Values &operator=(Values &&) noexcept = default;
        ~Values() = default;
    };

    uint32_t key = 0;
    uint32_t kind = 0;
    std::string name;
    Values values;

    /// Empty where it holds something else.
    const std::vector<int64_t> &ints() const;
    const std::vector<float> &floats() const;
    /// The first string or type; "" where there is none.
    std::string_view text() const;
    bool names_tensors() const { return kind == ACCEL_ATTRIBUTE_KIND_TENSOR || kind == ACCEL_ATTRIBUTE_KIND_TENSORS; }
};

/// What the values of a kind are.
enum class Held { kNothing,
                  kInts,
                  kFloats,
                  kDoubles,
                  kBytes,
                  kTensors,
                  kRegions,
                  kSparse };
struct AttributeKind {
    Held held;
    bool list;
    size_t size_bytes, align_bytes;  ///< of one value
};
/// held is kNothing for a kind that this library does not know.
AttributeKind attribute_kind(uint32_t kind);

/// The owned form of an attribute that check_structure has passed.
Attribute copy_attribute(const accel_attribute &desc);

/// Arrays that descriptions of attributes point to, beside those in the attributes themselves.
class AttributeArrays {
public:
    /// Lives as long as the attribute and this.
    accel_attribute describe(const Attribute &attribute);

private:
    std::vector<std::vector<accel_bytes>> bytes_;
    std::vector<std::vector<accel_sparse_tensor>> sparse_;
};

/// Calls visit(number) for each tensor that the attribute names; visit may change it.
template <class Some, class Visit> void for_each_tensor(Some &attribute, Visit visit)
{
    if (auto *numbers = std::get_if<std::vector<uint32_t>>(&attribute.values); numbers && attribute.names_tensors()) {
        for (auto &number : *numbers) visit(number);
    }
    if (auto *sparse = std::get_if<std::vector<SparseTensor>>(&attribute.values)) {
        for (auto &tensor : *sparse) visit(tensor.values), visit(tensor.indices);
    }
}

}  // namespace accel::graph
