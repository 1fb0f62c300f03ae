// SPDX-License-Identifier: MIT
// Opens a module, and builds and runs one program by its tables alone.
#include "direct.h"

#include <dlfcn.h>

#include <cstring>
#include <stdexcept>

#include "../../backends/common/door.h"

namespace accel::bench {
namespace {

void need(accel_status status, const char *what)
{
    if (status != ACCEL_STATUS_OK) throw std::runtime_error(std::string(what) + ": " + accel_status_name(status));
}

accel_bk_host quiet_host()
{
    accel_bk_host host{};
    host.struct_size = sizeof(host);
    host.api_version = ACCEL_BK_API_VERSION;
    host.log_enabled = [](void *, accel_log_level) { return 0; };
    host.log = [](void *, accel_log_level, const char *) {};
    host.set_error = [](void *, const char *, const char *) {};
    host.trace_begin = [](void *, const char *) {};
    host.trace_end = [](void *) {};
    host.fault_point = [](void *, const char *) { return ACCEL_STATUS_OK; };
    return host;
}

}  // namespace

Direct::Direct(const std::string &module_path) : library_(dlopen(module_path.c_str(), RTLD_NOW | RTLD_LOCAL)),
                                                 host_(quiet_host())
{
    if (!library_) throw std::runtime_error(dlerror());
    auto *entry = reinterpret_cast<decltype(&accel_module_entry)>(dlsym(library_, "accel_module_entry"));
    module_ = entry ? entry(&host_, ACCEL_BK_API_VERSION) : nullptr;
    if (!module_) throw std::runtime_error(module_path + " serves no device");
    accel_bk_open open{};
    open.struct_size = sizeof(open);
    open.host = &host_;
    open.driver = open.device_id = open.node = "";
    need(ops().device_open(&open, &device_), "device_open");
}

void Direct::prepare(const accel_graph_desc &graph)
{
    accel_bk_compile_options options{};
    options.struct_size = sizeof(options);
    options.target = "cpu";
    accel_bk_blob *blob = nullptr;
    const accel_graph_desc *graphs[] = {&graph};
    need(module_->compiler->build(&host_, graphs, 1, &options, &blob), "build");
    std::vector<accel_bk_constant> constants;
    for (uint32_t index = 0; index < blob->constant_count; ++index) {
        const auto &tensor = graph.tensors[blob->constants[index].tensor];
        constants.push_back({tensor.data, tensor.data_bytes});
    }
    need(door::load(ops(), device_, blob->bytes, blob->byte_count, constants.data(), static_cast<uint32_t>(constants.size()), &program_), "program_load");
    need(door::create_run(ops(), program_, &run_), "run_create");
    std::vector<accel_bk_memory> memory;
    for (uint32_t port = 0; port < blob->entries[0].port_count; ++port) {
        accel_bk_buffer_desc desc{};
        desc.struct_size = sizeof(desc);
        desc.size_bytes = blob->entries[0].ports[port].layout->size_bytes;
        desc.align_bytes = 64;
        desc.fd = -1;
        desc.usage = ACCEL_BUFFER_USAGE_PORT | ACCEL_BUFFER_USAGE_MAP;
        accel_bk_buffer *buffer = nullptr;
        need(ops().buffer_create(device_, &desc, &buffer), "buffer_create");
        buffers_.push_back(buffer);
        memory.push_back({buffer, 0, desc.size_bytes});
    }
    need(door::bind(ops(), run_, memory.data(), static_cast<uint32_t>(memory.size())), "run_bind");
    blob->release(blob);
    accel_bk_queue_desc queue{sizeof(accel_bk_queue_desc), 0, 16};
    need(ops().queue_create(device_, &queue, &queue_), "queue_create");
    submit_.struct_size = sizeof(submit_);
    submit_.run = run_;
}

Direct::~Direct()
{
    if (queue_) ops().queue_destroy(queue_);
    if (run_) ops().run_destroy(run_);
    for (auto *buffer : buffers_) ops().buffer_destroy(buffer);
    if (program_) ops().program_unload(program_);
    if (device_) ops().device_close(device_);
}

}  // namespace accel::bench
