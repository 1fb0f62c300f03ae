// SPDX-License-Identifier: MIT
// Saved programs: one container for a program's blobs, and the segments, ports, values and reports of its entry points.
//
//   header      24 bytes: magic, format, bytes of all, bytes of the structure
//   structure   a stream of little-endian fields: places, rounding, blobs, variables, entry points
//   data        blobs and constants, each aligned to 64 bytes from the start of the data, which is aligned so itself; a constant of several blobs once
//   hash        8 bytes: of everything behind the header
//
// The hash stands at the end, so that saving is one walk that tells the application of each piece from the beginning. It finds damage. It is no proof of origin: every count, index and offset is checked all the same.
//
// Reading, each step before the next is begun:
//   1. magic, else CORRUPT; format, else INCOMPATIBLE; then lengths and hash
//   2. the structure is copied: a mapped file may change between a check and a use
//   3. fields: each count against the bytes that are left, each layout and quantisation by its own rules
//   4. what holds together (saved_consistency.h): indices, memory that is large enough, everything written once before it is read
//   5. by the module: `check` and `program_load` get blobs as bytes that nobody vouches for
// Blobs are copied. Constants stay where the bytes are, if those outlive the program (Constants::InPlace), and are watched there.
//
// kFormat rises with every change of a field; there is no reading of older formats, as a program is built again from its model. Saving twice writes the same bytes (S-6).
//
// Not chosen: a library's format (FlatBuffers, Protobuf). It checks that offsets stay inside, which is the small part; what a program must keep would be checked behind it anyway.
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
