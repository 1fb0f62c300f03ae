// SPDX-License-Identifier: MIT
// Elements from where one layout wants them to where another does.
#pragma once

#include <accel/layouts/layout.h>

namespace accel::layouts {

/// A digit of one axis that both lists have, or that two longer ones were cut to.
struct Digit {
    int64_t inner;                   ///< index distance of neighbours
    int64_t from_stride, to_stride;  ///< in bits
};

/// One axis, as both lists cut it.
struct AxisCut {
    int64_t size;
    int64_t full;               ///< places along the axis in the destination, at least size
    std::vector<Digit> common;  ///< innermost first; empty where the digits of one list do not fit into those of the other
    Steps from, to;             ///< of this axis, outermost first
};

/// A conversion of a tensor, prepared once and done many times.
///
/// Each element is moved and its form changed, never its value; the padding of the destination is filled where it claims something. Gaps between distances, and what
/// size_bytes has behind the steps, are left alone.
class Conversion {
public:
    /// Layouts that keep rule L-1 for a tensor of this type and these sizes. zero: the stored value that stands for 0.0.
    Conversion(const Layout &from, const Layout &to, uint32_t tensor_type, Sizes sizes, int64_t zero);

    /// The regions do not overlap. Allocates nothing. Threads: any number at once.
    void run(const void *from, void *to) const;
    /// What run() writes, padding included, rounded up.
    uint64_t written_bytes() const { return written_bytes_; }

private:
    void convert(const char *from, char *to) const;
    void fill(char *to) const;

    std::vector<AxisCut> axes_;  ///< of more than one place
    uint32_t from_bits_, to_bits_, value_bits_;
    uint8_t from_flip_ = 0, to_flip_ = 0;  ///< bit that the form has changed in each
    bool sign_extends_ = false, fills_ = false, empty_ = false;
    uint64_t pattern_ = 0;  ///< of padding
    uint64_t written_bytes_ = 0;
};

}  // namespace accel::layouts
