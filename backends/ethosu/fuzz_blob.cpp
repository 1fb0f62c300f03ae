// SPDX-License-Identifier: MIT
// Any bytes either fail to read or give a program whose words can be relocated. A
// fuzzer rarely guesses a checksum, so the input gets a right one, and is taken as a program's parts too.
#include "blob.h"

#include <cstdlib>
#include <cstring>

using namespace accel::ethosu;

namespace {

void relocate_all(std::span<const uint8_t> bytes)
{
    const char *why = nullptr;
    auto blob = read_blob(bytes, why);
    if (!blob) {
        if (why == nullptr)
            std::abort();
        return;
    }
    for (const Relocation &relocation : blob->relocations)
        relocate(blob->words, relocation, kRegionCount - 1, 0x123456789a);
}

// The first bytes are the counts, the rest fills the sections in turn.
std::vector<uint8_t> assemble(std::span<const uint8_t> bytes)
{
    Program program;
    if (bytes.size() < 8)
        return {};
    const auto fill = [&bytes](auto &record) {
        if (bytes.size() < sizeof record)
            return false;
        std::memcpy(&record, bytes.data(), sizeof record);
        bytes = bytes.subspan(sizeof record);
        return true;
    };
    uint8_t ports = 0;
    uint8_t relocations = 0;
    fill(ports);
    fill(relocations);
    for (uint64_t size = 0; ports > 0 && fill(size); --ports)
        program.ports.push_back({size, (size & 1) != 0});
    for (Relocation relocation; relocations > 0 && fill(relocation); --relocations)
        program.stream.relocations.push_back(relocation);
    for (uint32_t word = 0; fill(word);)
        program.stream.words.push_back(word);
    program.scratch_bytes = kScratchHeaderBytes;
    return write_blob(program);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    std::vector<uint8_t> sealed(data, data + size);
    accel::module::seal(kFormat, sealed);
    relocate_all({data, size});
    relocate_all(sealed);
    relocate_all(assemble({data, size}));
    return 0;
}
