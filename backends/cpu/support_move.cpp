// SPDX-License-Identifier: MIT
// Requirements of operations that move or convert elements.
#include "checker.h"

#include <algorithm>

namespace accel::cpu
{

void Checker::moved() const
{
    types({ACCEL_TYPE_F32, ACCEL_TYPE_I8, ACCEL_TYPE_U8, ACCEL_TYPE_I32, ACCEL_TYPE_I64, ACCEL_TYPE_BOOL});
    for (const uint32_t tensor : outputs()) {
        same_type(tensor, input(0).type);
        // Per-axis scales would have to move along with their axis.
        if (const auto scales = quantization(operand(0)).scales.size(); scales > 1)
            refuse(ACCEL_REASON_QUANTIZATION, operand(0), static_cast<int64_t>(scales), 1);
        equal_quantization(operand(0), tensor);
    }
}

void check_move(const Checker &c) { c.moved(); }

void check_concat(const Checker &c)
{
    c.moved();
    for (const uint32_t tensor : c.inputs()) {
        c.same_type(tensor, c.input(0).type);
        c.equal_quantization(c.operand(0), tensor);
    }
}

void check_pad(const Checker &c)
{
    c.types({ACCEL_TYPE_F32, ACCEL_TYPE_I8, ACCEL_TYPE_U8});
    c.moved();
}

void check_gather(const Checker &c)
{
    c.moved();
    const uint32_t index_type = c.input(1).type;
    if (index_type != ACCEL_TYPE_I32 && index_type != ACCEL_TYPE_I64)
        refuse(ACCEL_REASON_TYPE, c.operand(1), index_type, ACCEL_TYPE_I64);
}

void check_cast(const Checker &c)
{
    for (const uint32_t tensor : {c.operand(0), c.result()}) {
        const uint32_t type = c.tensor(tensor).type;
        if (type != ACCEL_TYPE_F32 && type != ACCEL_TYPE_I8 && type != ACCEL_TYPE_U8 && type != ACCEL_TYPE_I32 && type != ACCEL_TYPE_I64 &&
            type != ACCEL_TYPE_BOOL)
            refuse(ACCEL_REASON_TYPE, tensor, type, ACCEL_TYPE_F32);
        if (c.tensor(tensor).quantization != nullptr)
            refuse(ACCEL_REASON_QUANTIZATION, tensor);
    }
    const int64_t to = c.integer(ACCEL_ATTRIBUTE_TO, c.output().type);
    if (to != c.output().type)
        refuse_attribute(ACCEL_ATTRIBUTE_TO, to, c.output().type);
}

} // namespace accel::cpu
