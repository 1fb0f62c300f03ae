// SPDX-License-Identifier: MIT
// Who makes the probes of which operations.
#pragma once

#include "draw.h"
#include "probe.h"

namespace accel::conformance {

using Maker = Probe (*)(const Subject &, Draw &);

// dot.cpp
Probe probe_conv(const Subject &subject, Draw &draw);
Probe probe_gemm(const Subject &subject, Draw &draw);
Probe probe_matmul(const Subject &subject, Draw &draw);
// pool.cpp
Probe probe_pool(const Subject &subject, Draw &draw);
Probe probe_global_average(const Subject &subject, Draw &draw);
Probe probe_reduce_mean(const Subject &subject, Draw &draw);
// element.cpp
Probe probe_binary(const Subject &subject, Draw &draw);
Probe probe_choose(const Subject &subject, Draw &draw);
Probe probe_function(const Subject &subject, Draw &draw);
Probe probe_softmax(const Subject &subject, Draw &draw);
Probe probe_batch_normalization(const Subject &subject, Draw &draw);
// move.cpp
Probe probe_reshape(const Subject &subject, Draw &draw);
Probe probe_transpose(const Subject &subject, Draw &draw);
Probe probe_concat(const Subject &subject, Draw &draw);
Probe probe_slice(const Subject &subject, Draw &draw);
Probe probe_pad(const Subject &subject, Draw &draw);
Probe probe_identity(const Subject &subject, Draw &draw);
Probe probe_split(const Subject &subject, Draw &draw);
Probe probe_gather(const Subject &subject, Draw &draw);
// convert.cpp
Probe probe_quantize(const Subject &subject, Draw &draw);
Probe probe_dequantize(const Subject &subject, Draw &draw);
Probe probe_cast(const Subject &subject, Draw &draw);

/// The quantisation of a stored byte's tensor; none for other types.
inline Quantization quantization_of(const Subject &subject, Draw &draw) { return is_byte(subject.type) ? draw.quantization(subject.type) : Quantization{}; }

/// Element `index` of stored bytes.
inline int32_t stored_at(accel_type type, const std::vector<char> &bytes, size_t index) { return type == ACCEL_TYPE_U8 ? static_cast<uint8_t>(bytes[index]) : static_cast<int8_t>(bytes[index]); }

inline StoredType stored_type(const Quantization &quantization, size_t channel = 0)
{
    const size_t index = quantization.scales.size() == 1 ? 0 : channel;
    return {static_cast<double>(quantization.scales[index]), quantization.zero_points[index]};
}

}  // namespace accel::conformance
