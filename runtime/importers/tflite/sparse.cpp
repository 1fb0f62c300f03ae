// SPDX-License-Identifier: MIT
// Walks the levels of a sparse constant: axes of blocks in their order, then the axes inside of a block. Each level has all of its indices, or lists those that are there.
#include "sparse.h"

#include "common/failure.h"
#include "types.h"

#include <cstring>
#include <vector>

namespace accel::tflite {
namespace {

using namespace importer;

constexpr size_t kLevelsMax = 16;

/// Numbers that a file keeps in the narrowest type that holds them.
class Numbers {
public:
    Numbers(schema::SparseIndexVector kind, const void *table)
    {
        switch (table == nullptr ? schema::SparseIndexVector::NONE : kind) {
        case schema::SparseIndexVector::Int32Vector: words_ = list_of(static_cast<const schema::Int32Vector *>(table)->values()); break;
        case schema::SparseIndexVector::Uint16Vector: halves_ = list_of(static_cast<const schema::Uint16Vector *>(table)->values()); break;
        case schema::SparseIndexVector::Uint8Vector: bytes_ = list_of(static_cast<const schema::Uint8Vector *>(table)->values()); break;
        default: break;
        }
    }
    size_t size() const { return words_.size() + halves_.size() + bytes_.size(); }
    int64_t operator[](size_t index) const { return !words_.empty() ? words_[index] : !halves_.empty() ? int64_t{halves_[index]}
                                                                                                       : int64_t{bytes_[index]}; }

private:
    std::span<const int32_t> words_;
    std::span<const uint16_t> halves_;
    std::span<const uint8_t> bytes_;
};

struct Level {
    bool dense = true;
    int64_t size = 0;   ///< of a dense one
    int64_t step = 0;   ///< elements of the result from one of its indices to the next
    int64_t limit = 0;  ///< indices are below
    Numbers segments{schema::SparseIndexVector::NONE, nullptr}, indices{schema::SparseIndexVector::NONE, nullptr};
};

class Walk {
public:
    Walk(std::string_view name, const schema::SparsityParameters &sparsity, std::span<const int64_t> sizes, std::span<const char> values, std::span<char> out)
        : name_(name),
          values_(values),
          out_(out)
    {
        read_levels(sparsity, sizes);
        int64_t count = 1;
        for (const int64_t size : sizes) {
            count *= size;
        }
        width_ = count == 0 ? 1 : out.size() / static_cast<size_t>(count);
        steps_left_ = 4 * count + static_cast<int64_t>(values.size()) + 64;
    }

