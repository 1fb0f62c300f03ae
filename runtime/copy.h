// SPDX-License-Identifier: MIT
// Copies of tensors between layouts.
#pragma once

#include <cstdint>
#include <span>

namespace accel::runtime {

/// Copy every element of a tensor from one layout to another. Both reach inside their memory; the regions do not overlap. Allocates nothing.
void copy_strided(const void *from, std::span<const int64_t> from_strides_bytes, void *to, std::span<const int64_t> to_strides_bytes,
                  std::span<const int64_t> dims, uint32_t element_bytes);

}  // namespace accel::runtime
