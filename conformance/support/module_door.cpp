// SPDX-License-Identifier: MIT
// Finds the library of the module under test, and calls its tables as the runtime would.
#include "module_door.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "../../backends/common/door.h"
#include "instance.h"
#include "suite/child.h"
#include "suite/target.h"

namespace accel::conformance {
namespace {

struct Listed {
    std::string backend, target, id, node, driver;
    uint32_t flags = 0;
    std::vector<std::string> manifests;
};

/// What listing tells; no module is loaded.
const Listed &listed()
{
    static const Listed value = [] {
        Listed found;
        const auto instance = make_instance(Target::current());
        const auto info = instance.device(Target::current().device.c_str()).info();
        found = {info.backend, info.target, info.id, info.node, info.driver, info.flags, {}};
        accel_instance_report(
            instance.get(),
            [](void *user, const accel_report_entry *entry) {
                if (entry->kind == ACCEL_REPORT_KIND_MANIFEST && entry->status == ACCEL_STATUS_OK) static_cast<Listed *>(user)->manifests.emplace_back(entry->path);
                return ACCEL_STATUS_OK;
            },
            &found);
        return found;
    }();
    return value;
}

/// Folder of installed modules: accel/ beside libaccel itself.
std::filesystem::path installed_modules()
{
    Dl_info facts{};
    std::error_code error;
    if (!dladdr(reinterpret_cast<void *>(accel_version), &facts) || !facts.dli_fname) return {};
    return std::filesystem::canonical(facts.dli_fname, error).parent_path() / "accel";
}

/// As the library looks for it: beside the manifest, else among the installed modules.
std::string library_of(const std::string &manifest, const nlohmann::json &json)
{
    const std::filesystem::path name = json.at("module").at("library").get<std::string>();
    const auto beside = std::filesystem::path(manifest).parent_path() / name;
    return (name.is_absolute() ? name : std::filesystem::exists(beside) ? beside
                                                                        : installed_modules() / name)
        .string();
}

/// Library of the first manifest that the test accepts.
template <class Test> std::string find_module(const Test &test)
{
    for (const auto &manifest : listed().manifests) {
        const auto json = nlohmann::json::parse(std::ifstream(manifest), nullptr, false);
        if (!json.is_discarded() && json.contains("module") && test(json)) return library_of(manifest, json);
    }
    return "";
}

using Entry = decltype(&accel_module_entry);

Entry entry_of(const std::string &library)
{
    void *handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) throw std::runtime_error(dlerror());
    auto *entry = reinterpret_cast<Entry>(dlsym(handle, "accel_module_entry"));
    if (!entry) throw std::runtime_error(library + " has no accel_module_entry");
    return entry;
}

int log_enabled(void *, accel_log_level) { return 0; }
void log(void *, accel_log_level, const char *message) { std::fprintf(stderr, "%s\n", message); }
void set_error(void *, const char *rule, const char *message) { std::fprintf(stderr, "[%s] %s\n", rule, message); }
void trace_begin(void *, const char *) {}
void trace_end(void *) {}
accel_status fault_point(void *, const char *) { return ACCEL_STATUS_OK; }

template <class Table> const Table &need(const Table *table, const char *key)
{
    if (!table) skip(key, "the module has no such table");
    return *table;
}

}  // namespace

ModuleDoor &ModuleDoor::get()
{
    static ModuleDoor door;
    return door;
}

std::string ModuleDoor::find_library()
{
    const auto library = find_module([](const nlohmann::json &json) { return json["module"].value("name", "") == listed().backend; });
    if (library.empty()) throw std::runtime_error("no manifest in the report belongs to the module " + listed().backend);
    return library;
}

accel_bk_host ModuleDoor::plain_host()
{
    return {sizeof(accel_bk_host), ACCEL_BK_API_VERSION, ACCEL_OPERATION_PROFILE, nullptr, log_enabled, log, set_error, trace_begin, trace_end, fault_point};
}

ModuleDoor::ModuleDoor() : library_(find_library()),
                           host_(plain_host())
{
    module_ = entry_of(library_)(&host_, ACCEL_BK_API_VERSION);
    if (!module_) throw std::runtime_error("the module does not work here");
    target_ = listed().target;
    if (target_.empty() && module_->compiler) {
        auto info = sized<accel_bk_target_info>();
        if (module_->compiler->target_info(0, &info) == ACCEL_STATUS_OK) target_ = info.name;
    }
}

const accel_bk_compiler &ModuleDoor::compiler() const { return need(module_->compiler, "module.compiler"); }
const accel_bk_device_ops &ModuleDoor::device() const { return need(module_->device, "module.device"); }

accel_bk_compile_options ModuleDoor::options() const
{
    auto options = sized<accel_bk_compile_options>();
    options.target = target_.c_str();
    return options;
}

