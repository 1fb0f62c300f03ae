// SPDX-License-Identifier: MIT
// What build makes and program_load reads: a header of this module, then the flat graph.
//
// Constants above a few bytes stay with the runtime; the header notes their sizes, so that a blob can be checked without them.
#ifndef ACCEL_BACKENDS_CPU_BLOB_H
#define ACCEL_BACKENDS_CPU_BLOB_H

#include "graph/flat.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace accel::cpu
{

struct Blob {
    uint32_t threads = 0; // 0: as many as the machine has cores
    std::vector<uint64_t> constant_bytes;
    const uint8_t *graph = nullptr;
    uint64_t graph_bytes = 0;
};

enum class BlobState { kGood, kCorrupt, kForeign };

std::vector<uint8_t> write_blob(const accel_graph_desc &graph, uint32_t threads, std::vector<uint32_t> &referenced);

// Makes size and checksum in the header fit the bytes behind it. Also how a test lies with a right checksum.
void seal_blob(std::span<uint8_t> bytes);

// Reads untrusted bytes; the blob points into them. error gets a sentence when it is not good.
BlobState read_blob(const void *bytes, uint64_t byte_count, Blob &blob, std::string &error);

} // namespace accel::cpu

#endif
