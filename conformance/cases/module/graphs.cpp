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
    DoorGraphs(const ModuleDoor &door, const DoorDevice &device) : ops_(device.ops()), device_(device)
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
            desc.size_bytes = entry.ports[port].size_bytes;
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

}  // namespace accel::conformance
