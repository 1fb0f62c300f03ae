/* SPDX-License-Identifier: MIT */
/*
 * Layouts: where the elements of a tensor lie in linear memory, as a list of (axis, extent, stride) steps.
 *
 * Axis order is always the model's. Each axis is cut into one or more digits, the outermost first; a step says which axis its digit belongs
 * to, how many values the digit takes, and how far apart neighbours are:
 *
 *     address in bits = sum over steps of digit * stride_bits
 *     the last step of an axis is (index mod extent), the one before it ((index / extent) mod its extent), and so on
 *
 * For a tensor N, C, H, W (axes 0 to 3) of one byte per element, with C1 = ceil(C / 16):
 *
 *     NCHW      (0, N, 8*C*H*W)     (1, C, 8*H*W)       (2, H, 8*W)         (3, W, 8)
 *     NHWC      (0, N, 8*C*H*W)     (2, H, 8*W*C)       (3, W, 8*C)         (1, C, 8)
 *     NHCWB16   (0, N, 8*H*C1*W*16) (2, H, 8*C1*W*16)   (1, C1, 8*W*16)     (3, W, 8*16)    (1, 16, 8)
 *     NC1HWC2   (0, N, 8*C1*H*W*16) (1, C1, 8*H*W*16)   (2, H, 8*W*16)      (3, W, 8*16)    (1, 16, 8)
 *     RGBX      (0, N, 8*H*W*4)     (2, H, 8*W*4)       (3, W, 8*4)         (1, 4, 8)       C = 3: the fourth value is padding
 *
 * Where the extents of an axis multiply to more than its size, the rest is padding. An axis without a step has size 1.
 *
 * The order of steps of different axes means nothing to the address. It means something to ACCEL_LAYOUT_SIZING_PACKED, so it is the order
 * in memory, outermost first. Canonical is a list without steps of extent 1, and without neighbours of one axis that could be one step;
 * layouts are compared in that form. An axis whose size is open keeps its steps, and one without a bound wants PACKED.
 */
#ifndef ACCEL_LAYOUT_H
#define ACCEL_LAYOUT_H

#include <accel/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One digit of one axis. Frozen. */
struct accel_layout_step {
    uint32_t axis;       /**< in the model's order */
    uint32_t reserved;   /**< must be 0; room for the alignment of a distance, with a sizing that says so */
    int64_t extent;      /**< values of the digit, at least 1 */
    int64_t stride_bits; /**< distance of neighbours, at least 1 where extent is above 1; a multiple of 8 for elements of whole bytes */
};

enum accel_layout_kind {
    ACCEL_LAYOUT_KIND_STEPS = 1, /**< the steps say everything */
    ACCEL_LAYOUT_KIND_MAX_ENUM = 0x7fffffff
};

/** What an input needs in its padding (one of the first three), and what an output leaves there. */
enum accel_padding {
    ACCEL_PADDING_ANY = 0,       /**< an input ignores it; an output leaves it undefined and may write it */
    ACCEL_PADDING_ZERO_BITS = 1, /**< bits are 0 */
    ACCEL_PADDING_REAL_ZERO = 2, /**< the stored value that stands for 0.0: the zero point, or 0 */
    ACCEL_PADDING_KEPT = 3,      /**< an output leaves it as it was */
    ACCEL_PADDING_MAX_ENUM = 0x7fffffff
};

/** How a layout follows the sizes of a run where some of them are open. */
enum accel_layout_sizing {
    ACCEL_LAYOUT_SIZING_MAXIMUM = 0, /**< strides are those of the planned sizes (accel_program_build), always */
    /**
     * The first digit of each axis takes as many values as the size needs, and strides are made anew: the last step is an element apart,
     * each other one as far as the steps behind it reach. What size_bytes has beyond the last element and its padding keeps its length.
     */
    ACCEL_LAYOUT_SIZING_PACKED = 1,
    ACCEL_LAYOUT_SIZING_MAX_ENUM = 0x7fffffff
};

/**
 * Where the elements of a tensor lie.
 *
 * A layout is one-to-one: different elements have no bit in common. Two layouts agree when kind, type, sizing and steps are equal, and the
 * padding that one leaves is what the other needs: an input with ANY takes all, one with ZERO_BITS or REAL_ZERO takes the same, or KEPT
 * where the runtime has filled the memory so.
 */
struct accel_layout {
    size_t struct_size;
    uint32_t kind; /**< enum accel_layout_kind; of an unknown kind nothing else may be read */
    /**
     * enum accel_type of an element in memory. The tensor's own, or a wider or shifted form of the same stored value: I8 for unsigned
     * integers of 8, 4 or 2 bits holds value - 128, U8 for signed ones value + 128; I8 for signed and U8 for unsigned ones of 4 or 2 bits
     * hold the value; U8 for F4E2M1 its bits.
     */
    uint32_t type;
    uint32_t padding;                      /**< enum accel_padding */
    uint32_t sizing;                       /**< enum accel_layout_sizing */
    const struct accel_layout_step *steps; /**< step_count, outermost first within each axis */
    uint32_t step_count;                   /**< at most 32; 0: all axes have size 1, the element is at bit 0 */
    uint32_t reserved;                     /**< must be 0 */
    /** memory that belongs to the tensor: every element, padding, and what a device may touch behind them */
    uint64_t size_bytes;
};

/**
 * Distances of neighbours in bytes, one per axis of the tensor, for consumers that know strides: 1 if they say where every element is, 0 if
 * the layout needs more than one step for an axis, or parts of bytes; strides_bytes is then unchanged. An axis of size 1 has distance 0.
 * The library exports it under this name, too.
 *
 * Shapes: strides_bytes takes rank numbers, in the model's axis order. Ownership: layout is borrowed for the call. Threads: any thread.
 * Blocks: never.
 */
static inline int accel_layout_strides(const struct accel_layout *layout, uint32_t rank, int64_t *strides_bytes)
{
    uint32_t i, j;
    if (layout->kind != ACCEL_LAYOUT_KIND_STEPS)
        return 0;
    for (i = 0; i < layout->step_count; ++i) {
        if (layout->steps[i].axis >= rank || layout->steps[i].stride_bits % 8 != 0)
            return 0;
        for (j = 0; j < i; ++j)
            if (layout->steps[j].axis == layout->steps[i].axis)
                return 0;
    }
    for (i = 0; i < rank; ++i)
        strides_bytes[i] = 0;
    for (i = 0; i < layout->step_count; ++i)
        strides_bytes[layout->steps[i].axis] = layout->steps[i].stride_bits / 8;
    return 1;
}

/** How a tensor at a port lies, as the application chooses. */
enum accel_port_layout {
    /** the device's layout where it has one step per axis, the tensor's type and needs no padding; else DENSE */
    ACCEL_PORT_LAYOUT_STRIDED = 0,
    ACCEL_PORT_LAYOUT_DEVICE = 1, /**< the device's layout, whatever it is: never converted */
    /** row-major in the model's axis order, without gaps; types below 8 bits packed, first element in the low bits */
    ACCEL_PORT_LAYOUT_DENSE = 2,
    ACCEL_PORT_LAYOUT_GIVEN = 3, /**< the layout given with the choice */
    ACCEL_PORT_LAYOUT_MAX_ENUM = 0x7fffffff
};

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_LAYOUT_H */
