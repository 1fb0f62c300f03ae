// SPDX-License-Identifier: MIT
// Executes oneDNN primitives, part by part, with memory objects of each run's own.
#include "dnnl_step.h"

#include "packed.h"

#include "dnnl_reserve.h"
#include "invalid_flag.h"
#include "one_thread.h"
#include "team.h"
#include "unclamped.h"

#include <atomic>
#include <cstring>
#include <optional>
#include <string_view>

namespace accel::cpu {
namespace {

std::string_view implementation_of(const dnnl::primitive &primitive)
{
    const char *name = nullptr;
    const dnnl_status_t status = dnnl_primitive_desc_query(primitive.get_primitive_desc(), dnnl_query_impl_info_str, 0, static_cast<void *>(&name));
    return status == dnnl_success && name != nullptr ? name : "";
}

// What executing one part takes.
struct PartState {
    explicit PartState(const std::vector<DnnlArgument> &arguments) : stream(cpu_engine())
    {
        for (const DnnlArgument &argument : arguments) {
            memories.emplace_back(*argument.desc, cpu_engine(), static_cast<void *>(DNNL_MEMORY_NONE));
            list.push_back({argument.name, memories.back().get()});
        }
    }

    dnnl_status_t execute(const DnnlPart &part) noexcept
    {
        const OneThread within_library;
        if (!within_library.holds())
            return dnnl_out_of_memory;
        try {
            const InvalidFlag invalid;
            const auto first = executed ? std::nullopt : work_to_execute_first(implementation_of(part.primitive));
            const dnnl_status_t status = within_reserve(first, [&] {
                return dnnl_primitive_execute(part.primitive.get(), stream.get(), static_cast<int>(list.size()), list.data());
            });
            executed = executed || status == dnnl_success;
            if (status != dnnl_success || part.clamp.none() || !invalid.raised())
                return status;
            if (!unclamped)
                unclamped.emplace(part.primitive, list);
            return within_reserve(std::nullopt, [&] { return unclamped->execute(stream, part.clamp); });
        } catch (const std::bad_alloc &) {
            return dnnl_out_of_memory;
        } catch (const dnnl::error &error) {
            return error.status;
        }
    }

