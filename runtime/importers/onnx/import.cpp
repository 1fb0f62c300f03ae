// SPDX-License-Identifier: MIT
// Reads the outermost message, its operator sets and its graph.
#include "import.h"

#include "common/door.h"
#include "common/external.h"
#include "common/failure.h"
#include "common/host.h"
#include "common/memory.h"
#include "proto.h"
#include "quantization.h"
#include "tensor.h"
#include "translation.h"

namespace accel::onnx {
namespace {

class Import {
public:
    Import(Host &host, const accel_bk_source &source, ModelMemory &memory) : source_(source),
                                                                             host_(host),
                                                                             files_(host_),
                                                                             graph_(memory),
                                                                             store_{memory, host_, files_} {}

    const accel_graph_desc *run()
    {
        const char *begin = static_cast<const char *>(source_.bytes);
        const ModelProto proto = read_model({begin, {begin, source_.byte_count}});
        if (!proto.graph) {
            corrupt("ModelProto has no graph (", source_.byte_count, " bytes)");
        }
        GraphProto graph = read_graph(*proto.graph);
        host_.look(0, 1);
        read_operator_sets(proto);
        const Functions functions(proto.functions, opsets_, graph_.memory);
        Reading reading{host_, source_.byte_count, opsets_, functions, store_};
        const std::string_view name = graph.name;
        Translation(reading, graph_).run(std::move(graph));
        const Pace pace = [this] { host_.pace(1, 1); };
        settle_quantization(graph_, pace);
        const accel_graph_desc *assembled = assemble(graph_, name, pace);
        graph_.clear([this] { host_.look(1, 1); });
        return assembled;
    }

private:
    void read_operator_sets(const ModelProto &proto)
    {
        for (const OperatorSet &set : proto.operator_sets) {
            const std::string_view domain = domain_of(set.domain);
            const auto [known, added] = opsets_.emplace(domain, set.version);
            if (!added && known->second != set.version) {
                corrupt("opset_import names domain '", set.domain, "' twice");
            }
        }
        // IR versions 1 and 2 had no opset_import; opset 1 was meant.
        if (opsets_.empty()) {
            opsets_.emplace("", 1);
        }
    }

    const accel_bk_source &source_;
    Host &host_;
    ExternalFiles files_;
    OperatorSets opsets_;
    Graph graph_;
    ConstantStore store_;
};

}  // namespace

accel_status import_model(const accel_bk_host *host, const accel_bk_source &source, accel_bk_model **out_model) noexcept
{
    const auto read = [](Host &asked, const accel_bk_source &from, ModelMemory &memory) { return Import(asked, from, memory).run(); };
    return importer::import_model("onnx", host, source, read, out_model);
}

uint32_t probe(const void *bytes, uint64_t byte_count) noexcept
{
    // A ModelProto has no magic number. Every known writer begins with field 1, ir_version, a small number, and goes on with another
    // field of ModelProto.
    const auto *begin = static_cast<const unsigned char *>(bytes);
    if (byte_count < 3 || begin[0] != 0x08 || begin[1] == 0 || begin[1] > 0x20) {
        return 0;
    }
    const unsigned field = begin[2] >> 3;
    const unsigned wire_type = begin[2] & 7;
    const bool of_model = (wire_type == 2 && (field == 2 || field == 3 || field == 4 || field == 6 || field == 7 || field == 8 || field == 14)) ||
                          (wire_type == 0 && field == 5);
    return of_model ? 80 : 0;
}

}  // namespace accel::onnx
