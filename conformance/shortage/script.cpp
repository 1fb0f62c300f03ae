// SPDX-License-Identifier: MIT
// The pieces of a life, one after the other.
#include "script.h"

#include "script_parts.h"

namespace accel::shortage {

Saved g_saved;

accel_status take(void *user, const void *bytes, size_t byte_count)
{
    auto &out = *static_cast<Saved *>(user);
    if (byte_count > Saved::kCapacity - out.size) return ACCEL_STATUS_LIMIT;
    std::memcpy(out.data + out.size, bytes, byte_count);
    out.size += byte_count;
    return ACCEL_STATUS_OK;
}

uint64_t digest(const void *bytes, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t at = 0; at < size; ++at) hash = (hash ^ static_cast<const unsigned char *>(bytes)[at]) * 0x100000001b3u;
    return hash;
}

const std::vector<Piece> &pieces()
{
    static const std::vector<Piece> all = [] {
        std::vector<Piece> joined = kMakingPieces;
        for (const auto *more : {&kFilePieces, &kFlyingPieces}) joined.insert(joined.end(), more->begin(), more->end());
        return joined;
    }();
    return all;
}

accel_status whole_life(Walk &walk)
{
    Ready &ready = walk.ready;
    ready.devices.reserve(kDevicesMax);
    TRY(make_instance(walk, &ready.instance));
    for (const std::string &name : walk.subject.device_names) {
        Device device;
        TRY(make(&device, [&](accel_device **handle) { return accel_instance_find_device(ready.instance.get(), name.c_str(), handle); }));
        ready.devices.push_back(std::move(device));
    }
    auto source = sized<accel_model_source>();
    source.path = walk.subject.model_path.c_str();
    TRY(make(&ready.model, [&](accel_model **handle) { return accel_model_import(ready.instance.get(), &source, handle); }));
    const Devices devices(ready);
    const auto desc = build_desc(walk, devices);
    TRY(make(&ready.program, [&](accel_program **handle) { return accel_program_build(&desc, handle); }));
    TRY(look_at(walk, ready.program));
    return fly(walk);
}

Ready prepare(const Subject &subject)
{
    Ready ready;
    Walk walk(subject, &ready);
    accel::check(whole_life(walk));
    g_saved.size = 0;
    accel::check(accel_program_save(ready.program.get(), take, &g_saved));
    ready.saved.assign(g_saved.data, g_saved.size);
    const auto facts = ready.model.entry();
    const accel_state_pair pair{accel_graph_tensor(facts.graph, facts.graph->inputs[0])->name, "nothing that the model has", nullptr};
    const Devices devices(ready);
    auto desc = build_desc(walk, devices);
    desc.states = &pair;
    desc.state_count = 1;
    desc.state_size = sizeof pair;
    ready.keeping = Program::build(desc);
    return ready;
}

}  // namespace accel::shortage
