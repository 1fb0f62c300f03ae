// SPDX-License-Identifier: MIT
// Models and programs that stay in their files.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "script_parts.h"

namespace accel::shortage {
namespace {

/// A model with its weights in another file, and a program of it.
accel_status external(Walk &walk)
{
    Model model;
    auto source = sized<accel_model_source>();
    source.path = walk.subject.external_path.c_str();
    TRY(make(&model, [&](accel_model **handle) { return accel_model_import(walk.ready.instance.get(), &source, handle); }));
    TRY(look_at(walk, model));
    const Devices devices(walk.ready);
    auto desc = build_desc(walk, devices);
    desc.model = model.get();
    Program program;
    TRY(make(&program, [&](accel_program **handle) { return accel_program_build(&desc, handle); }));
    TRY(look_at(walk, program));
    g_saved.size = 0;
    TRY(accel_program_save(program.get(), take, &g_saved));
    walk.result(digest(g_saved.data, g_saved.size));
    walk.ending();
    return ACCEL_STATUS_OK;
}

accel_status load_mapped(Walk &walk)
{
    const int fd = ::open(walk.subject.saved_path.c_str(), O_RDONLY | O_CLOEXEC);
    void *const bytes = mmap(nullptr, walk.ready.saved.size(), PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (bytes == MAP_FAILED) return ACCEL_STATUS_IO;
    auto source = sized<accel_program_load_desc>();
    source.bytes = bytes;
    source.byte_count = walk.ready.saved.size();
    Program program;
    const accel_status status = load(walk, source, &program);
    // Bytes are borrowed for the call only.
    munmap(bytes, walk.ready.saved.size());
    TRY(status);
    TRY(look_at(walk, program));
    walk.ending();
    return ACCEL_STATUS_OK;
}

/// By its path, with the devices that the library finds for it; executed and saved while it stands on the file.
accel_status load_path(Walk &walk)
{
    auto source = sized<accel_program_load_desc>();
    source.path = walk.subject.saved_path.c_str();
    accel_device *found[kDevicesMax] = {};
    uint32_t count = 0;
    TRY(accel_program_find_devices(walk.ready.instance.get(), &source, found, kDevicesMax, &count));
    for (uint32_t index = 0; index < count; ++index) accel_device_unref(found[index]);
    walk.result(count);
    Program program;
    TRY(load(walk, source, &program));
    TRY(look_at(walk, program));
    g_saved.size = 0;
    TRY(accel_program_save(program.get(), take, &g_saved));
    walk.result(digest(g_saved.data, g_saved.size));
    Program built = std::move(walk.ready.program);
    walk.ready.program = std::move(program);
    const accel_status flown = fly(walk);
    walk.ready.program = std::move(built);
    return flown;
}

}  // namespace

const std::vector<Piece> kFilePieces = {{"external", external}, {"load-mapped", load_mapped}, {"load-path", load_path}};

}  // namespace accel::shortage
