// SPDX-License-Identifier: MIT
// Describes a primitive again without its last post-op, and clamps by itself.
#include "unclamped.h"

#include "dnnl_reserve.h"
#include "dnnl_step.h"

#include <string_view>

namespace accel::cpu {
namespace {

// Made anew: oneDNN 2.6.3 does not make a list of post-ops shorter.
dnnl::primitive_attr without_last(const_dnnl_primitive_desc_t description)
{
    const_dnnl_primitive_attr_t given = nullptr;
    const_dnnl_post_ops_t all = nullptr;
    dnnl_dim_t scales = 0;
    int mask = 0;
    const float *scale = nullptr;
    const auto check = [](dnnl_status_t status) { dnnl::error::wrap_c_api(status, "no attributes"); };
    check(dnnl_primitive_desc_get_attr(description, &given));
    check(dnnl_primitive_attr_get_post_ops(given, &all));
    check(dnnl_primitive_attr_get_output_scales(given, &scales, &mask, &scale));
    dnnl::post_ops kept;
    for (int i = 0; i + 1 < dnnl_post_ops_len(all); ++i) {
        dnnl_alg_kind_t algorithm = dnnl_alg_kind_undef;
        const dnnl_memory_desc_t *operand = nullptr;
        check(dnnl_post_ops_get_params_binary(all, i, &algorithm, &operand));
        kept.append_binary(static_cast<dnnl::algorithm>(algorithm), dnnl::memory::desc(*operand));
    }
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    attributes.set_output_scales(mask, {scale, scale + scales});
    attributes.set_post_ops(kept);
    return attributes;
}

// The same implementation, as it was shown to be right; oneDNN's reference where that one does not do it without a clamp.
dnnl::primitive describe_again(const_dnnl_primitive_desc_t description, const_dnnl_op_desc_t operation)
{
    const char *name = nullptr;
    dnnl::error::wrap_c_api(dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &name), "no name");
    const dnnl::primitive_attr attributes = without_last(description);
    dnnl::primitive_desc found(operation, &attributes, cpu_engine(), nullptr);
    while (std::string_view(name) != found.impl_info_str() && !is_reference(found.impl_info_str()))
        if (!found.next_impl())
            throw dnnl::error(dnnl_unimplemented, "no form without a clamp");
    return dnnl::primitive(found.get());
}

template <typename Operation> dnnl::primitive make_unclamped(const_dnnl_primitive_desc_t description, dnnl_query_t kind)
{
    const Operation *given = nullptr;
    dnnl::error::wrap_c_api(dnnl_primitive_desc_query(description, kind, 0, &given), "no operation");
    Operation operation = *given;
    operation.weights_desc = *dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0);  // as they were rearranged
    return describe_again(description, &operation);
}

dnnl::primitive make_unclamped(const_dnnl_primitive_desc_t description)
{
    dnnl_primitive_kind_t kind = dnnl_undefined_primitive;
    dnnl::error::wrap_c_api(dnnl_primitive_desc_query(description, dnnl_query_primitive_kind, 0, &kind), "no kind");
    if (kind == dnnl_matmul)
        return make_unclamped<dnnl_matmul_desc_t>(description, dnnl_query_matmul_d);
    return make_unclamped<dnnl_convolution_desc_t>(description, dnnl_query_convolution_d);
}

void clamp_all(float *values, const dnnl_memory_desc_t &desc, int axis, Clamp clamp)
{
    const int64_t step = desc.format_desc.blocking.strides[axis];
    for (int64_t i = 0; i < desc.dims[axis]; ++i) {
        float &value = values[i * step];
        if (axis + 1 < desc.ndims)
            clamp_all(&value, desc, axis + 1, clamp);
        else if (value < clamp.min)  // false of NaN
            value = clamp.min;
        else if (value > clamp.max)
            value = clamp.max;
    }
}

}  // namespace

Unclamped::Unclamped(const dnnl::primitive &clamped, std::span<const dnnl_exec_arg_t> arguments)
    : primitive_(ask_dnnl([&] { return make_unclamped(clamped.get_primitive_desc()); }, DnnlWork::kKernels))
{
    arguments_.reserve(arguments.size() + 1);
    for (const dnnl_exec_arg_t &argument : arguments) {
        if (argument.arg != DNNL_ARG_SCRATCHPAD)
            arguments_.push_back(argument);
        if (argument.arg == DNNL_ARG_DST)
            result_ = argument.memory;
    }
    const dnnl::memory::desc scratch(*dnnl_primitive_desc_query_md(primitive_.get_primitive_desc(), dnnl_query_scratchpad_md, 0));
    if (scratch.get_size() == 0)
        return;
    scratch_ = allocate_aligned(scratch.get_size());
    scratch_memory_ = ask_dnnl([&] { return dnnl::memory(scratch, cpu_engine(), scratch_.get()); });
    arguments_.push_back({DNNL_ARG_SCRATCHPAD, scratch_memory_.get()});
}

dnnl_status_t Unclamped::execute(const dnnl::stream &stream, Clamp clamp) const noexcept
{
    dnnl_status_t status = dnnl_primitive_execute(primitive_.get(), stream.get(), static_cast<int>(arguments_.size()), arguments_.data());
    void *values = nullptr;
    const dnnl_memory_desc_t *desc = nullptr;
    if (status == dnnl_success)
        status = dnnl_memory_get_data_handle(result_, &values);
    if (status == dnnl_success)
        status = dnnl_memory_get_memory_desc(result_, &desc);
    if (status == dnnl_success)
        clamp_all(static_cast<float *>(values), *desc, 0, clamp);
    return status;
}

}  // namespace accel::cpu
