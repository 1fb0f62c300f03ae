/* SPDX-License-Identifier: MIT */
/*
 * Tensors of a graph: sizes that may be open, quantisation, variables.
 */
#ifndef ACCEL_TENSOR_H
#define ACCEL_TENSOR_H

#include <accel/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** No tensor: an optional operand that is absent. */
#define ACCEL_TENSOR_NONE ACCEL_NONE
/** In accel_dim.symbol: the dimension is fixed. */
#define ACCEL_SYMBOL_NONE ACCEL_NONE
/** In accel_symbol.expression: there is none. */
#define ACCEL_EXPRESSION_NONE ACCEL_NONE
/** In accel_tensor_desc.rank: not known, not even how many dimensions. */
#define ACCEL_RANK_UNKNOWN UINT32_MAX
/** In place of a largest size: no bound is known. A bound of 2^31 - 1 or more says no more than that. */
#define ACCEL_SIZE_UNBOUNDED INT64_MAX

/** One dimension: fixed (symbol = ACCEL_SYMBOL_NONE, size >= 0) or a symbol of the graph (size = -1). Frozen. */
struct accel_dim {
    int64_t size;
    uint32_t symbol;
    uint32_t reserved; /**< must be 0 */
};

/** Where the size of a symbol comes from. */
enum accel_symbol_kind {
    ACCEL_SYMBOL_KIND_FREE = 1,    /**< the application gives it, when it builds or when it binds */
    ACCEL_SYMBOL_KIND_DERIVED = 2, /**< it follows from the sizes of free ones: by its expression, or, without one, by what the nodes make of them */
    ACCEL_SYMBOL_KIND_DATA = 3,    /**< unknown until the work is done: it depends on values, not on sizes */
    ACCEL_SYMBOL_KIND_MAX_ENUM = 0x7fffffff
};

/** A size that is open when the graph is made. */
struct accel_symbol {
    const char *name;    /**< unique and not empty */
    uint32_t kind;       /**< enum accel_symbol_kind */
    uint32_t expression; /**< DERIVED: its value. DATA: an upper bound of it. ACCEL_EXPRESSION_NONE where there is none, as of every FREE one */
    int64_t min_size;
    int64_t max_size;
    int64_t multiple; /**< the size is a multiple of it; at least 1 */
};

enum accel_expression_operator {
    ACCEL_EXPRESSION_CONSTANT = 1, /**< value */
    ACCEL_EXPRESSION_SYMBOL = 2,   /**< the size of symbol number left */
    ACCEL_EXPRESSION_ADD = 3,
    ACCEL_EXPRESSION_SUB = 4,
    ACCEL_EXPRESSION_MUL = 5,
    ACCEL_EXPRESSION_FLOOR_DIV = 6, /**< toward minus infinity; right is above 0 */
    ACCEL_EXPRESSION_CEIL_DIV = 7,  /**< toward plus infinity; right is above 0 */
    ACCEL_EXPRESSION_MOD = 8,       /**< left - right * FLOOR_DIV; right is above 0 */
    ACCEL_EXPRESSION_MAX = 9,
    ACCEL_EXPRESSION_MIN = 10,
    ACCEL_EXPRESSION_MAX_ENUM = 0x7fffffff
};

/**
 * One step of a calculation with sizes, in 64-bit integers; a size that needs more is LIMIT. Frozen.
 *
 * left and right name rows before this one, so every row can be evaluated in order. A row that is a derived symbol comes after the
 * expression of that symbol.
 */
struct accel_expression {
    uint32_t op;       /**< enum accel_expression_operator */
    uint32_t left;     /**< a row, or of SYMBOL the symbol; 0 of CONSTANT */
    uint32_t right;    /**< a row; 0 of SYMBOL and CONSTANT */
    uint32_t reserved; /**< must be 0 */
    int64_t value;     /**< of CONSTANT, else 0 */
};

enum accel_quantization_kind {
    ACCEL_QUANTIZATION_KIND_AFFINE = 1, /**< real = (stored - zero point) * scale */
    ACCEL_QUANTIZATION_KIND_MAX_ENUM = 0x7fffffff
};

