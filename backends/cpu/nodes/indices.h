// SPDX-License-Identifier: MIT
// Tensors of indices while a step runs: single ones, and tuples that name slices.
#pragma once

#include "../checker.h"
#include "../plan.h"

#include <span>

namespace accel::cpu {

// Operand 0 is moved, and operand 1 holds indices.
void check_indexed(const Checker &c);

// A tensor of indices in either type.
class Indices {
public:
    // name: of the operation. sizes: what the indices count, one behind the other for each of these in turn.
    Indices(const View &view, const char *name, Dims sizes) : name_(name),
                                                              sizes_(std::move(sizes)),
                                                              value_(view.value),
                                                              type_(view.type),
                                                              count_(*element_count(view.dims))
    {
    }

    const Dims &sizes() const { return sizes_; }

    // Counted from the begin; -1 where it lies outside. Read once: it may lie in a file that somebody writes to.
    int64_t at(Values values, int64_t element, size_t part = 0) const
    {
        const std::byte *bytes = values[value_];
        const int64_t given = type_ == ACCEL_TYPE_I64 ? reinterpret_cast<const int64_t *>(bytes)[element] : reinterpret_cast<const int32_t *>(bytes)[element];
        const int64_t size = sizes_[part], index = given < 0 ? given + size : given;
        return index >= 0 && index < size ? index : -1;
    }

    // Which one lies outside, as Step::explain says it.
    void explain(Values values, std::span<char> sentence) const noexcept;

private:
    const char *name_;
    Dims sizes_;
    uint32_t value_, type_;
    int64_t count_;
};

// Where tuples of indices lead to in a row-major tensor, behind its batch axes.
class Tuples {
public:
    Tuples(const View &x, const View &indices, const char *name, size_t batch)
        : indices_(indices, name, Dims(x.dims.begin() + static_cast<std::ptrdiff_t>(batch), x.dims.begin() + static_cast<std::ptrdiff_t>(batch) + indices.dims.back())),
          count_(*element_count(indices.dims) / indices.dims.back()),
          width_(1),
          block_(1)
    {
        const size_t taken = batch + indices_.sizes().size();
        int64_t batches = 1;
        for (size_t axis = 0; axis < x.dims.size(); ++axis)
            (axis < batch ? batches : axis < taken ? block_
                                                   : width_) *= x.dims[axis];
        block_ *= width_;
        each_ = count_ / batches;
    }

    const Indices &indices() const { return indices_; }
    int64_t count() const { return count_; }
    // Elements that a tuple leaves.
    int64_t width() const { return width_; }

    // The first element that a tuple names; -1 where it lies outside.
    int64_t place(Values values, int64_t tuple) const
    {
        const size_t depth = indices_.sizes().size();
        int64_t at = 0;
        for (size_t part = 0; part < depth; ++part) {
            const int64_t index = indices_.at(values, tuple * static_cast<int64_t>(depth) + static_cast<int64_t>(part), part);
            if (index < 0)
                return -1;
            at = at * indices_.sizes()[part] + index;
        }
        return tuple / each_ * block_ + at * width_;
    }

private:
    Indices indices_;
    int64_t count_, width_, block_, each_ = 1;  // block: elements of one batch; each: its tuples
};

}  // namespace accel::cpu
