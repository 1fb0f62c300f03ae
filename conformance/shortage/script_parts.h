// SPDX-License-Identifier: MIT
// What the pieces of a life share, and the pieces that a whole life is made of.
#pragma once

#include <cstring>

#include "script.h"
#include "support/calls.h"

namespace accel::shortage {

#define TRY(call)                                                                                        \
    do {                                                                                                 \
        if (const accel_status try_status_ = (call); try_status_ != ACCEL_STATUS_OK) return try_status_; \
    } while (0)

inline constexpr uint32_t kDevicesMax = 4;

/// Room for a saved program that is not asked for while memory is short.
struct Saved {
    static constexpr size_t kCapacity = 4 << 20;
    char data[kCapacity];
    size_t size = 0;
};
extern Saved g_saved;
/// An accel_write_fn whose user is a Saved.
accel_status take(void *user, const void *bytes, size_t byte_count);

uint64_t digest(const void *bytes, size_t size);

struct Devices {
    explicit Devices(const Ready &ready) : count(static_cast<uint32_t>(ready.devices.size()))
    {
        for (uint32_t index = 0; index < count; ++index) handles[index] = ready.devices[index].get();
    }
    accel_device *handles[kDevicesMax] = {};
    uint32_t count;
};

template <class Wrapper, class Make> accel_status make(Wrapper *out, const Make &body)
{
    decltype(Wrapper().get()) handle = nullptr;
    const accel_status status = body(&handle);
    *out = Wrapper(handle);
    return status;
}

accel_status make_instance(const Walk &walk, Instance *out);
accel_program_desc build_desc(const Walk &walk, const Devices &devices);
accel_status look_at(Walk &walk, const Program &program);
accel_status fly(Walk &walk);

accel_status look_at(Walk &walk, const Model &model);
accel_status load(Walk &walk, const accel_program_load_desc &source, Program *program);

/// Pieces up to a program, those that work on files, and those that execute a program.
extern const std::vector<Piece> kMakingPieces, kFilePieces, kFlyingPieces;

}  // namespace accel::shortage
