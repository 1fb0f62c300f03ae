// SPDX-License-Identifier: MIT
// Saved programs: one container for a program's blobs, and the segments, ports, values and reports of its entry points.
//
//   header      magic, format, bytes of all, bytes of the structure, hash of everything behind the header
//   structure   a stream of little-endian fields
//   data        blobs and constants, each aligned to 64 bytes from the start; a constant of several blobs once
//
// The hash finds damage. It is no proof of origin: every count, index and offset is checked all the same.
#pragma once

#include <accel/accel.h>

#include <memory>
#include <string>
#include <vector>

#include "program.h"

namespace accel::runtime {

/// Where the constants of a program that is read live from then on.
enum class Constants {
    Copied,
    InPlace  ///< in the bytes, which outlive the program
};

/// What a container holds. Blobs are copied out of the bytes; nothing is on a device yet.
struct SavedProgram {
    std::vector<Place> places;
    std::vector<Blob> blobs;
    std::vector<ProgramEntry> entries;
    std::vector<Variable> variables;
    uint32_t rounding = 0, precisions = 0;
};

uint64_t saved_size_bytes(const accel_program &program);
/// Write a program piece by piece, without a second copy of its constants.
accel_status write_saved(const accel_program &program, accel_write_fn write, void *user);
/// Read untrusted bytes. Errors: CORRUPT; INCOMPATIBLE of another format (S-3).
accel_status read_saved(const void *bytes, size_t byte_count, Constants constants, SavedProgram *out);

}  // namespace accel::runtime
