// SPDX-License-Identifier: MIT
// What build makes and program_load reads: a seal, a header of this module, then the flat graphs.
//
// Constants above a few bytes stay with the runtime; the header notes their sizes, so that a blob can be checked without them. Those that several graphs have are one.
#pragma once

#include "module/seal.h"

#include <accel/graph/flat.h>

#include <accel/backend.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace accel::cpu {

struct BlobGraph {
    const uint8_t *bytes = nullptr;
    uint64_t byte_count = 0;
    std::vector<uint32_t> constants;  // what it refers to, as positions among the blob's
};

struct Blob {
    uint32_t threads = 0;  // 0: as many as the machine has cores
    std::vector<uint64_t> constant_bytes;
    std::vector<BlobGraph> graphs;
};

inline constexpr module::Format kFormat{{'A', 'C', 'C', 'E', 'L', 'C', 'P', 'U'}, 3};

using BlobState = module::SealState;

std::vector<uint8_t> write_blob(std::span<const accel_graph_desc *const> graphs, uint32_t threads, std::vector<accel_bk_constant_place> &referenced);

// The constants of one graph, out of the blob's.
std::vector<accel_bk_constant> constants_of(const BlobGraph &graph, const accel_bk_constant *constants);

// Reads untrusted bytes; the blob points into them. error gets a sentence when it is not good.
BlobState read_blob(const void *bytes, uint64_t byte_count, Blob &blob, std::string &error);

}  // namespace accel::cpu