bool Answers::one_group() const
{
    if (status != ACCEL_STATUS_OK || nodes.empty()) return false;
    for (const auto &node : nodes)
        if (node.group == 0 || node.group != nodes[0].group) return false;
    return true;
}

Answers query(const ModuleDoor &door, GraphBuilder &graph)
{
    Answers answers;
    auto &desc = graph.desc();
    answers.nodes.resize(desc.node_count);
    const auto options = door.options();
    answers.status = door.compiler().query(door.host(), &desc, &options, answers.nodes.data());
    return answers;
}

Blob::Blob(const ModuleDoor &door, GraphBuilder &graph)
{
    auto &desc = graph.desc();
    const auto options = door.options();
    const accel_graph_desc *graphs = &desc;
    status_ = door.compiler().build(door.host(), &graphs, 1, &options, &blob_);
    if (status_ == ACCEL_STATUS_OK && !blob_) throw std::runtime_error("build answers OK and gives no blob");
}

std::vector<accel_bk_constant> Blob::constants(GraphBuilder &graph) const
{
    std::vector<accel_bk_constant> list;
    for (uint32_t index = 0; index < blob_->constant_count; ++index) {
        const auto &tensor = graph.tensors().at(blob_->constants[index].tensor);
        list.push_back({tensor.data, tensor.data_bytes});
    }
    return list;
}

DoorDevice::DoorDevice(const ModuleDoor &door) : door_(door),
                                                 ops_(door.device())
{
    if (listed().flags & ACCEL_DEVICE_FLAG_SIMULATED)
        open_model();
    else if (!listed().node.empty())
        open_node();
    auto open = sized<accel_bk_open>();
    open.host = door.host();
    open.transport = transport_;
    open.driver = model_ ? model_->driver : listed().driver.c_str();
    open.device_id = listed().id.c_str();
    open.node = listed().node.c_str();
    const accel_status status = ops_.device_open(&open, &device_);
    if (status != ACCEL_STATUS_OK || !device_) throw std::runtime_error(std::string("device_open: ") + accel_status_name(status));
}

DoorDevice::~DoorDevice()
{
    ops_.device_close(device_);
    if (transport_ && model_) model_->close_transport(simulation_, transport_);
    if (simulation_) model_->destroy(simulation_);
}

void DoorDevice::open_node()
{
    node_ = std::make_unique<NodeTransport>(listed().node);
    transport_ = node_->table();
}

void DoorDevice::open_model()
{
    const auto library = find_module([](const nlohmann::json &json) {
        return json["module"].value("kind", "") == "device-model" && json.contains("serves") && json["serves"].value("device_id", "") == listed().id;
    });
    if (library.empty()) throw std::runtime_error("no device model plays " + listed().id);
    static const accel_bk_module *const module = entry_of(library)(door_.host(), ACCEL_BK_API_VERSION);
    if (!module || !module->device_model) throw std::runtime_error(library + " has no device model");
    model_ = module->device_model;
    auto play = sized<accel_bk_play>();
    play.host = door_.host();
    if (model_->create(&play, &simulation_) != ACCEL_STATUS_OK || model_->open_transport(simulation_, &transport_) != ACCEL_STATUS_OK)
        throw std::runtime_error("the device model does not start");
}

accel_bk_device_info DoorDevice::info() const
{
    auto info = sized<accel_bk_device_info>();
    if (ops_.device_info(device_, &info) != ACCEL_STATUS_OK) throw std::runtime_error("device_info fails");
    return info;
}

GraphBuilder door_sum_graph(const ModuleDoor &door, int64_t side)
{
    const std::vector<int64_t> dims{1, 8, side, side};
    for (const auto &[type, rounding] : {std::pair{ACCEL_TYPE_F32, ACCEL_ROUNDING_NONE}, {ACCEL_TYPE_I8, ACCEL_ROUNDING_HALF_EVEN}, {ACCEL_TYPE_I8, ACCEL_ROUNDING_TFLITE}}) {
        const Quantization quantization = type == ACCEL_TYPE_I8 ? Quantization{{1}, {0}} : Quantization{};
        GraphBuilder graph;
        const uint32_t a = graph.input("a", type, dims, quantization), b = graph.input("b", type, dims, quantization), y = graph.tensor("y", type, dims, quantization);
        graph.node(ACCEL_OPERATION_ADD, {a, b}, {y}, {}, rounding);
        graph.output(y);
        if (query(door, graph).one_group()) return graph;
    }
    throw std::runtime_error("the module takes ADD neither in F32 nor in I8");
}