    dnnl::stream stream;
    std::vector<dnnl::memory> memories;
    std::vector<dnnl_exec_arg_t> list;
    bool executed = false;
    std::optional<Unclamped> unclamped;  // made when a value is NaN for the first time

private:
    // Within a reserve for that work; without any, where there is memory for the small objects of an execution.
    template <typename Body> static dnnl_status_t within_reserve(std::optional<DnnlWork> work, const Body &body)
    {
        std::optional<DnnlReserve> reserve;
        if (work)
            reserve.emplace(*work);
        else if (!can_execute_dnnl())
            return dnnl_out_of_memory;
        return body();
    }
};

class DnnlState : public StepState {
public:
    std::vector<PartState> parts;
};

}  // namespace

const dnnl::engine &cpu_engine()
{
    static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    return engine;
}

std::unique_ptr<StepState> DnnlStep::make_state() const
{
    return ask_dnnl([&] {
        auto state = std::make_unique<DnnlState>();
        state->parts.reserve(parts_.size());
        for (const DnnlPart &part : parts_)
            state->parts.emplace_back(part.arguments);
        return state;
    });
}

bool DnnlStep::bind(Values values, StepState *state) const noexcept
{
    auto &own = static_cast<DnnlState &>(*state);
    for (size_t part = 0; part < parts_.size(); ++part)
        for (size_t i = 0; i < parts_[part].arguments.size(); ++i) {
            const DnnlArgument &argument = parts_[part].arguments[i];
            const dnnl_memory_t memory = own.parts[part].memories[i].get();
            std::byte *bytes = argument.stride_bytes != 0 ? values[scratch_] + argument.dense_bytes : values[argument.value] + argument.offset_bytes;
            if (dnnl_memory_set_data_handle(memory, bytes) != dnnl_success)
                return false;
        }
    return true;
}

void DnnlStep::copy(Values values, const DnnlPart &part, bool in) const noexcept
{
    for (const DnnlArgument &argument : part.arguments) {
        if (argument.stride_bytes == 0 || in != (argument.name != DNNL_ARG_DST))
            continue;
        std::byte *dense = values[scratch_] + argument.dense_bytes, *apart = values[argument.value] + argument.offset_bytes;
        for (uint64_t left = argument.desc->get_size(); left != 0; left -= argument.row_bytes) {
            std::memcpy(in ? dense : apart, in ? apart : dense, argument.row_bytes);
            dense += argument.row_bytes, apart += argument.stride_bytes;
        }
    }
}

bool DnnlStep::run(Values values, StepState *state) const noexcept
{
    auto &own = static_cast<DnnlState &>(*state);
    std::atomic<bool> good{true};
    parallel_for(threads_, static_cast<int64_t>(parts_.size()), 1, [&](int64_t first, int64_t last) {
        for (auto part = static_cast<size_t>(first); part < static_cast<size_t>(last); ++part) {
            copy(values, parts_[part], true);
            const dnnl_status_t status = own.parts[part].execute(parts_[part]);
            copy(values, parts_[part], false);
            if (status == dnnl_success)
                continue;
            good.store(false, std::memory_order_relaxed);
            if (status == dnnl_out_of_memory)
                own.lacked_memory.store(true, std::memory_order_relaxed);
        }
    });
    return good.load(std::memory_order_relaxed);
}

void add_dnnl_step(Builder &builder, std::vector<DnnlPart> parts, int threads)
{
    uint64_t scratch_bytes = 0;
    for (DnnlPart &part : parts) {
        const const_dnnl_primitive_desc_t description = part.primitive.get_primitive_desc();
        const dnnl::memory::desc scratchpad(*dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0));
        if (scratchpad.get_size() != 0)
            part.arguments.push_back({DNNL_ARG_SCRATCHPAD, builder.descriptions().shared(scratchpad), 0, scratch_bytes});
        scratch_bytes += round_up(scratchpad.get_size(), kAlignBytes);
        for (DnnlArgument &argument : part.arguments)
            if (argument.stride_bytes != 0) {
                argument.dense_bytes = scratch_bytes;
                scratch_bytes += round_up(argument.desc->get_size(), kAlignBytes);
            }
    }
    const uint32_t scratch = scratch_bytes == 0 ? 0 : builder.scratch(scratch_bytes);
    std::vector<uint32_t> values;
    if (scratch_bytes != 0)
        values.push_back(scratch);
    for (DnnlPart &part : parts)
        for (DnnlArgument &argument : part.arguments) {
            if (argument.name == DNNL_ARG_SCRATCHPAD)
                argument.value = scratch;
            values.push_back(argument.value);
        }
    builder.add(std::make_unique<DnnlStep>(std::move(parts), scratch, threads), values);
}

dnnl::memory::desc describe(const Dims &dims, const Dims &strides) { return {dims, dnnl::memory::data_type::f32, strides}; }

uint32_t rearranged(Builder &builder, const View &view, const dnnl::memory::desc &have, const dnnl::memory::desc &want,
                    uint64_t offset_bytes)
{
    if (have == want && offset_bytes == 0)
        return view.value;
    // Only read: oneDNN's memory objects know no const.
    auto *given = const_cast<std::byte *>(builder.constant_data(view)) + offset_bytes;
    Packed *packed = builder.packed();
    if (std::byte *known = packed != nullptr ? packed->find(given, have, want) : nullptr)
        return builder.constant(known, want.get_size());
    std::byte *bytes = packed != nullptr ? packed->own(given, have, want) : builder.own(want.get_size());
    std::memset(bytes, 0, want.get_size());
    ask_dnnl([&] {
        dnnl::memory from(have, cpu_engine(), given), to(want, cpu_engine(), bytes);
        dnnl::stream stream(cpu_engine());
        dnnl::reorder(from, to).execute(stream, from, to);
        stream.wait();
    });
    return builder.constant(bytes, want.get_size());
}

void append_clamp(dnnl::post_ops &operations, Clamp clamp)
{
    if (clamp.none())
        return;
    if (clamp == Clamp{.min = 0.0f})
        operations.append_eltwise(1.0f, dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
    else
        operations.append_eltwise(1.0f, dnnl::algorithm::eltwise_clip, clamp.min, clamp.max);
}

bool is_reference(std::string_view implementation) { return implementation.starts_with("ref"); }

}  // namespace accel::cpu
