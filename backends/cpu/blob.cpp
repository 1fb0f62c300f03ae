// SPDX-License-Identifier: MIT
// Writes blobs, and reads them back without trusting a byte.
#include "blob.h"

#include "host.h"

#include "module/bytes.h"

#include <accel/graph/description.h>

#include <map>
#include <utility>

namespace accel::cpu {
namespace {

constexpr uint64_t kInlineLimitBytes = 64;

// Behind the seal; behind it the sizes of the constants.
struct Header {
    uint32_t threads;
    uint32_t constant_count;
    uint32_t graph_count;
    uint32_t reserved;  // 0
};

// In front of each graph; behind it the numbers of its constants, then the graph, each at a multiple of 8.
struct GraphHeader {
    uint64_t flat_bytes;
    uint32_t reference_count;
    uint32_t reserved;
};

bool read_graph(module::Reader &reader, BlobGraph &graph)
{
    GraphHeader header;
    std::span<const uint8_t> flat;
    if (!reader.get(header) || header.reserved != 0 || !reader.get(graph.constants, header.reference_count) || !reader.align(sizeof(uint64_t)) ||
        !reader.view(header.flat_bytes, flat) || !reader.align(sizeof(uint64_t)))
        return false;
    graph.bytes = flat.data();
    graph.byte_count = flat.size();
    return true;
}

// False: the graphs do not fill the bytes, or refer to constants that are not there.
bool read_graphs(module::Reader &reader, uint32_t graph_count, Blob &blob)
{
    for (uint32_t g = 0; g < graph_count; ++g) {
        BlobGraph &graph = blob.graphs.emplace_back();
        if (!read_graph(reader, graph))
            return false;
        for (const uint32_t constant : graph.constants)
            if (constant >= blob.constant_bytes.size())
                return false;
    }
    return graph_count != 0 && reader.at_end();
}

}  // namespace

std::vector<uint8_t> write_blob(std::span<const accel_graph_desc *const> graphs, uint32_t threads, std::vector<accel_bk_constant_place> &referenced)
{
    std::map<std::pair<const void *, uint64_t>, uint32_t> numbers;
    std::vector<uint64_t> sizes;
    std::vector<uint8_t> body;
    module::Writer writer(body);
    for (uint32_t g = 0; g < graphs.size(); ++g) {
        std::vector<uint32_t> tensors;
        const std::vector<uint8_t> flat = graph::flatten(*graphs[g], {.inline_limit_bytes = kInlineLimitBytes}, &tensors, pulse);
        pulse();
        writer.put(GraphHeader{flat.size(), static_cast<uint32_t>(tensors.size()), 0});
        for (const uint32_t tensor : tensors) {
            const accel_tensor_desc described = graph::tensor_at(*graphs[g], tensor);
            const auto [known, is_new] = numbers.emplace(std::pair(described.data, described.data_bytes), static_cast<uint32_t>(sizes.size()));
            writer.put(known->second);
            if (!is_new)
                continue;
            sizes.push_back(described.data_bytes);
            referenced.push_back({g, tensor, ACCEL_BK_CONSTANT_PART_VALUES, 0});
        }
        writer.align(sizeof(uint64_t));
        writer.put(flat);
        writer.align(sizeof(uint64_t));
    }
    std::vector<uint8_t> bytes = module::begin_sealed();
    module::Writer whole(bytes);
    whole.put(Header{threads, static_cast<uint32_t>(sizes.size()), static_cast<uint32_t>(graphs.size()), 0});
    whole.put(sizes);
    whole.put(body);
    module::seal(kFormat, bytes);
    return bytes;
}

std::vector<accel_bk_constant> constants_of(const BlobGraph &graph, const accel_bk_constant *constants)
{
    std::vector<accel_bk_constant> own;
    for (const uint32_t constant : graph.constants)
        own.push_back(constants[constant]);
    return own;
}

BlobState read_blob(const void *bytes, uint64_t byte_count, Blob &blob, std::string &error)
{
    const std::span given(static_cast<const uint8_t *>(bytes), byte_count);
    const char *why = nullptr;
    if (const BlobState state = module::check_seal(kFormat, given, why); state != BlobState::kGood) {
        error = why;
        return state;
    }
    module::Reader reader(given, module::kSealBytes);
    Header header;
    if (!reader.get(header) || header.reserved != 0 || !reader.get(blob.constant_bytes, header.constant_count)) {
        error = "the blob is too short for its header and its constants";
        return BlobState::kCorrupt;
    }
    blob.threads = header.threads;
    if (!read_graphs(reader, header.graph_count, blob)) {
        error = "the blob says that it has " + std::to_string(header.graph_count) + " graphs, which its bytes do not hold";
        return BlobState::kCorrupt;
    }
    return BlobState::kGood;
}

}  // namespace accel::cpu