    void run()
    {
        std::memset(out_.data(), 0, out_.size());
        if (!out_.empty()) {
            visit(0, 0, 0);
        }
        if (used_ * width_ != values_.size()) {
            corrupt("sparse constant '", name_, "' has ", values_.size(), " bytes, and places for ", used_, " values of ", width_);
        }
    }

private:
    void read_levels(const schema::SparsityParameters &sparsity, std::span<const int64_t> sizes)
    {
        const std::span<const int32_t> order = list_of(sparsity.traversal_order()), blocked = list_of(sparsity.block_map());
        const size_t rank = sizes.size(), count = rank + blocked.size();
        if (order.size() != count || count > kLevelsMax || sparsity.dim_metadata() == nullptr || sparsity.dim_metadata()->size() != count) {
            corrupt("sparse constant '", name_, "' of rank ", rank, " with ", blocked.size(), " blocked axes has an order of ", order.size());
        }
        std::vector<int64_t> block(rank, 1), stride(rank, 1);
        for (size_t axis = rank; axis-- > 1;) {
            stride[axis - 1] = stride[axis] * sizes[axis];
        }
        std::vector<bool> seen(count);
        std::vector<size_t> axes;
        for (const int32_t number : order) {
            if (number < 0 || static_cast<size_t>(number) >= count || seen[static_cast<size_t>(number)]) {
                corrupt("sparse constant '", name_, "' has level ", number, " of ", count, ", or twice");
            }
            seen[static_cast<size_t>(number)] = true;
            const size_t at = static_cast<size_t>(number);
            const int64_t axis = at < rank ? static_cast<int64_t>(at) : blocked[at - rank];
            if (axis < 0 || static_cast<size_t>(axis) >= rank || (at < rank) != (axes.size() < rank)) {
                corrupt("sparse constant '", name_, "' has blocks along axis ", axis, " of ", rank);
            }
            axes.push_back(static_cast<size_t>(axis));
        }
        levels_.resize(count);
        // From the innermost level out: an axis of blocks moves by as many indices as a block has.
        for (size_t i = count; i-- > 0;) {
            const schema::DimensionMetadata &from = *sparsity.dim_metadata()->Get(static_cast<flatbuffers::uoffset_t>(i));
            Level &level = levels_[i];
            level.dense = from.format() == schema::DimensionType::DENSE;
            level.size = from.dense_size();
            level.step = stride[axes[i]] * block[axes[i]];
            level.limit = i < rank ? (sizes[axes[i]] + block[axes[i]] - 1) / block[axes[i]] : level.size;
            level.segments = Numbers(from.array_segments_type(), from.array_segments());
            level.indices = Numbers(from.array_indices_type(), from.array_indices());
            const bool fits = i < rank ? !level.dense || level.size == level.limit : level.dense && level.size > 0 && level.size <= sizes[axes[i]];
            if (!fits) {
                corrupt("sparse constant '", name_, "': level ", i, " has the size ", level.size, ", expected is ", level.limit);
            }
            if (i >= rank) {
                block[axes[i]] *= level.size;
                if (sizes[axes[i]] % block[axes[i]] != 0) {
                    corrupt("sparse constant '", name_, "': blocks of ", block[axes[i]], " do not divide an axis of ", sizes[axes[i]]);
                }
            }
        }
    }

    /// parent: which of the indices of the level before; of the last level, which of the values.
    void visit(size_t depth, int64_t parent, int64_t place)
    {
        if (--steps_left_ < 0) {
            corrupt("sparse constant '", name_, "' has more places than elements");
        }
        if (depth == levels_.size()) {
            const auto from = static_cast<size_t>(parent) * width_, to = static_cast<size_t>(place) * width_;
            if (from + width_ > values_.size() || to + width_ > out_.size()) {
                corrupt("sparse constant '", name_, "' names value ", parent, " of ", values_.size() / width_);
            }
            std::memcpy(out_.data() + to, values_.data() + from, width_);
            ++used_;
            return;
        }
        const Level &level = levels_[depth];
        if (level.dense) {
            for (int64_t i = 0; i < level.size; ++i) {
                visit(depth + 1, parent * level.size + i, place + i * level.step);
            }
            return;
        }
        const auto at = static_cast<size_t>(parent);
        if (at + 1 >= level.segments.size()) {
            corrupt("sparse constant '", name_, "': level ", depth, " has no segment ", parent);
        }
        for (int64_t i = level.segments[at]; i < level.segments[at + 1]; ++i) {
            if (i < 0 || static_cast<size_t>(i) >= level.indices.size() || level.indices[static_cast<size_t>(i)] < 0 || level.indices[static_cast<size_t>(i)] >= level.limit) {
                corrupt("sparse constant '", name_, "': level ", depth, " has a segment or an index that is outside");
            }
            visit(depth + 1, i, place + level.indices[static_cast<size_t>(i)] * level.step);
        }
    }

    std::string_view name_;
    std::span<const char> values_;
    std::span<char> out_;
    std::vector<Level> levels_;
    size_t width_ = 1, used_ = 0;
    int64_t steps_left_ = 0;
};

}  // namespace

void spread_sparse(std::string_view name, const schema::SparsityParameters &sparsity, std::span<const int64_t> sizes, std::span<const char> values, std::span<char> out)
{
    Walk(name, sparsity, sizes, values, out).run();
}

}  // namespace accel::tflite
