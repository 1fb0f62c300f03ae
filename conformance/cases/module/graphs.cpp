// SPDX-License-Identifier: MIT
// Blobs of several graphs, for targets that take them, at the module's door.
#include <algorithm>
#include <memory>

#include "../../../backends/common/door.h"
#include "suite/case.h"
#include "suite/child.h"
#include "support/module_door.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

struct ReleaseBlob {
    void operator()(accel_bk_blob *blob) const { blob->release(blob); }
};
using HeldBlob = std::unique_ptr<accel_bk_blob, ReleaseBlob>;

bool takes_several(const ModuleDoor &door)
{
    auto info = sized<accel_bk_target_info>();
    for (uint32_t index = 0; door.compiler().target_info(index, &info) == ACCEL_STATUS_OK; ++index)
        if (info.name == door.target()) return info.flags & ACCEL_BK_TARGET_FLAG_ENTRIES;
    return false;
}

/// Sums of two sizes in one blob; of the first alone where the target takes one graph.
class DoorGraphs {
public:
    DoorGraphs(const ModuleDoor &door, const DoorDevice &device) : ops_(device.ops()),
                                                                   device_(device)
    {
        graphs_.push_back(door_sum_graph(door, 4));
        if (takes_several(door)) graphs_.push_back(door_sum_graph(door, 8));
        std::vector<const accel_graph_desc *> descs;
        for (GraphBuilder &graph : graphs_) descs.push_back(&graph.desc());
        const auto options = door.options();
        accel_bk_blob *blob = nullptr;
        if (door.compiler().build(door.host(), descs.data(), static_cast<uint32_t>(descs.size()), &options, &blob) != ACCEL_STATUS_OK) throw std::runtime_error("the sums do not build");
        blob_.reset(blob);
        std::vector<accel_bk_constant> constants;
        for (uint32_t index = 0; index < blob_->constant_count; ++index) {
            const auto &tensor = graphs_.at(blob_->constants[index].graph).tensors().at(blob_->constants[index].tensor);
            constants.push_back({tensor.data, tensor.data_bytes});
        }
        if (door::load(ops_, device.get(), blob_->bytes, blob_->byte_count, constants.data(), blob_->constant_count, &program_) != ACCEL_STATUS_OK)
            throw std::runtime_error("the sums do not load");
    }
    ~DoorGraphs()
    {
        if (program_) ops_.program_unload(program_);
        for (auto *buffer : buffers_) ops_.buffer_destroy(buffer);
    }
    DoorGraphs(const DoorGraphs &) = delete;
    DoorGraphs &operator=(const DoorGraphs &) = delete;

    uint32_t count() const { return static_cast<uint32_t>(graphs_.size()); }
    const accel_bk_blob &blob() const { return *blob_; }

    accel_status create(uint32_t graph, accel_bk_run **out) const
    {
        auto desc = sized<accel_bk_run_desc>();
        desc.entry = graph;
        return ops_.run_create(program_, &desc, out);
    }
    /// Memory as the ports of a graph want it.
    std::vector<accel_bk_memory> memory(uint32_t graph)
    {
        std::vector<accel_bk_memory> memory;
        const accel_bk_blob_entry &entry = blob_->entries[graph];
        for (uint32_t port = 0; port < entry.port_count; ++port) {
            auto desc = sized<accel_bk_buffer_desc>();
            desc.size_bytes = entry.ports[port].layout->size_bytes;
            desc.align_bytes = std::max<uint64_t>(entry.ports[port].align_bytes, device_.info().buffer_align_bytes);
            desc.fd = -1;
            desc.usage = ACCEL_BUFFER_USAGE_PORT | ACCEL_BUFFER_USAGE_MAP;
            accel_bk_buffer *buffer = nullptr;
            if (ops_.buffer_create(device_.get(), &desc, &buffer) != ACCEL_STATUS_OK) throw std::runtime_error("buffer_create fails");
            buffers_.push_back(buffer);
            memory.push_back({buffer, 0, desc.size_bytes});
        }
        return memory;
    }

private:
    const accel_bk_device_ops &ops_;
    const DoorDevice &device_;
    std::vector<GraphBuilder> graphs_;
    HeldBlob blob_;
    accel_bk_program *program_ = nullptr;
    std::vector<accel_bk_buffer *> buffers_;
};

}  // namespace