/**
 * What the stored values of a tensor stand for.
 *
 * Scales and zero points cover blocks: axis i is cut into blocks of block_dims[i] indices, the last of which may be shorter, 0 for the whole
 * axis as one; their number is the product of the blocks of all axes, in row-major order. Per tensor: every block_dims is 0, or rank is.
 * Per axis: 1 for that axis, else 0. Blocks of 32 along the last axis of a matrix, as ONNX has them: {1, 32}. Only an axis whose size is
 * fixed has several blocks.
 */
struct accel_quantization {
    size_t struct_size;
    uint32_t kind;             /**< enum accel_quantization_kind; of an unknown kind nothing else may be read */
    uint32_t scale_type;       /**< enum accel_type: F32, F16, BF16, F64 or F8E8M0 */
    uint32_t zero_point_type;  /**< enum accel_type: the tensor's own, or I32; 0: all zero points are 0, as they are of 8-bit and 4-bit floats */
    uint32_t rank;             /**< of block_dims: the tensor's, or 0: per tensor */
    const int64_t *block_dims; /**< rank */
    const void *scales;        /**< dense, each finite and above 0; lent and aligned as a constant's data is */
    const void *zero_points;   /**< dense, as scales, of a type below 8 bits packed as a constant's data; NULL with zero_point_type 0 */
    uint64_t count;            /**< of scales, and of zero points if there are any */
};

enum accel_tensor_flag {
    /** An input with data: its values where a run binds nothing; no constant, since they may change. Of an entry point's graph, not of a region's. */
    ACCEL_TENSOR_FLAG_DEFAULT = 1 << 0,
    /**
     * An input that reads, or an output that writes, the leading elements of the variable, as many along each axis as the tensor has: no
     * port, its memory belongs to a state. Of an entry point's graph, not of a region's. Not with DEFAULT.
     */
    ACCEL_TENSOR_FLAG_VARIABLE = 1 << 1,
    ACCEL_TENSOR_FLAG_MAX_ENUM = 0x7fffffff
};

/** A value of a graph. Where type or rank is unknown, only custom nodes touch it. */
struct accel_tensor_desc {
    const char *name;                              /**< unique in its graph for inputs and outputs; "" is allowed elsewhere */
    uint32_t type;                                 /**< enum accel_type; 0: unknown, type_name says what it is */
    uint32_t rank;                                 /**< or ACCEL_RANK_UNKNOWN */
    const struct accel_dim *dims;                  /**< rank, outermost first, ONNX axis order (N, C, spatial …) */
    const void *data;                              /**< constants, and with DEFAULT: dense row-major values, an application's at any byte, a module's aligned for their type; else NULL */
    uint64_t data_bytes;                           /**< elements * accel_type_bits, rounded up to bytes; of STRING: of an array of struct accel_bytes */
    const struct accel_quantization *quantization; /**< NULL: not quantised */
    uint32_t flags;                                /**< enum accel_tensor_flag */
    uint32_t variable;                             /**< with VARIABLE: the variable of the graph; else 0 */
    const char *type_name;                         /**< of an unknown type: ONNX's text, "seq(tensor(float))", or another format's own; "" or NULL if not even that is known */
};

/**
 * A value that stays from run to run: a recurrent state, a key-value cache. In the graphs of one model equal names are one variable.
 *
 * A run reads what the run before it on the same state wrote. A graph that only reads or only writes it is legal; one input and one output
 * of a graph at most are of one variable.
 *
 * Tensors that read or write it have its type, rank and quantisation and are no larger along any axis: element i of the tensor is element i
 * of the variable. So a cache may grow: an input of P entries, an output of P + S, a variable of as many as there may be. Once a run has
 * written the variable, elements that this run did not write are undefined; how many there are is for the application to keep.
 */
struct accel_variable {
    const char *name; /**< unique and not empty */
    uint32_t type;    /**< enum accel_type */
    uint32_t rank;
    const struct accel_dim *dims; /**< rank; fixed, or free symbols whose largest size is the memory's, whatever size a run gives them */
    const void *data;             /**< value after creation and reset, dense row-major, lent as a constant's; NULL: zero bits */
    uint64_t data_bytes;
    const struct accel_quantization *quantization; /**< NULL: not quantised */
};

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_TENSOR_H */
