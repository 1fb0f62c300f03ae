// SPDX-License-Identifier: MIT
#include "dnnl_step.h"

#include <cstring>
#include <limits>
#include <string_view>

namespace accel::cpu
{
namespace
{

class DnnlState : public StepState
{
public:
    DnnlState(const std::vector<DnnlArgument> &arguments) : stream(cpu_engine())
    {
        for (const DnnlArgument &argument : arguments) {
            memories.emplace_back(argument.desc, cpu_engine(), static_cast<void *>(DNNL_MEMORY_NONE));
            list.push_back({argument.name, memories.back().get()});
        }
    }

    dnnl::stream stream;
    std::vector<dnnl::memory> memories;
    std::vector<dnnl_exec_arg_t> list;
};

} // namespace

const dnnl::engine &cpu_engine()
{
    static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    return engine;
}

std::unique_ptr<StepState> DnnlStep::make_state() const { return std::make_unique<DnnlState>(arguments_); }

bool DnnlStep::bind(Values values, StepState *state) const noexcept
{
    auto &own = static_cast<DnnlState &>(*state);
    for (size_t i = 0; i < arguments_.size(); ++i)
        if (dnnl_memory_set_data_handle(own.memories[i].get(), values[arguments_[i].value]) != dnnl_success)
            return false;
    return true;
}

bool DnnlStep::run(Values, StepState *state) const noexcept
{
    const auto &own = static_cast<const DnnlState &>(*state);
    return dnnl_primitive_execute(primitive_.get(), own.stream.get(), static_cast<int>(own.list.size()), own.list.data()) == dnnl_success;
}

void add_dnnl_step(Builder &builder, dnnl::primitive primitive, const dnnl::memory::desc &scratchpad, std::vector<DnnlArgument> arguments)
{
    if (scratchpad.get_size() != 0)
        arguments.push_back({DNNL_ARG_SCRATCHPAD, scratchpad, builder.scratch(scratchpad.get_size())});
    std::vector<uint32_t> values;
    for (const DnnlArgument &argument : arguments)
        values.push_back(argument.value);
    builder.add(std::make_unique<DnnlStep>(std::move(primitive), std::move(arguments)), values);
}

dnnl::memory::desc describe(const Dims &dims, const Dims &strides) { return {dims, dnnl::memory::data_type::f32, strides}; }

uint32_t rearranged(Builder &builder, const View &view, const dnnl::memory::desc &have, const dnnl::memory::desc &want)
{
    if (have == want)
        return view.value;
    std::byte *bytes = builder.own(want.get_size());
    std::memset(bytes, 0, want.get_size());
    // Only read: oneDNN's memory objects know no const.
    dnnl::memory from(have, cpu_engine(), const_cast<std::byte *>(builder.constant_data(view))), to(want, cpu_engine(), bytes);
    dnnl::stream stream(cpu_engine());
    dnnl::reorder(from, to).execute(stream, from, to);
    stream.wait();
    return builder.constant(bytes, want.get_size());
}

void append_clamp(dnnl::post_ops &operations, Clamp clamp)
{
    constexpr float kMost = std::numeric_limits<float>::max(), kInfinity = std::numeric_limits<float>::infinity();
    if (clamp.none())
        return;
    if (clamp == Clamp{0.0f, kInfinity})
        operations.append_eltwise(1.0f, dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
    else
        operations.append_eltwise(1.0f, dnnl::algorithm::eltwise_clip, std::max(clamp.min, -kMost), std::min(clamp.max, kMost));
}

bool is_reference(const char *implementation) { return std::string_view(implementation).starts_with("ref"); }

} // namespace accel::cpu
