// SPDX-License-Identifier: MIT
// A oneDNN primitive as a step.
//
// oneDNN keeps pointers in its memory objects, so each run has its own set; executing then only hands them over.
#pragma once

#include "builder.h"
#include "descriptions.h"
#include "dnnl_reserve.h"
#include "product_code.h"

#include <oneapi/dnnl/dnnl.hpp>

#include <string_view>

namespace accel::cpu {

const dnnl::engine &cpu_engine();

struct DnnlArgument {
    int name = 0;                              // DNNL_ARG_*
    const dnnl::memory::desc *desc = nullptr;  // in the plan's descriptions
    uint32_t value = 0;
    uint64_t offset_bytes = 0;
    // Not 0: the primitive works on a dense copy of rows that lie that far apart, in the step's working memory.
    uint64_t stride_bytes = 0, row_bytes = 0;
    uint64_t dense_bytes = 0;  // where in that memory, which add_dnnl_step says
};

// A part of a step's result. Parts share a primitive where their shapes are equal.
struct DnnlPart {
    dnnl::primitive primitive;  // with user-managed scratchpad
    std::vector<DnnlArgument> arguments;
    Clamp clamp;  // that the primitive ends with
};

// Parts that do not depend on each other, which the team divides.
class DnnlStep : public Step {
public:
    // scratch: the value that working memory is.
    DnnlStep(std::vector<DnnlPart> parts, uint32_t scratch, int threads) : parts_(std::move(parts)),
                                                                           scratch_(scratch),
                                                                           threads_(threads) {}

    std::unique_ptr<StepState> make_state() const override;
    bool bind(Values values, StepState *state) const noexcept override;
    bool run(Values values, StepState *state) const noexcept override;

    const std::vector<DnnlPart> &parts() const { return parts_; }

private:
    // What lies apart, into working memory before a part is executed, and out of it behind.
    void copy(Values values, const DnnlPart &part, bool in) const noexcept;

    std::vector<DnnlPart> parts_;
    uint32_t scratch_;
    int threads_;
};

// Adds the parts as one step, with scratchpads of their own.
void add_dnnl_step(Builder &builder, std::vector<DnnlPart> parts, int threads);

// A description with explicit strides.
dnnl::memory::desc describe(const Dims &dims, const Dims &strides);

// Constant data in the layout that a primitive wants, as a new constant value; the value itself where it already lies so. The data begins
// that many bytes behind the view's.
uint32_t rearranged(Builder &builder, const View &view, const dnnl::memory::desc &have, const dnnl::memory::desc &want,
                    uint64_t offset_bytes = 0);

void append_clamp(dnnl::post_ops &operations, Clamp clamp);

// Did oneDNN find compiled code, or only its slow reference?
bool is_reference(std::string_view implementation);

// The primitive of a description, with what executing it stands on.
template <typename Primitive> Primitive make_primitive(const typename Primitive::primitive_desc &description)
{
    const std::string_view implementation = description.impl_info_str();
    if (stands_on_product_code(implementation))
        make_product_code();
    return ask_dnnl([&] { return Primitive(description); }, work_to_make(implementation));
}

// The first of oneDNN's implementations, which it orders by speed, that is trusted with the fusions; where only compiled code will do, none
// but that. describe() makes the description of a primitive.
template <typename Describe>
auto first_fitting(const Builder &builder, Kernel kernel, unsigned fusions, bool only_compiled, const Describe &describe)
    -> std::optional<decltype(describe())>
{
    try {
        return ask_dnnl([&]() -> std::optional<decltype(describe())> {
            auto description = describe();
            do {
                const std::string_view name = description.impl_info_str();
                const bool trusted = fusions == kNoFusion || (builder.trusted(kernel, name) & fusions) == fusions;
                if (trusted && !(only_compiled && is_reference(name)))
                    return description;
            } while (description.next_impl());
            return std::nullopt;
        });
    } catch (const dnnl::error &) {  // it has none
        return std::nullopt;
    }
}

}  // namespace accel::cpu
