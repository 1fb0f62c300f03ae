// SPDX-License-Identifier: MIT
// Where a tensor lies at a port, of a program or of a part of it, and in the memory between parts.
#pragma once

#include <accel/accel.h>
#include <accel/layouts/layout.h>

#include <cstdint>
#include <string>
#include <vector>

namespace accel::graph {
struct Tensor;
}

namespace accel::runtime {

using graph::Tensor;

/// A layout and what it is for. `type` of the layout is that of an element in memory.
struct PortLayout : layouts::Layout {
    uint32_t tensor_type = 0;  ///< enum accel_type
    std::vector<int64_t> dims;
    int64_t zero = 0;  ///< the stored value that stands for 0.0, for padding that holds it
    uint64_t align_bytes = 1;
};

/// Dense row-major memory of a tensor, whose sizes are known.
PortLayout dense_layout(const Tensor &tensor);
/// The same of a tensor that lies somewhere.
PortLayout dense_like(const PortLayout &layout);
/// The same tensor as somebody else gave its layout. follows: it may have been made for larger sizes. Errors: INVALID_ARGUMENT the struct cannot be read, or L-1 is broken.
accel_status take_layout(const accel_layout *given, const Tensor &tensor, bool follows, PortLayout *out);
/// Rule L-1, and what this library can hold: what is wrong, as the end of a sentence; "" where nothing is.
std::string broken_layout(const PortLayout &layout);

/// Can whoever knows distances along axes use it: one per axis, the tensor's own type, no padding that must be kept?
bool is_plain(const PortLayout &layout);
/// Are the elements of one tensor at the same places in the same form?
bool same_places(const PortLayout &a, const PortLayout &b);
/// Elements of equal index, of tensors of one rank that may have different sizes: is one the leading part of the other?
bool same_distances(const PortLayout &a, const PortLayout &b);
/// same_places … and is the padding of `from` what the reader of `to` needs?
bool layouts_agree(const PortLayout &from, const PortLayout &to);
/// What a conversion, or a copy, of one into the other writes.
uint64_t written_bytes(const PortLayout &from, const PortLayout &to);
/// For reports: the steps, and the type where it is another one than the tensor's.
std::string layout_text(const PortLayout &layout);

}  // namespace accel::runtime
