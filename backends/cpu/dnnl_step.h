// SPDX-License-Identifier: MIT
// A oneDNN primitive as a step.
//
// oneDNN keeps pointers in its memory objects, so each run has its own set; executing then only hands them over.
#ifndef ACCEL_BACKENDS_CPU_DNNL_STEP_H
#define ACCEL_BACKENDS_CPU_DNNL_STEP_H

#include "builder.h"

#include <oneapi/dnnl/dnnl.hpp>

namespace accel::cpu
{

const dnnl::engine &cpu_engine();

struct DnnlArgument {
    int name = 0; // DNNL_ARG_*
    dnnl::memory::desc desc;
    uint32_t value = 0;
};

class DnnlStep : public Step
{
public:
    DnnlStep(dnnl::primitive primitive, std::vector<DnnlArgument> arguments)
        : primitive_(std::move(primitive)), arguments_(std::move(arguments))
    {
    }

    std::unique_ptr<StepState> make_state() const override;
    bool bind(Values values, StepState *state) const noexcept override;
    bool run(Values values, StepState *state) const noexcept override;

    const dnnl::primitive &primitive() const { return primitive_; }
    const std::vector<DnnlArgument> &arguments() const { return arguments_; }

private:
    dnnl::primitive primitive_;
    std::vector<DnnlArgument> arguments_;
};

// Adds a primitive with user-managed scratchpad.
void add_dnnl_step(Builder &builder, dnnl::primitive primitive, const dnnl::memory::desc &scratchpad, std::vector<DnnlArgument> arguments);

// A description with explicit strides.
dnnl::memory::desc describe(const Dims &dims, const Dims &strides);

// Constant data in the layout that a primitive wants, as a new constant value; the value itself where it already lies so.
uint32_t rearranged(Builder &builder, const View &view, const dnnl::memory::desc &have, const dnnl::memory::desc &want);

void append_clamp(dnnl::post_ops &operations, Clamp clamp);

// Did oneDNN find compiled code, or only its slow reference?
bool is_reference(const char *implementation);

} // namespace accel::cpu

#endif
