// SPDX-License-Identifier: MIT
// Writes blobs, and reads them back without trusting a byte: every word, region and relocation is checked.
#include "blob.h"

#include "layout/layout.h"
#include "registers.h"

#include "module/bytes.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace accel::ethosu {
namespace {

constexpr uint64_t kSectionAlignment = 16;

struct Header {
    std::array<char, 32> target;
    uint64_t constants_bytes;
    uint64_t scratch_bytes;
    uint32_t word_count;
    uint32_t relocation_count;
    uint32_t port_count;
    uint32_t reserved;
};
static_assert(sizeof(Header) == 64);

struct RelocationRecord {
    uint32_t region_word;
    uint32_t address_word;
    uint32_t port;
    uint32_t reserved;
    uint64_t offset_bytes;
};
static_assert(sizeof(RelocationRecord) == 24);

struct PortRecord {
    uint64_t size_bytes;
    uint32_t is_output;
    uint32_t reserved;
};
static_assert(sizeof(PortRecord) == 16);

bool is_coefficient_region(Command command) { return command == Command::SET0_WEIGHT_REGION || command == Command::SET0_SCALE_REGION; }

// The base register that belongs to a feature map's region register.
Command base_of(Command region)
{
    if (region == Command::SET0_IFM_REGION)
        return Command::SET1_IFM_BASE0;
    return region == Command::SET0_IFM2_REGION ? Command::SET1_IFM2_BASE0 : Command::SET1_OFM_BASE0;
}

const char *check_header(const Header &header)
{
    if (std::ranges::find(header.target, '\0') == header.target.end())
        return "the target name has no end";
    if (header.word_count == 0 || header.word_count > kMaxWords || header.port_count > kMaxPorts ||
        header.relocation_count > header.word_count || header.constants_bytes > kMaxSpaceBytes || header.scratch_bytes > kMaxSpaceBytes ||
        header.scratch_bytes < kScratchHeaderBytes)
        return "a count is beyond its bound";
    return nullptr;
}

const char *check_relocation(const BlobView &blob, const Relocation &at)
{
    if (at.port >= blob.ports.size() || at.offset_bytes >= blob.ports[at.port].size_bytes)
        return "a relocation points outside its port";
    if (at.region_word >= blob.words.size() || at.address_word != uint64_t{at.region_word} + 1 ||
        uint64_t{at.address_word} + 1 >= blob.words.size())
        return "a relocation points outside the words";
    const Command region = command_at(blob.words, at.region_word);
    if (!is_feature_map_region(region) || command_at(blob.words, at.address_word) != base_of(region))
        return "a relocation does not point at a feature map";
    if (region == Command::SET0_OFM_REGION && !blob.ports[at.port].is_output)
        return "a relocation would write into an input";
    return nullptr;
}

// Only known commands; regions other than the program's own only where a
// relocation will set them.
const char *check_words(const BlobView &blob)
{
    size_t next = 0;  // relocation; they are in word order
    size_t last = 0;  // index of the latest command
    for (size_t i = 0; i < blob.words.size(); ++i) {
        last = i;
        const Command command = command_at(blob.words, i);
        if (command_name(blob.words[i]) == nullptr || command == Command::OP0_DMA_START)
            return "an unknown command word";
        const bool relocated = next < blob.relocations.size() && blob.relocations[next].region_word == i;
        next += relocated ? 1 : 0;
        const uint32_t parameter = blob.words[i] >> 16;
        if (is_feature_map_region(command) && !relocated && parameter > kScratchRegion)
            return "a feature map in a region that is not the program's";
        if (is_coefficient_region(command) && parameter != kConstantsRegion)
            return "coefficients outside the constants";
        i += blob.words[i] & kPayloadFollows ? 1 : 0;
    }
    if (next != blob.relocations.size())
        return "a relocation between commands";
    if (command_at(blob.words, last) != Command::OP0_STOP || last + 1 != blob.words.size())
        return "the words do not end with STOP";
    return nullptr;
}

const char *read_sections(module::Reader reader, const Header &header, BlobView &blob)
{
    std::vector<RelocationRecord> relocations;
    std::vector<PortRecord> ports;
    const auto aligned = [&reader] { return reader.align(kSectionAlignment); };
    if (!aligned() || !reader.get(blob.words, header.word_count) || !aligned() || !reader.get(relocations, header.relocation_count) || !aligned() ||
        !reader.get(ports, header.port_count) || !aligned() || !reader.view(header.constants_bytes, blob.constants) || !aligned() || !reader.at_end())
        return "the sections do not add up to the size";
    for (const PortRecord &record : ports) {
        if (record.size_bytes == 0 || record.size_bytes > kMaxSpaceBytes)
            return "a port's size is beyond its bound";
        blob.ports.push_back({record.size_bytes, record.is_output != 0});
    }
    for (const RelocationRecord &record : relocations) {
        blob.relocations.push_back({record.region_word, record.address_word, record.port, record.offset_bytes});
        if (const char *why = check_relocation(blob, blob.relocations.back()))
            return why;
    }
    return check_words(blob);
}

}  // namespace

std::vector<uint8_t> write_blob(const Program &program)
{
    Header header{};
    std::strncpy(header.target.data(), kTarget, header.target.size() - 1);
    header.constants_bytes = program.constants.size();
    header.scratch_bytes = program.scratch_bytes;
    header.word_count = static_cast<uint32_t>(program.stream.words.size());
    header.relocation_count = static_cast<uint32_t>(program.stream.relocations.size());
    header.port_count = static_cast<uint32_t>(program.ports.size());

    std::vector<uint8_t> out = module::begin_sealed();
    module::Writer writer(out);
    writer.put(header);
    writer.align(kSectionAlignment);
    writer.put(program.stream.words);
    writer.align(kSectionAlignment);
    for (const Relocation &relocation : program.stream.relocations)
        writer.put(RelocationRecord{relocation.region_word, relocation.address_word, relocation.port, 0, relocation.offset_bytes});
    writer.align(kSectionAlignment);
    for (const PortInfo &port : program.ports)
        writer.put(PortRecord{port.size_bytes, port.is_output ? 1u : 0u, 0});
    writer.align(kSectionAlignment);
    writer.put(program.constants);
    writer.align(kSectionAlignment);
    module::seal(kFormat, out);
    return out;
}

std::optional<BlobView> read_blob(std::span<const uint8_t> bytes, const char *&why)
{
    const module::SealState state = module::check_seal(kFormat, bytes, why);
    if (state == module::SealState::kCorrupt)
        return std::nullopt;
    BlobView blob;
    blob.is_foreign = state == module::SealState::kForeign;
    if (blob.is_foreign)
        return blob;
    Header header{};
    module::Reader reader(bytes, module::kSealBytes);
    why = reader.get(header) ? check_header(header) : "the bytes are shorter than a header";
    if (why != nullptr)
        return std::nullopt;
    blob.target = header.target.data();
    blob.is_foreign = blob.target != kTarget;
    if (blob.is_foreign)
        return blob;
    blob.scratch_bytes = header.scratch_bytes;
    why = read_sections(reader, header, blob);
    if (why != nullptr)
        return std::nullopt;
    return blob;
}

}  // namespace accel::ethosu
