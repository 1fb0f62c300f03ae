/* SPDX-License-Identifier: MIT */
/*
 * Tensors of a graph: sizes that may be open, quantisation.
 */
#ifndef ACCEL_TENSOR_H
#define ACCEL_TENSOR_H

#include <accel/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** No tensor: an optional operand that is absent. */
#define ACCEL_TENSOR_NONE UINT32_MAX
/** In accel_dim.symbol: the dimension is fixed. */
#define ACCEL_SYMBOL_NONE UINT32_MAX
/** In accel_tensor_desc.rank: not known, not even how many dimensions. */
#define ACCEL_RANK_UNKNOWN UINT32_MAX

/** One dimension: fixed (symbol = ACCEL_SYMBOL_NONE, size >= 0) or a symbol of the graph (size = -1). */
struct accel_dim {
    int64_t size;
    uint32_t symbol;
    uint32_t reserved;    /**< must be 0 */
};

/** A dimension known only by name, with the range it may take. */
struct accel_symbol {
    const char *name;
    int64_t min_size;
    int64_t max_size;
};

/** real = (stored - zero_point) * scale; per tensor (count 1) or per index of one axis. */
struct accel_quantization {
    const float *scales;          /**< count, each finite and above 0 */
    const int32_t *zero_points;   /**< count */
    uint32_t count;
    uint32_t axis;                /**< used when count > 1 */
    uint64_t reserved;            /**< must be 0; room for block sizes */
};

enum accel_tensor_flag {
    ACCEL_TENSOR_FLAG_STATE = 1 << 0 /**< an output whose memory is the named input's: state kept in place */
};

/** A value of a graph. Where type or rank is unknown, only custom nodes touch it. */
struct accel_tensor_desc {
    const char *name;                        /**< unique in its graph for inputs and outputs; "" is allowed elsewhere */
    uint32_t type;                           /**< enum accel_type; 0: unknown, type_name says what it is */
    uint32_t rank;                           /**< or ACCEL_RANK_UNKNOWN */
    const struct accel_dim *dims;            /**< rank, outermost first, ONNX axis order (N, C, spatial …) */
    const void *data;                        /**< constants: dense row-major values, an application's at any byte, a module's aligned for their type; else NULL */
    uint64_t data_bytes;                     /**< elements * accel_type_bits, rounded up to bytes; of STRING: of an array of struct accel_bytes */
    const struct accel_quantization *quantization; /**< NULL: not quantised */
    uint32_t flags;                          /**< enum accel_tensor_flag */
    uint32_t state_of;                       /**< with STATE: the input tensor; else 0 */
    const char *type_name;                   /**< of an unknown type: ONNX's text, "seq(tensor(float))", or another format's own; "" or NULL if not even that is known */
};

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_TENSOR_H */
