// SPDX-License-Identifier: MIT
#include "import.h"

#include "external.h"
#include "failure.h"
#include "graph.h"
#include "host.h"
#include "memory.h"
#include "node.h"
#include "order.h"
#include "ops/ops.h"
#include "proto.h"
#include "tensor.h"
#include "types.h"

#include <algorithm>
#include <map>
#include <memory>
#include <unordered_set>

namespace accel::onnx {
namespace {

constexpr int64_t kOpsetMin = 1;
constexpr int64_t kOpsetMax = 28;
constexpr size_t kValuesMax = size_t{1} << 22;

/// An imported model: what its graph points to, freed together.
struct ImportedModel {
    accel_bk_model base{};
    ModelMemory memory;
};

void release_model(accel_bk_model* model) {
    if (model != nullptr) {
        delete reinterpret_cast<ImportedModel*>(model);
    }
}

class Import {
public:
    Import(const accel_bk_host* host, const accel_bk_source& source, ImportedModel& model)
        : source_(source), host_(host, source), files_(host_), graph_(model.memory), store_{model.memory, host_, files_} {}

    const accel_graph_desc* run() {
        const char* begin = static_cast<const char*>(source_.bytes);
        const ModelProto proto = read_model({begin, {begin, source_.byte_count}});
        if (!proto.graph) {
            corrupt("ModelProto has no graph (", source_.byte_count, " bytes)");
        }
        proto_ = read_graph(*proto.graph);
        host_.look(0, 1);
        read_operator_sets(proto);
        if (proto_.nodes.size() + proto_.initializers.size() > kValuesMax) {
            unsupported(proto_.nodes.size(), " nodes and ", proto_.initializers.size(), " initializers; together at most ", kValuesMax);
        }
        live_ = live_parts(proto_, host_);
        if (std::count(live_.sparse_initializers.begin(), live_.sparse_initializers.end(), true) != 0) {
            unsupported("sparse initializers");
        }
        graph_.expect(proto_.initializers.size() + proto_.inputs.size() + proto_.nodes.size());
        add_initializers();
        add_inputs();
        translate_nodes();
        add_outputs();
        const Pace pace = [this] { host_.pace(1, 1); };
        settle_quantization(graph_, pace);
        const accel_graph_desc* assembled = assemble(graph_, proto_.name, pace);
        graph_.clear([this] { host_.look(1, 1); });
        return assembled;
    }

private:
    void read_operator_sets(const ModelProto& proto) {
        for (const OperatorSet& set : proto.operator_sets) {
            const std::string_view domain = set.domain == "ai.onnx" ? std::string_view() : set.domain;
            const auto [known, added] = opsets_.emplace(domain, set.version);
            if (!added && known->second != set.version) {
                corrupt("opset_import names domain '", set.domain, "' twice");
            }
        }
        // IR versions 1 and 2 had no opset_import; opset 1 was meant.
        const auto own = opsets_.find("");
        const int64_t version = own == opsets_.end() ? (opsets_.empty() ? 1 : 0) : own->second;
        if (version != 0 && (version < kOpsetMin || version > kOpsetMax)) {
            unsupported("opset ", version, " of ai.onnx; ", kOpsetMin, " to ", kOpsetMax, " are understood, and a converter can bring the model there");
        }
    }

    void add_initializers() {
        for (size_t i = 0; i < proto_.initializers.size(); ++i) {
            if (!live_.initializers[i]) {
                continue;
            }
            const Bytes bytes = proto_.initializers[i];
            host_.pace(bytes.offset(), source_.byte_count);
            const TensorProto tensor = read_tensor(bytes);
            const ConstantData constant = read_constant(tensor, store_);
            Value value;
            value.name = tensor.name;
            value.data_type = constant.data_type;
            value.type = accel_type_of(constant.data_type);
            value.dims = constant.dims;
            value.data = constant.data;
            value.data_bytes = constant.size_bytes;
            graph_.add_named(std::move(value));
        }
    }

