// SPDX-License-Identifier: MIT
#include "blob.h"

#include "host.h"

#include <cstddef>
#include <cstring>

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
    uint32_t reserved;
    uint64_t graph_bytes;
    uint64_t checksum; // of the members above and everything behind the header
};

constexpr char kMagic[8] = {'A', 'C', 'C', 'E', 'L', 'C', 'P', 'U'};
constexpr uint32_t kVersion = 1;
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

} // namespace

std::vector<uint8_t> write_blob(const accel_graph_desc &graph, uint32_t threads, std::vector<uint32_t> &referenced)
{
    const std::vector<uint8_t> flat = graph::flatten(graph, {.inline_limit_bytes = kInlineLimitBytes}, &referenced);
    pulse();
    std::vector<uint64_t> sizes;
    for (const uint32_t tensor : referenced)
        sizes.push_back(graph::tensor_at(graph, tensor).data_bytes);
    const size_t table = sizes.size() * sizeof(uint64_t);
    std::vector<uint8_t> bytes(sizeof(Header) + table + flat.size());
    if (table != 0)
        std::memcpy(bytes.data() + sizeof(Header), sizes.data(), table);
    std::memcpy(bytes.data() + sizeof(Header) + table, flat.data(), flat.size());
    Header header{};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    header.version = kVersion;
    header.threads = threads;
    header.constant_count = static_cast<uint32_t>(sizes.size());
    std::memcpy(bytes.data(), &header, sizeof header);
    seal_blob(bytes);
    return bytes;
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
    if (checksum(header, body, rest) != header.checksum || header.reserved != 0) {
        error = "the blob's checksum does not fit its bytes";
        return BlobState::kCorrupt;
    }
    blob.threads = header.threads;
    blob.constant_bytes.resize(header.constant_count);
    if (table != 0)
        std::memcpy(blob.constant_bytes.data(), body, table);
    blob.graph = body + table;
    blob.graph_bytes = header.graph_bytes;
    return BlobState::kGood;
}

} // namespace accel::cpu
