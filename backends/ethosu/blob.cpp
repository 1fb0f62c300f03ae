// SPDX-License-Identifier: MIT
#include "blob.h"

#include "layout/layout.h"
#include "registers.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

static_assert(std::endian::native == std::endian::little, "blobs are little endian, as the NPU");

namespace accel::ethosu
{
namespace
{

constexpr std::array<char, 8> kMagic = {'A', 'C', 'C', 'L', 'E', 'T', 'H', 'U'};
constexpr uint32_t kVersion = 1;
constexpr uint64_t kSectionAlignment = 16;

struct Header {
    std::array<char, 8> magic;
    uint32_t version;
    uint32_t checksum; // of all bytes, with this field 0
    uint64_t total_bytes;
    std::array<char, 32> target;
    uint64_t constants_bytes;
    uint64_t scratch_bytes;
    uint32_t word_count;
    uint32_t relocation_count;
    uint32_t port_count;
    uint32_t reserved;
};
static_assert(sizeof(Header) == 88);

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

uint64_t align(uint64_t value) { return (value + kSectionAlignment - 1) / kSectionAlignment * kSectionAlignment; }

// Where the sections of a header lie. Counts are bounded before this is asked.
struct Sections {
    uint64_t words, relocations, ports, constants, end;

    explicit Sections(const Header &header)
    {
        words = align(sizeof(Header));
        relocations = align(words + uint64_t{header.word_count} * sizeof(uint32_t));
        ports = align(relocations + uint64_t{header.relocation_count} * sizeof(RelocationRecord));
        constants = align(ports + uint64_t{header.port_count} * sizeof(PortRecord));
        end = align(constants + header.constants_bytes);
    }
};

constexpr std::array<uint32_t, 256> make_crc_table()
{
    std::array<uint32_t, 256> table{};
    for (uint32_t i = 0; i < 256; ++i) {
        uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = value & 1 ? value >> 1 ^ 0xedb88320u : value >> 1;
        table[i] = value;
    }
    return table;
}

uint32_t crc(uint32_t state, std::span<const uint8_t> bytes)
{
    static constexpr auto kTable = make_crc_table();
    for (const uint8_t byte : bytes)
        state = kTable[(state ^ byte) & 0xff] ^ state >> 8;
    return state;
}

// The header is given apart, because its checksum counts as 0.
uint32_t checksum(Header header, std::span<const uint8_t> rest)
{
    header.checksum = 0;
    const auto raw = std::bit_cast<std::array<uint8_t, sizeof(Header)>>(header);
    return ~crc(crc(~0u, raw), rest);
}

template <typename Record> void put(std::span<uint8_t> out, uint64_t at, const Record &record)
{
    std::memcpy(out.data() + at, &record, sizeof record);
}

template <typename Record> Record get(std::span<const uint8_t> bytes, uint64_t at)
{
    Record record;
    std::memcpy(&record, bytes.data() + at, sizeof record);
    return record;
}

bool is_coefficient_region(Command command) { return command == Command::SET0_WEIGHT_REGION || command == Command::SET0_SCALE_REGION; }

// The base register that belongs to a feature map's region register.
Command base_of(Command region)
{
    if (region == Command::SET0_IFM_REGION)
        return Command::SET1_IFM_BASE0;
    return region == Command::SET0_IFM2_REGION ? Command::SET1_IFM2_BASE0 : Command::SET1_OFM_BASE0;
}

// What every format version keeps.
const char *check_intact(const Header &header, std::span<const uint8_t> bytes)
{
    if (header.magic != kMagic)
        return "the bytes are no Ethos-U program";
    if (header.total_bytes != bytes.size())
        return "the program has another size than its header says";
    if (checksum(header, bytes.subspan(sizeof(Header))) != header.checksum)
        return "the checksum does not fit the bytes";
    return nullptr;
}

const char *check_header(const Header &header)
{
    if (std::ranges::find(header.target, '\0') == header.target.end())
        return "the target name has no end";
    if (header.word_count == 0 || header.word_count > kMaxWords || header.port_count > kMaxPorts ||
        header.relocation_count > header.word_count || header.constants_bytes > kMaxSpaceBytes || header.scratch_bytes > kMaxSpaceBytes ||
        header.scratch_bytes < kScratchHeaderBytes)
        return "a count is beyond its bound";
    if (Sections(header).end != header.total_bytes)
        return "the sections do not add up to the size";
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
    size_t next = 0; // relocation; they are in word order
    size_t last = 0; // index of the latest command
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

const char *read_tables(std::span<const uint8_t> bytes, const Header &header, const Sections &sections, BlobView &blob)
{
    for (uint32_t i = 0; i < header.port_count; ++i) {
        const auto record = get<PortRecord>(bytes, sections.ports + i * sizeof(PortRecord));
        if (record.size_bytes == 0 || record.size_bytes > kMaxSpaceBytes)
            return "a port's size is beyond its bound";
        blob.ports.push_back({record.size_bytes, record.is_output != 0});
    }
    for (uint32_t i = 0; i < header.relocation_count; ++i) {
        const auto record = get<RelocationRecord>(bytes, sections.relocations + i * sizeof(RelocationRecord));
        blob.relocations.push_back({record.region_word, record.address_word, record.port, record.offset_bytes});
        if (const char *why = check_relocation(blob, blob.relocations.back()))
            return why;
    }
    return check_words(blob);
}

} // namespace

std::vector<uint8_t> write_blob(const Program &program)
{
    Header header{};
    header.magic = kMagic;
    header.version = kVersion;
    std::strncpy(header.target.data(), kTarget, header.target.size() - 1);
    header.constants_bytes = program.constants.size();
    header.scratch_bytes = program.scratch_bytes;
    header.word_count = static_cast<uint32_t>(program.stream.words.size());
    header.relocation_count = static_cast<uint32_t>(program.stream.relocations.size());
    header.port_count = static_cast<uint32_t>(program.ports.size());
    const Sections sections(header);

    std::vector<uint8_t> out(sections.end);
    std::ranges::copy(std::as_bytes(std::span(program.stream.words)), reinterpret_cast<std::byte *>(out.data() + sections.words));
    uint64_t at = sections.relocations;
    for (const Relocation &relocation : program.stream.relocations) {
        put(out, at, RelocationRecord{relocation.region_word, relocation.address_word, relocation.port, 0, relocation.offset_bytes});
        at += sizeof(RelocationRecord);
    }
    at = sections.ports;
    for (const PortInfo &port : program.ports) {
        put(out, at, PortRecord{port.size_bytes, port.is_output ? 1u : 0u, 0});
        at += sizeof(PortRecord);
    }
    std::ranges::copy(program.constants, out.begin() + static_cast<int64_t>(sections.constants));
    put(out, 0, header);
    seal_blob(out);
    return out;
}

void seal_blob(std::span<uint8_t> bytes)
{
    if (bytes.size() < sizeof(Header))
        return;
    auto header = get<Header>(bytes, 0);
    header.total_bytes = bytes.size();
    header.checksum = checksum(header, bytes.subspan(sizeof(Header)));
    put(bytes, 0, header);
}

std::optional<BlobView> read_blob(std::span<const uint8_t> bytes, const char *&why)
{
    if (bytes.size() < sizeof(Header)) {
        why = "the bytes are shorter than a header";
        return std::nullopt;
    }
    const auto header = get<Header>(bytes, 0);
    why = check_intact(header, bytes);
    if (why != nullptr)
        return std::nullopt;
    BlobView blob;
    if (header.version != kVersion) {
        blob.is_foreign = true;
        return blob;
    }
    why = check_header(header);
    if (why != nullptr)
        return std::nullopt;
    blob.target = header.target.data();
    blob.is_foreign = blob.target != kTarget;
    if (blob.is_foreign)
        return blob;

    const Sections sections(header);
    blob.words.resize(header.word_count);
    std::memcpy(blob.words.data(), bytes.data() + sections.words, blob.words.size() * sizeof(uint32_t));
    blob.constants = bytes.subspan(sections.constants, header.constants_bytes);
    blob.scratch_bytes = header.scratch_bytes;
    why = read_tables(bytes, header, sections, blob);
    if (why != nullptr)
        return std::nullopt;
    return blob;
}

} // namespace accel::ethosu