    accel_dim dimension(const ValueInfoProto& info, size_t axis) {
        const DimensionProto& dim = info.dims[axis];
        if (dim.size && (*dim.size < 0 || *dim.size > kSizeMax)) {
            // Some exporters write -1 for a size that is open.
            if (*dim.size == -1) {
                return symbol_dim(graph_.unnamed_symbol(info.name, axis));
            }
            corrupt("input '", info.name, "' at byte ", info.offset, " has a dimension of ", *dim.size);
        }
        if (dim.size) {
            return fixed_dim(*dim.size);
        }
        // Paddle's exporter writes one "?" for every size that is open.
        return symbol_dim(dim.name.empty() || dim.name == "?" ? graph_.unnamed_symbol(info.name, axis) : graph_.symbol(dim.name));
    }

    void add_inputs() {
        std::unordered_set<std::string_view> constants;
        for (const Bytes bytes : proto_.initializers) {
            constants.insert(read_tensor_name(bytes));
        }
        for (const Bytes bytes : proto_.inputs) {
            const ValueInfoProto info = read_value_info(bytes);
            if (info.name.empty()) {
                corrupt("graph input at byte ", info.offset, " has no name");
            }
            // Up to IR version 3 every initializer is listed as an input too: it is a constant.
            if (constants.count(info.name) != 0) {
                continue;
            }
            if (graph_.find(info.name) != kNoValue) {
                corrupt("two graph inputs are named '", info.name, "'");
            }
            if (!info.is_tensor) {
                unsupported("graph input '", info.name, "' is no tensor");
            }
            if (!info.has_shape) {
                unsupported("graph input '", info.name, "' has no shape, not even a rank");
            }
            if (info.dims.size() > kRankMax) {
                unsupported("graph input '", info.name, "' has rank ", info.dims.size(), "; the limit is ", kRankMax);
            }
            if (!is_known(info.data_type)) {
                corrupt("graph input '", info.name, "' at byte ", info.offset, " has ", name_of(info.data_type));
            }
            Value value;
            value.name = info.name;
            value.data_type = info.data_type;
            value.type = accel_type_of(info.data_type);
            if (value.type == 0) {
                unsupported("graph input '", info.name, "' has element type ", name_of(info.data_type));
            }
            for (size_t axis = 0; axis < info.dims.size(); ++axis) {
                value.dims.push_back(dimension(info, axis));
            }
            if (all_fixed(value.dims) && !element_count(value.dims)) {
                corrupt("graph input '", info.name, "' of ", to_text(value.dims), " has more elements than any memory holds");
            }
            graph_.inputs.push_back(graph_.add_named(std::move(value)));
        }
    }

    void translate_nodes() {
        size_t done = 0;
        for (const uint32_t position : live_.nodes) {
            host_.pace(done++, live_.nodes.size());
            NodeProto node = read_node(proto_.nodes[position]);
            for (const std::string_view output : node.outputs) {
                node.is_read.push_back(live_.is_read(output));
            }
            if (node.operation.empty()) {
                corrupt("node ", position, " at byte ", node.offset, " has no op_type");
            }
            translate(node, position);
            if (graph_.value_count() > kValuesMax) {
                unsupported("more than ", kValuesMax, " values");
            }
        }
    }

    void translate(const NodeProto& proto, size_t position) {
        const std::string_view domain = proto.domain == "ai.onnx" ? std::string_view() : proto.domain;
        const auto opset = opsets_.find(domain);
        if (opset == opsets_.end()) {
            corrupt("node ", position, " '", proto.name, "' (", proto.operation, ") at byte ", proto.offset, " is of domain '",
                    proto.domain.empty() ? "ai.onnx" : proto.domain, "', which opset_import does not name");
        }
        Node node(proto, position, proto_.nodes.size(), opset->second, graph_, store_);
        const Translate translator = find_operator(domain, proto.operation);
        if (translator == nullptr) {
            node.fail_unsupported("no such operation here");
        }
        if (domain.empty() && opset->second < 6) {
            node.ignore_attribute("consumed_inputs");  // which operands may be overwritten; no value depends on it
        }
        translator(node);
        node.expect_all_understood();
    }