DoorSum::DoorSum(const ModuleDoor &door, const DoorDevice &device, int64_t side) : ops_(device.ops())
{
    auto graph = door_sum_graph(door, side);
    const Blob blob(door, graph);
    if (blob.status() != ACCEL_STATUS_OK || blob.get().entries[0].port_count != 3) throw std::runtime_error("the sum does not build");
    bytes_ = blob.bytes();
    is_float_ = graph.tensors().at(0).type == ACCEL_TYPE_F32;
    elements_ = static_cast<uint64_t>(8 * side * side);
    ports_.assign(blob.get().entries[0].ports, blob.get().entries[0].ports + 3);
    const auto constants = blob.constants(graph);
    if (door::load(ops_, device.get(), bytes_.data(), bytes_.size(), constants.data(), static_cast<uint32_t>(constants.size()), &program_) != ACCEL_STATUS_OK)
        throw std::runtime_error("the sum does not load");
    if (door::create_run(ops_, program_, &run_) != ACCEL_STATUS_OK) throw std::runtime_error("run_create fails");
    std::vector<accel_bk_memory> memory;
    for (auto &port : ports_) {
        auto desc = sized<accel_bk_buffer_desc>();
        sizes_bytes_.push_back(port.layout->size_bytes);
        desc.size_bytes = sizes_bytes_.back();
        desc.align_bytes = std::max<uint64_t>(port.align_bytes, device.info().buffer_align_bytes);
        desc.fd = -1;
        desc.usage = ACCEL_BUFFER_USAGE_PORT | ACCEL_BUFFER_USAGE_MAP;
        accel_bk_buffer *buffer = nullptr;
        if (ops_.buffer_create(device.get(), &desc, &buffer) != ACCEL_STATUS_OK) throw std::runtime_error("buffer_create fails");
        buffers_.push_back(buffer);
        memory.push_back({buffer, 0, sizes_bytes_.back()});
        port.layout = nullptr;  // gone with the blob
    }
    if (door::bind(ops_, run_, memory.data(), 3) != ACCEL_STATUS_OK) throw std::runtime_error("run_bind fails");
}

DoorSum::~DoorSum()
{
    if (run_) ops_.run_destroy(run_);
    if (program_) ops_.program_unload(program_);
    for (auto *buffer : buffers_) ops_.buffer_destroy(buffer);
}

void *DoorSum::open(size_t port, uint32_t access) const
{
    void *pointer = nullptr;
    if (door::map(ops_, buffers_[port], access, sizes_bytes_[port], &pointer) != ACCEL_STATUS_OK) throw std::runtime_error("buffer_map fails");
    return pointer;
}

void DoorSum::close(size_t port, uint32_t access) const
{
    if (door::unmap(ops_, buffers_[port], access, sizes_bytes_[port]) != ACCEL_STATUS_OK) throw std::runtime_error("buffer_unmap fails");
}

/// Ports of a device may have gaps between rows; what is written over all of a port, or the same everywhere, is seen in every layout.
void DoorSum::fill(void *pointer, size_t input, int value) const
{
    const float real = static_cast<float>(value);
    for (uint64_t at = 0; at + sizeof real <= sizes_bytes_[input] && is_float_; at += sizeof real) std::memcpy(static_cast<char *>(pointer) + at, &real, sizeof real);
    if (!is_float_) std::memset(pointer, value, sizes_bytes_[input]);
}

bool DoorSum::is_filled(const void *pointer, int value) const
{
    const auto *bytes = static_cast<const char *>(pointer);
    uint64_t right = 0;
    for (uint64_t at = 0; at < sizes_bytes_[2]; at += is_float_ ? sizeof(float) : 1) {
        float real = 0;
        if (is_float_) std::memcpy(&real, bytes + at, sizeof real);
        right += is_float_ ? real == static_cast<float>(value) : bytes[at] == static_cast<char>(value);
    }
    return right >= elements_;
}

void DoorSum::set(size_t input, int value) const
{
    fill(open(input, ACCEL_ACCESS_WRITE), input, value);
    close(input, ACCEL_ACCESS_WRITE);
}

bool DoorSum::holds(int value) const
{
    const bool result = is_filled(open(2, ACCEL_ACCESS_READ), value);
    close(2, ACCEL_ACCESS_READ);
    return result;
}

DoorQueue::DoorQueue(const DoorDevice &device, uint32_t depth) : ops_(device.ops())
{
    auto desc = sized<accel_bk_queue_desc>();
    desc.depth = depth;
    if (ops_.queue_create(device.get(), &desc, &queue_) != ACCEL_STATUS_OK) throw std::runtime_error("queue_create fails");
}

accel_status DoorQueue::submit(const DoorSum &sum, uint64_t *out_ticket) const
{
    auto submit = sized<accel_bk_submit>();
    submit.run = sum.run();
    return ops_.queue_submit(queue_, &submit, out_ticket);
}

}  // namespace accel::conformance
