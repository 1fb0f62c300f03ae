// SPDX-License-Identifier: MIT
// From the list of devices to a program.
#include <fstream>
#include <iterator>

#include "script_parts.h"

namespace accel::shortage {

accel_status make_instance(const Walk &walk, Instance *out)
{
    auto desc = sized<accel_instance_desc>();
    desc.api_version = ACCEL_VERSION;
    desc.flags = walk.subject.simulated ? ACCEL_INSTANCE_FLAG_SIMULATED : 0;
    desc.log = [](void *, const accel_log_record *) {};
    return make(out, [&](accel_instance **handle) { return accel_instance_create(&desc, handle); });
}

namespace {

accel_status list(Walk &walk)
{
    Instance instance;
    TRY(make_instance(walk, &instance));
    uint64_t lines = 0;
    TRY(accel_instance_report(
        instance.get(), [](void *user, const accel_report_entry *entry) { return *static_cast<uint64_t *>(user) += 1 + entry->status * 1000, ACCEL_STATUS_OK; }, &lines));
    walk.result(lines);
    const uint32_t count = accel_instance_device_count(instance.get());
    walk.result(count);
    for (uint32_t index = 0; index < count; ++index) {
        Device device, found;
        TRY(make(&device, [&](accel_device **handle) { return accel_instance_device(instance.get(), index, handle); }));
        auto info = sized<accel_device_info>();
        TRY(accel_device_query(device.get(), &info));
        walk.result(digest(info.id, std::strlen(info.id)));
        TRY(make(&found, [&](accel_device **handle) { return accel_instance_find_device(instance.get(), info.id, handle); }));
    }
    walk.ending();
    return ACCEL_STATUS_OK;
}

accel_status open(Walk &walk)
{
    Instance instance;
    TRY(make_instance(walk, &instance));
    for (const std::string &name : walk.subject.device_names) {
        Device device;
        TRY(make(&device, [&](accel_device **handle) { return accel_instance_find_device(instance.get(), name.c_str(), handle); }));
        TRY(accel_device_open(device.get()));
        auto info = sized<accel_device_info>();
        TRY(accel_device_query(device.get(), &info));
        walk.result(info.roundings);
    }
    walk.ending();
    return ACCEL_STATUS_OK;
}

}  // namespace

accel_status look_at(Walk &walk, const Model &model)
{
    auto entry = sized<accel_model_entry_info>();
    TRY(accel_model_entry(model.get(), 0, &entry));
    const accel_graph_desc *graph = entry.graph;
    walk.result(graph->node_count);
    walk.result(graph->tensor_count);
    for (uint32_t index = 0; index < graph->tensor_count; ++index) {
        const accel_tensor_desc *tensor = accel_graph_tensor(graph, index);
        if (tensor->data) walk.result(digest(tensor->data, tensor->data_bytes));
    }
    return ACCEL_STATUS_OK;
}

namespace {

accel_status import_file(Walk &walk)
{
    Model model;
    auto source = sized<accel_model_source>();
    source.path = walk.subject.model_path.c_str();
    TRY(make(&model, [&](accel_model **handle) { return accel_model_import(walk.ready.instance.get(), &source, handle); }));
    TRY(look_at(walk, model));
    walk.ending();
    return ACCEL_STATUS_OK;
}

accel_status import_bytes(Walk &walk)
{
    static const std::string bytes = [&] {
        std::ifstream file(walk.subject.model_path, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(file), {});
    }();
    int releases = 0;
    Model model;
    auto source = sized<accel_model_source>();
    source.bytes = bytes.data();
    source.byte_count = bytes.size();
    source.format = "onnx";
    source.release = [](void *user) { ++*static_cast<int *>(user); };
    source.release_user = &releases;
    const accel_status status = make(&model, [&](accel_model **handle) { return accel_model_import(walk.ready.instance.get(), &source, handle); });
    if (status == ACCEL_STATUS_OK) {
        TRY(look_at(walk, model));
        walk.ending();
    }
    model = Model();
    if (releases != (status == ACCEL_STATUS_OK)) walk.complain("the bytes of a model were given back " + std::to_string(releases) + " times");
    return status;
}

accel_status copy_graph(Walk &walk)
{
    Model model;
    auto desc = sized<accel_model_desc>();
    auto facts = sized<accel_model_entry_info>();
    TRY(accel_model_entry(walk.ready.model.get(), 0, &facts));
    const accel_entry_desc entry{facts.name, facts.graph};
    desc.entries = &entry;
    desc.entry_count = 1;
    desc.entry_size = sizeof entry;
    TRY(make(&model, [&](accel_model **handle) { return accel_model_create(walk.ready.instance.get(), &desc, handle); }));
    TRY(look_at(walk, model));
    walk.ending();
    return ACCEL_STATUS_OK;
}

}  // namespace

accel_program_desc build_desc(const Walk &walk, const Devices &devices)
{
    auto desc = sized<accel_program_desc>();
    desc.model = walk.ready.model.get();
    desc.devices = devices.handles;
    desc.device_count = devices.count;
    desc.rounding = walk.subject.rounding;
    desc.progress = [](void *, const accel_progress *) { return 0; };
    return desc;
}

namespace {

accel_status support(Walk &walk)
{
    const Devices devices(walk.ready);
    const auto desc = build_desc(walk, devices);
    uint64_t rows = 0;
    TRY(accel_program_support(
        &desc, [](void *user, const accel_support *row) { return *static_cast<uint64_t *>(user) += 1 + row->device * 1000, ACCEL_STATUS_OK; }, &rows));
    walk.result(rows);
    walk.ending();
    return ACCEL_STATUS_OK;
}

}  // namespace

accel_status look_at(Walk &walk, const Program &program)
{
    auto info = sized<accel_entry_info>();
    TRY(accel_program_entry(program.get(), 0, &info));
    for (uint32_t index = 0; index < info.placement_count; ++index) {
        auto row = sized<accel_placement>();
        TRY(accel_program_placement(program.get(), 0, index, &row));
        walk.result(row.segment);
    }
    for (uint32_t index = 0; index < info.transfer_count; ++index) {
        auto row = sized<accel_transfer>();
        TRY(accel_program_transfer(program.get(), 0, index, &row));
        walk.result(row.size_bytes);
    }
    for (uint32_t index = 0; index < info.port_count; ++index) {
        auto port = sized<accel_port_info>();
        TRY(accel_program_port(program.get(), 0, index, &port));
        walk.result(port.size_bytes);
        uint32_t found = 0;
        TRY(accel_program_find_port(program.get(), 0, port.name, &found));
    }
    return ACCEL_STATUS_OK;
}

namespace {

accel_status build(Walk &walk)
{
    const Devices devices(walk.ready);
    const auto desc = build_desc(walk, devices);
    Program program;
    TRY(make(&program, [&](accel_program **handle) { return accel_program_build(&desc, handle); }));
    TRY(look_at(walk, program));
    walk.ending();
    return ACCEL_STATUS_OK;
}

accel_status save(Walk &walk)
{
    g_saved.size = 0;
    TRY(accel_program_save(walk.ready.program.get(), take, &g_saved));
    walk.result(digest(g_saved.data, g_saved.size));
    walk.ending();
    return ACCEL_STATUS_OK;
}

accel_status check_saved(Walk &walk)
{
    accel_fit fit = ACCEL_FIT_NONE;
    TRY(conformance::check_program(walk.ready.instance, walk.ready.saved, nullptr, &fit));
    walk.result(fit);
    walk.ending();
    return ACCEL_STATUS_OK;
}

}  // namespace

accel_status load(Walk &walk, const accel_program_load_desc &source, Program *program)
{
    const Devices devices(walk.ready);
    accel_program_load_desc desc = source;
    desc.devices = devices.handles;
    desc.device_count = devices.count;
    return make(program, [&](accel_program **handle) { return accel_program_load(walk.ready.instance.get(), &desc, handle); });
}

namespace {

accel_status load_bytes(Walk &walk)
{
    auto source = sized<accel_program_load_desc>();
    source.bytes = walk.ready.saved.data();
    source.byte_count = walk.ready.saved.size();
    Program program;
    TRY(load(walk, source, &program));
    TRY(look_at(walk, program));
    walk.ending();
    return ACCEL_STATUS_OK;
}

}  // namespace

const std::vector<Piece> kMakingPieces = {
    {"instance", list},
    {"open", open},
    {"import", import_file},
    {"import-bytes", import_bytes},
    {"graph", copy_graph},
    {"support", support},
    {"build", build},
    {"save", save},
    {"check", check_saved},
    {"load", load_bytes},
};

}  // namespace accel::shortage
