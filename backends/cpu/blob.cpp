// SPDX-License-Identifier: MIT
#include "blob.h"

#include <accel/graph/description.h>

#include "host.h"
#include "memory.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>

namespace accel::cpu
{
namespace
{

// Little-endian on every machine that runs this backend; a blob is for one kind of machine anyway.
struct Header {
    char magic[8];
    uint32_t version;
    uint32_t threads;
    uint32_t constant_count;
    uint32_t graph_count;
    uint64_t graph_bytes; // of what is behind the table of constants
    uint64_t checksum; // of the members above and everything behind the header
};

constexpr char kMagic[8] = {'A', 'C', 'C', 'E', 'L', 'C', 'P', 'U'};
constexpr uint32_t kVersion = 2;
constexpr uint64_t kInlineLimitBytes = 64;

// FNV-1a: finds accidents, not malice.
uint64_t checksum(const Header &header, const uint8_t *body, uint64_t count)
{
    uint64_t hash = 0xcbf29ce484222325u;
    const auto add = [&hash](const uint8_t *bytes, uint64_t size) {
        for (uint64_t i = 0; i < size; ++i)
            hash = (hash ^ bytes[i]) * 0x100000001b3u;
    };
    add(reinterpret_cast<const uint8_t *>(&header), offsetof(Header, checksum));
    add(body, count);
    return hash;
}

// In front of each graph; behind it the numbers of its constants, then the graph, each at a multiple of 8.
struct GraphHeader {
    uint64_t flat_bytes;
    uint32_t reference_count;
    uint32_t reserved;
};

template <class T> void put(std::vector<uint8_t> &bytes, const T &value)
{
    const auto *start = reinterpret_cast<const uint8_t *>(&value);
    bytes.insert(bytes.end(), start, start + sizeof value);
}

// False: the graphs do not fill the bytes, or refer to constants that are not there.
bool read_graphs(const uint8_t *bytes, uint64_t byte_count, uint32_t graph_count, Blob &blob)
{
    uint64_t at = 0;
    for (uint32_t g = 0; g < graph_count; ++g) {
        GraphHeader header;
        if (byte_count - at < sizeof header)
            return false;
        std::memcpy(&header, bytes + at, sizeof header);
        at += sizeof header;
        const uint64_t references = round_up(uint64_t{header.reference_count} * sizeof(uint32_t), sizeof(uint64_t));
        if (header.reserved != 0 || references > byte_count - at || header.flat_bytes > byte_count - at - references)
            return false;
        BlobGraph &graph = blob.graphs.emplace_back();
        graph.constants.resize(header.reference_count);
        if (header.reference_count != 0)
            std::memcpy(graph.constants.data(), bytes + at, header.reference_count * sizeof(uint32_t));
        for (const uint32_t constant : graph.constants)
            if (constant >= blob.constant_bytes.size())
                return false;
        graph.bytes = bytes + at + references;
        graph.byte_count = header.flat_bytes;
        at += references + std::min(round_up(header.flat_bytes, sizeof(uint64_t)), byte_count - at - references);
    }
    return at == byte_count;
}

} // namespace

std::vector<uint8_t> write_blob(std::span<const accel_graph_desc *const> graphs, uint32_t threads, std::vector<accel_bk_constant_place> &referenced)
{
    std::map<std::pair<const void *, uint64_t>, uint32_t> numbers;
    std::vector<uint64_t> sizes;
    std::vector<uint8_t> body;
    for (uint32_t g = 0; g < graphs.size(); ++g) {
        std::vector<uint32_t> tensors;
        const std::vector<uint8_t> flat = graph::flatten(*graphs[g], {.inline_limit_bytes = kInlineLimitBytes}, &tensors);
        pulse();
        put(body, GraphHeader{flat.size(), static_cast<uint32_t>(tensors.size()), 0});
        for (const uint32_t tensor : tensors) {
            const accel_tensor_desc described = graph::tensor_at(*graphs[g], tensor);
            const auto [known, is_new] = numbers.emplace(std::pair(described.data, described.data_bytes), static_cast<uint32_t>(sizes.size()));
            put(body, known->second);
            if (!is_new)
                continue;
            sizes.push_back(described.data_bytes);
            referenced.push_back({g, tensor, ACCEL_BK_CONSTANT_PART_VALUES, 0});
        }
        body.resize(round_up(body.size(), sizeof(uint64_t)));
        body.insert(body.end(), flat.begin(), flat.end());
        body.resize(round_up(body.size(), sizeof(uint64_t)));
    }
    Header header{};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    header.version = kVersion;
    header.threads = threads;
    header.constant_count = static_cast<uint32_t>(sizes.size());
    header.graph_count = static_cast<uint32_t>(graphs.size());
    std::vector<uint8_t> bytes;
    put(bytes, header);
    for (const uint64_t size : sizes)
        put(bytes, size);
    bytes.insert(bytes.end(), body.begin(), body.end());
    seal_blob(bytes);
    return bytes;
}

std::vector<accel_bk_constant> constants_of(const BlobGraph &graph, const accel_bk_constant *constants)
{
    std::vector<accel_bk_constant> own;
    for (const uint32_t constant : graph.constants)
        own.push_back(constants[constant]);
    return own;
}

void seal_blob(std::span<uint8_t> bytes)
{
    Header header;
    if (bytes.size() < sizeof header)
        return;
    std::memcpy(&header, bytes.data(), sizeof header);
    header.graph_bytes = bytes.size() - sizeof header - uint64_t{header.constant_count} * sizeof(uint64_t);
    header.checksum = checksum(header, bytes.data() + sizeof header, bytes.size() - sizeof header);
    std::memcpy(bytes.data(), &header, sizeof header);
}

BlobState read_blob(const void *bytes, uint64_t byte_count, Blob &blob, std::string &error)
{
    Header header;
    if (bytes == nullptr || byte_count < sizeof header) {
        error = "the blob has " + std::to_string(byte_count) + " bytes, its header alone needs " + std::to_string(sizeof header);
        return BlobState::kCorrupt;
    }
    std::memcpy(&header, bytes, sizeof header);
    if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) {
        error = "the blob is not one of the cpu module";
        return BlobState::kForeign;
    }
    if (header.version != kVersion) {
        error = "the blob has version " + std::to_string(header.version) + ", this module reads " + std::to_string(kVersion);
        return BlobState::kForeign;
    }
    const uint64_t rest = byte_count - sizeof header, table = uint64_t{header.constant_count} * sizeof(uint64_t);
    if (table > rest || header.graph_bytes != rest - table) {
        error = "the blob says " + std::to_string(header.graph_bytes) + " bytes of graph, but " + std::to_string(byte_count) +
                " bytes were given";
        return BlobState::kCorrupt;
    }
    const auto *body = static_cast<const uint8_t *>(bytes) + sizeof header;
    if (checksum(header, body, rest) != header.checksum) {
        error = "the blob's checksum does not fit its bytes";
        return BlobState::kCorrupt;
    }
    blob.threads = header.threads;
    blob.constant_bytes.resize(header.constant_count);
    if (table != 0)
        std::memcpy(blob.constant_bytes.data(), body, table);
    if (header.graph_count == 0 || !read_graphs(body + table, header.graph_bytes, header.graph_count, blob)) {
        error = "the blob says that it has " + std::to_string(header.graph_count) + " graphs, which its bytes do not hold";
        return BlobState::kCorrupt;
    }
    return BlobState::kGood;
}

} // namespace accel::cpu
