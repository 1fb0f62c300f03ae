// SPDX-License-Identifier: MIT
// The module's structs over its classes, its tables and the entry symbol: the only file that knows the module contract's shape.
#include "blob.h"
#include "lower.h"
#include "operations.h"
#include "program.h"
#include "queue.h"

#include "module/option.h"
#include "module/table.h"

#include <accel/backend.h>
#include <accel/graph/view.h>

#include <algorithm>
#include <memory>
#include <string_view>

using namespace accel;
using namespace accel::ethosu;

struct accel_bk_run {
    std::unique_ptr<Run> run;

    accel_status bind(const accel_bk_bind_desc &desc) { return run->bind({desc.ports, desc.port_count}); }
    accel_bind_cost bind_cost(uint32_t port) { return run->bind_cost(port); }
    accel_status timings(std::span<accel_bk_timing> timings, uint32_t &count) { return run->timings(timings, count); }
};

struct accel_bk_program {
    std::unique_ptr<LoadedProgram> program;

    accel_status scratch(uint32_t, uint32_t index, accel_bk_scratch &scratch)
    {
        if (index != 0 || !program->can_share_scratch())
            return ACCEL_STATUS_NOT_FOUND;
        scratch.size_bytes = program->scratch_bytes();
        scratch.align_bytes = kBufferAlignmentBytes;
        return ACCEL_STATUS_OK;
    }
    accel_status create_run(const accel_bk_run_desc &desc, std::unique_ptr<accel_bk_run> &out)
    {
        if (desc.entry != 0)  // a blob here has one graph
            return ACCEL_STATUS_INVALID_ARGUMENT;
        out = std::make_unique<accel_bk_run>();
        return Run::create(*program, desc, out->run);
    }
};

// Without cancel, as the driver takes no job back, and without transfer: the runtime copies with the CPU.
struct accel_bk_queue {
    Queue queue;

    accel_status submit(const accel_bk_submit &submit, uint64_t &ticket) { return queue.submit(*submit.run->run, {submit.wait_fds, submit.wait_fd_count}, ticket); }
    accel_status wait(uint64_t ticket, uint64_t timeout_ns) { return queue.wait(ticket, timeout_ns); }
    accel_status fence(uint64_t ticket, accel_handle_kind, int &fd) { return queue.fence(ticket, fd); }
};

struct accel_bk_device {
    Device device;

    static accel_status open(const accel_bk_open &open, std::unique_ptr<accel_bk_device> &out)
    {
        if (open.transport == nullptr)
            return module::fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "an Ethos-U is behind a device node, but no transport is given");
        if (const accel_status fault = module::fault_point("ethosu.open"))
            return fault;
        out.reset(new accel_bk_device{Device(*open.transport)});
        return out->device.identify();
    }
    accel_status info(accel_bk_device_info &info)
    {
        device.info(info);
        return ACCEL_STATUS_OK;
    }
    accel_status create_buffer(const accel_bk_buffer_desc &desc, std::unique_ptr<accel_bk_buffer> &out)
    {
        if (desc.import_kind != 0)
            return module::fail(ACCEL_STATUS_UNSUPPORTED, "", "the ethosu driver imports no foreign memory; let this device allocate and export");
        out = std::make_unique<accel_bk_buffer>();
        return Buffer::create(device, desc.size_bytes, out->buffer);
    }
    accel_status load(const accel_bk_load_desc &desc, std::unique_ptr<accel_bk_program> &out)
    {
        out = std::make_unique<accel_bk_program>();
        return LoadedProgram::load(device, {static_cast<const uint8_t *>(desc.bytes), desc.byte_count}, out->program);
    }
    accel_status create_queue(const accel_bk_queue_desc &desc, std::unique_ptr<accel_bk_queue> &out)
    {
        out.reset(new accel_bk_queue{Queue(device, std::clamp<uint32_t>(desc.depth, 1, kQueueDepth))});
        return ACCEL_STATUS_OK;
    }
};

namespace accel::ethosu {
namespace {

accel_status check_request(const graph::View &graph, const accel_bk_compile_options &options)
{
    if (const accel_status status = module::Options("ethosu", std::span(options.options, options.option_count)).end())
        return status;
    if (options.target != nullptr && std::string_view(options.target) != kTarget)
        return module::fail(ACCEL_STATUS_NOT_FOUND, "", "target \"%.64s\" is unknown, expected \"%s\"", options.target, kTarget);
    if (!graph.well_formed())
        return module::fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "the graph names tensors that it does not have");
    return ACCEL_STATUS_OK;
}

struct Compiler {
    static constexpr auto &kOperations = ethosu::kOperations;

    static accel_status target_info(uint32_t index, accel_bk_target_info &info)
    {
        if (index != 0)
            return ACCEL_STATUS_NOT_FOUND;
        info.name = kTarget;
        info.roundings = 1u << ACCEL_ROUNDING_TFLITE | 1u << ACCEL_ROUNDING_NATURAL;
        return ACCEL_STATUS_OK;
    }

    static accel_status query(const accel_graph_desc &graph, const accel_bk_compile_options &options, std::span<accel_bk_support> nodes)
    {
        const graph::View view(graph);
        if (const accel_status status = check_request(view, options))
            return status;
        std::ranges::copy(ethosu::query(view, [&](double fraction) { module::progress(options, fraction, "ethosu"); }), nodes.begin());
        return ACCEL_STATUS_OK;
    }

    static accel_status build(std::span<const accel_graph_desc *const> graphs, const accel_bk_compile_options &options, std::unique_ptr<module::Built> &out)
    {
        const graph::View view(*graphs[0]);
        if (const accel_status status = check_request(view, options))
            return status;
        const auto progress = [&](double fraction) { module::progress(options, fraction, "ethosu"); };
        progress(0);
        const Lowered lowered = lower(view, progress);
        if (lowered.status != ACCEL_STATUS_OK)
            return module::fail(lowered.status, "", "%s", lowered.message.c_str());
        out = std::make_unique<module::Built>();
        out->bytes = write_blob(lowered.program);
        module::Built::Entry &entry = out->entries.emplace_back();
        const Ports ports = ports_of(view);
        for (size_t i = 0; i < ports.tensors.size(); ++i)
            entry.ports.push_back({ports.tensors[i], ports.layouts[i], kBufferAlignmentBytes});
        entry.scratch_bytes = lowered.program.scratch_bytes;
        entry.buffer_count_max = kPortRegionCount;
        return ACCEL_STATUS_OK;
    }

    static accel_status check(std::span<const uint8_t> bytes, const char *target, accel_fit &fit)
    {
        const char *why = nullptr;
        const auto blob = read_blob(bytes, why);
        if (!blob)
            return module::fail(ACCEL_STATUS_CORRUPT, "C-5", "%s", why);
        if (!blob->is_foreign && (target == nullptr || blob->target == target))
            fit = ACCEL_FIT_FULL;
        return ACCEL_STATUS_OK;
    }
};

constexpr accel_bk_compiler kCompiler = module::compiler_table<Compiler>();
constexpr accel_bk_device_ops kDevice = module::device_table();

constexpr accel_bk_module kModule = module::describe("ethosu", "0.1.0", &kCompiler, &kDevice, module::after_fork);

}  // namespace
}  // namespace accel::ethosu

extern "C" const accel_bk_module *accel_module_entry(const accel_bk_host *host, uint32_t)
{
    return module::enter(ethosu::kModule, host);
}