ACCEL_CASE("module.graphs.run", "M-17", "a run is of the graph of its blob that it names; one that is not there is INVALID_ARGUMENT")
{
    const auto &door = ModuleDoor::get();
    const DoorDevice device(door);
    DoorGraphs graphs(door, device);
    CHECK(graphs.blob().entry_count == graphs.count());
    for (const uint32_t nowhere : {graphs.count(), UINT32_MAX}) {
        auto *run = reinterpret_cast<accel_bk_run *>(&graphs);
        CHECK_STATUS(graphs.create(nowhere, &run), ACCEL_STATUS_INVALID_ARGUMENT);
        CHECK(run == nullptr);
    }
    const auto small = graphs.memory(0), large = graphs.memory(graphs.count() - 1);
    for (uint32_t graph = 0; graph < graphs.count(); ++graph) {
        accel_bk_run *run = nullptr;
        REQUIRE_STATUS(graphs.create(graph, &run), ACCEL_STATUS_OK);
        CHECK_STATUS(door::bind(device.ops(), run, large.data(), static_cast<uint32_t>(large.size())), ACCEL_STATUS_OK);
        // Memory of the first graph is too short for the second.
        CHECK_STATUS(door::bind(device.ops(), run, small.data(), static_cast<uint32_t>(small.size())), graph == 0 ? ACCEL_STATUS_OK : ACCEL_STATUS_INVALID_ARGUMENT);
        device.ops().run_destroy(run);
    }
}

ACCEL_CASE("module.graphs.in-place", "R-12", "an output that is said to be in place of an input has the same bits there and elsewhere")
{
    const auto &door = ModuleDoor::get();
    const DoorDevice device(door);
    const auto &ops = device.ops();
    DoorGraphs graphs(door, device);
    accel_bk_queue *queue = nullptr;
    auto queue_desc = sized<accel_bk_queue_desc>();
    queue_desc.depth = 1;
    REQUIRE_STATUS(ops.queue_create(device.get(), &queue_desc, &queue), ACCEL_STATUS_OK);
    size_t claims = 0;
    for (uint32_t graph = 0; graph < graphs.count(); ++graph) {
        const accel_bk_blob_entry &entry = graphs.blob().entries[graph];
        const accel_bk_port &output = entry.ports[entry.port_count - 1];
        if (!(output.flags & ACCEL_BK_PORT_FLAG_IN_PLACE)) continue;
        ++claims;
        REQUIRE(output.in_place_of + 1 < entry.port_count);
        REQUIRE(entry.ports[output.in_place_of].layout->size_bytes >= output.layout->size_bytes);
        std::string results[2];
        for (const bool in_place : {false, true}) {
            auto memory = graphs.memory(graph);
            for (uint32_t port = 0; port + 1 < entry.port_count; ++port) {
                void *pointer = nullptr;
                REQUIRE_STATUS(door::map(ops, memory[port].buffer, ACCEL_ACCESS_WRITE, memory[port].size_bytes, &pointer), ACCEL_STATUS_OK);
                // Small numbers of any type: bytes of I8, and halves of F32 that are not infinite.
                for (uint64_t at = 0; at < memory[port].size_bytes; ++at) static_cast<char *>(pointer)[at] = static_cast<char>((at * (port + 3)) % 50);
                REQUIRE_STATUS(door::unmap(ops, memory[port].buffer, ACCEL_ACCESS_WRITE, memory[port].size_bytes), ACCEL_STATUS_OK);
            }
            accel_bk_memory &written = memory.back();
            if (in_place) written.buffer = memory[output.in_place_of].buffer;
            accel_bk_run *run = nullptr;
            REQUIRE_STATUS(graphs.create(graph, &run), ACCEL_STATUS_OK);
            REQUIRE_STATUS(door::bind(ops, run, memory.data(), static_cast<uint32_t>(memory.size())), ACCEL_STATUS_OK);
            auto submit = sized<accel_bk_submit>();
            submit.run = run;
            uint64_t ticket = 0;
            REQUIRE_STATUS(ops.queue_submit(queue, &submit, &ticket), ACCEL_STATUS_OK);
            REQUIRE_STATUS(ops.queue_wait(queue, ticket, uint64_t{30} * 1000 * 1000 * 1000), ACCEL_STATUS_OK);
            void *pointer = nullptr;
            REQUIRE_STATUS(door::map(ops, written.buffer, ACCEL_ACCESS_READ, written.size_bytes, &pointer), ACCEL_STATUS_OK);
            results[in_place].assign(static_cast<const char *>(pointer), output.layout->size_bytes);
            REQUIRE_STATUS(door::unmap(ops, written.buffer, ACCEL_ACCESS_READ, written.size_bytes), ACCEL_STATUS_OK);
            ops.run_destroy(run);
        }
        CHECK(results[0] == results[1]);
    }
    ops.queue_destroy(queue);
    if (claims == 0) skip("module.in-place", "the module writes nothing in place of an input");
}

}  // namespace accel::conformance
