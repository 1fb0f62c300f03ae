// SPDX-License-Identifier: MIT
// Arbitrary bytes, with their hash repaired so that the search gets behind it, never crash the reader of saved programs.
#include <cstdlib>
#include <cstring>
#include <vector>

#include "saved.h"
#include "saved_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byte_count)
{
    using namespace accel::runtime;
    std::vector<uint8_t> whole(saved::kHeaderBytes + byte_count);
    // The first two bytes choose the length of the structure; everything else follows the header.
    const uint32_t magic = saved::kMagic, format = saved::kFormat;
    const uint64_t all = whole.size(), structure = byte_count < 2 ? 0 : (bytes[0] | bytes[1] << 8);
    if (byte_count) std::memcpy(whole.data() + saved::kHeaderBytes, bytes, byte_count);
    saved::Hash hash;
    hash.add(whole.data() + saved::kHeaderBytes, byte_count);
    const uint64_t value = hash.value();
    std::memcpy(whole.data(), &magic, 4);
    std::memcpy(whole.data() + 4, &format, 4);
    std::memcpy(whole.data() + 8, &all, 8);
    std::memcpy(whole.data() + 16, &structure, 8);
    std::memcpy(whole.data() + 24, &value, 8);
    SavedProgram out;
    if (read_saved(whole.data(), whole.size(), &out) != ACCEL_STATUS_OK && !*accel_last_error()->message) std::abort();
    return 0;
}
