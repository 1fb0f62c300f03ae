// SPDX-License-Identifier: MIT
// Arbitrary bytes, with their header repaired so that the search gets behind it, never crash the reader of saved programs.
#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "program/saved.h"
#include "program/saved_format.h"

namespace {

using namespace accel::runtime;

/// Magic, format, size and hash are right; the length of the structure stays as given.
void repair_header(std::vector<uint8_t> &bytes)
{
    const uint32_t magic = saved::kMagic, format = saved::kFormat;
    const uint64_t all = bytes.size();
    saved::Hash hash;
    const size_t end = bytes.size() - saved::kHashBytes;
    hash.add(bytes.data() + saved::kHeaderBytes, end - saved::kHeaderBytes);
    const uint64_t value = hash.value();
    std::memcpy(bytes.data(), &magic, 4);
    std::memcpy(bytes.data() + 4, &format, 4);
    std::memcpy(bytes.data() + 8, &all, 8);
    std::memcpy(bytes.data() + end, &value, saved::kHashBytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byte_count)
{
    std::vector<uint8_t> whole(bytes, bytes + byte_count);
    if (whole.size() >= saved::kHeaderBytes + saved::kHashBytes) repair_header(whole);
    SavedProgram out;
    if (read_saved(whole.data(), whole.size(), Constants::Copied, &out) != ACCEL_STATUS_OK && !*accel_last_error()->message) std::abort();
    return 0;
}