    /// A graph output has to come out of an operation: constants and values that are known under two names go through an IDENTITY.
    void add_outputs() {
        std::unordered_set<ValueId> seen;
        for (const Bytes bytes : proto_.outputs) {
            const ValueInfoProto info = read_value_info(bytes);
            const ValueId id = graph_.find(info.name);
            if (id == kNoValue || info.name.empty()) {
                corrupt("graph output '", info.name, "' at byte ", info.offset, " is made by nothing");
            }
            if (!seen.insert(id).second) {
                corrupt("two graph outputs are named '", info.name, "'");
            }
            if (graph_.value(id).type == 0) {
                unsupported("graph output '", info.name, "' has element type ", name_of(graph_.value(id).data_type));
            }
            check_declaration(info, graph_.value(id));
            graph_.outputs.push_back(graph_.value(id).is_constant() ? through_identity(id) : id);
        }
        if (graph_.outputs.empty()) {
            corrupt("the graph has no outputs");
        }
    }

    void check_declaration(const ValueInfoProto& info, const Value& value) const {
        if (info.is_tensor && info.data_type != DataType::kUndefined && info.data_type != value.data_type) {
            corrupt("graph output '", info.name, "' is declared as ", name_of(info.data_type), ", but the nodes make ", name_of(value.data_type));
        }
        bool differs = info.has_shape && info.dims.size() != value.dims.size();
        for (size_t i = 0; info.has_shape && !differs && i < info.dims.size(); ++i) {
            differs = info.dims[i].size && *info.dims[i].size >= 0 && is_fixed(value.dims[i]) && *info.dims[i].size != value.dims[i].size;
        }
        if (differs) {
            host_.log(ACCEL_LOG_LEVEL_WARNING, text("graph output '", info.name, "' is declared with another shape than the ", to_text(value.dims), " that the nodes make"));
        }
    }

    ValueId through_identity(ValueId constant) {
        Value& from = graph_.value(constant);
        if (from.type == 0 || (ops::kMovedTypes >> from.type & 1) == 0) {
            unsupported("graph output '", from.name, "' is a constant of type ", name_of(from.data_type));
        }
        Value to;
        to.name = from.name;
        to.data_type = from.data_type;
        to.type = from.type;
        to.dims = from.dims;
        from.name = {};  // the port has the name now
        const char* name = graph_.memory.copy_string(to.name);
        const ValueId id = graph_.add(std::move(to));
        graph_.operations.push_back({ACCEL_OPERATION_IDENTITY, name, {constant}, {id}, {}, ACCEL_ROUNDING_NONE});
        return id;
    }

    const accel_bk_source& source_;
    Host host_;
    ExternalFiles files_;
    Graph graph_;
    ConstantStore store_;
    GraphProto proto_;
    LiveParts live_;
    std::map<std::string_view, int64_t> opsets_;
};

accel_status report(const accel_bk_host* host, const accel_bk_source& source, accel_status status, const char* message) noexcept {
    if (host == nullptr || host->set_error == nullptr) {
        return status;
    }
    const char* rule = status == ACCEL_STATUS_CORRUPT ? "G-9" : status == ACCEL_STATUS_PERMISSION ? "G-13" : status == ACCEL_STATUS_CANCELLED ? "P-5" : "";
    try {
        const char* name = source.name == nullptr ? "" : source.name;
        host->set_error(host->context, rule, text(name, *name == '\0' ? "" : ": ", message).c_str());
    } catch (...) {
        host->set_error(host->context, rule, message);
    }
    return status;
}

}  // namespace

accel_status import_model(const accel_bk_host* host, const accel_bk_source& source, accel_bk_model** out_model) noexcept {
    *out_model = nullptr;
    try {
        Host(host, source).fault_point("onnx.import", "the import failed");
        auto model = std::make_unique<ImportedModel>();
        model->base.graph = Import(host, source, *model).run();
        model->base.struct_size = sizeof model->base;
        model->base.release = release_model;
        *out_model = &model.release()->base;
        return ACCEL_STATUS_OK;
    } catch (const ToldFailure& failure) {
        return failure.status();
    } catch (const Failure& failure) {
        return report(host, source, failure.status(), failure.what());
    } catch (const std::bad_alloc&) {
        return report(host, source, ACCEL_STATUS_OUT_OF_MEMORY, "no memory to import the model");
    } catch (const std::exception& error) {
        return report(host, source, ACCEL_STATUS_INTERNAL, error.what());
    }
}

uint32_t probe(const void* bytes, uint64_t byte_count) noexcept {
    // A ModelProto has no magic number. Every known writer begins with field 1, ir_version, a small number, and goes on with another
    // field of ModelProto.
    const auto* begin = static_cast<const unsigned char*>(bytes);
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
