// SPDX-License-Identifier: MIT
// Verifies the file, and reads its main subgraph.
#include "import.h"

#include "common/door.h"
#include "common/external.h"
#include "common/failure.h"
#include "translation.h"

#include <cstring>

namespace accel::tflite {
namespace {

using namespace importer;

/// Tables are read where they lie, which has to be aligned as their writer had it.
std::span<const char> aligned(const accel_bk_source &source, const ConstantStore &store)
{
    const std::span<const char> bytes(static_cast<const char *>(source.bytes), source.byte_count);
    if (reinterpret_cast<uintptr_t>(bytes.data()) % File::kAlignBytes == 0 || bytes.empty()) {
        return bytes;
    }
    store.host.charge(bytes.size(), text("a copy of the file, whose bytes begin at no multiple of ", File::kAlignBytes));
    void *copy = store.memory.allocate(bytes.size(), File::kAlignBytes);
    std::memcpy(copy, bytes.data(), bytes.size());
    return {static_cast<const char *>(copy), bytes.size()};
}

const accel_graph_desc *read(Host &host, const accel_bk_source &source, ModelMemory &memory)
{
    ExternalFiles files(host);
    ConstantStore store{memory, host, files};
    const File file(aligned(source, store));
    host.look(0, 1);
    Graph graph(memory);
    Translation(file, host, store, graph).run();
    const std::string_view name = text_of(file.main().name());
    const accel_graph_desc *assembled = assemble(graph, is_text(name) ? name : std::string_view("main"), [&] { host.pace(1, 1); });
    graph.clear([&] { host.look(1, 1); });
    return assembled;
}

}  // namespace

accel_status import_model(const accel_bk_host *host, const accel_bk_source *source, accel_bk_model **out_model) noexcept
{
    return importer::import_model("tflite", host, *source, read, out_model);
}

uint32_t probe(const void *bytes, uint64_t byte_count) noexcept
{
    return byte_count >= 8 && std::memcmp(static_cast<const char *>(bytes) + 4, schema::ModelIdentifier(), 4) == 0 ? 100 : 0;
}

}  // namespace accel::tflite
