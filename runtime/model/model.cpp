// SPDX-License-Identifier: MIT
// Makes models of checked entry points, and checks what those share.
#include "model.h"

#include <map>
#include <set>

#include "base/check.h"
#include "base/progress.h"
#include "graph/graph_check.h"
#include "import.h"
#include "instance/instance.h"

namespace accel::runtime {

namespace {

constexpr accel_status kBad = ACCEL_STATUS_INVALID_ARGUMENT;

/// What a graph and its regions add to the facts of a model.
class Sum {
public:
    uint64_t constant_bytes = 0;
    uint32_t custom_node_count = 0;
    void add(const Graph &graph)
    {
        for (const Tensor &tensor : graph.tensors)
            if (tensor.constant() && counted_.emplace(tensor.data, tensor.data_bytes, tensor.type).second) constant_bytes += tensor.data_bytes;
        for (const Node &node : graph.nodes) {
            custom_node_count += node.operation == ACCEL_OPERATION_CUSTOM;
            for (const Region &region : node.regions) add(*region.graph);
        }
    }

private:
    std::set<std::tuple<const void *, uint64_t, uint32_t>> counted_;
};

/// What a graph breaks, with the name of its entry point in front.
accel_status check_entry(const std::string &name, const accel_graph_desc *given, Graph *out)
{
    accel_graph_desc desc{};
    accel_status status = copy_in(given, &desc, "entries[].graph");
    if (status == ACCEL_STATUS_OK) status = check_structure(desc);
    if (status == ACCEL_STATUS_OK) {
        *out = copy_graph(desc, pace);
        status = check_rules(*out);
    }
    return fail_in_entry(status, name);
}

/// Free symbols of one name have one range, whatever size an entry point is built for (G-22).
accel_status check_symbols(const std::vector<ModelEntry> &entries)
{
    struct First {
        const ModelEntry *entry;
        const Symbol *symbol;
    };
    std::map<std::string, First> firsts;
    for (const ModelEntry &entry : entries) {
        for (const Symbol &symbol : entry.graph.symbols) {
            if (symbol.kind != ACCEL_SYMBOL_KIND_FREE) continue;
            const First &first = firsts.emplace(symbol.name, First{&entry, &symbol}).first->second;
            const Symbol &other = *first.symbol;
            if (symbol.min_size == other.min_size && symbol.max_size == other.max_size && symbol.multiple == other.multiple) continue;
            return fail(kBad, "G-22", nullptr, "symbol '%s' is %lld to %lld, a multiple of %lld, in entry point '%s', and %lld to %lld, a multiple of %lld, in '%s'; expected one range, or two names",
                        symbol.name.c_str(), static_cast<long long>(symbol.min_size), static_cast<long long>(symbol.max_size), static_cast<long long>(symbol.multiple), entry.name.c_str(),
                        static_cast<long long>(other.min_size), static_cast<long long>(other.max_size), static_cast<long long>(other.multiple), first.entry->name.c_str());
        }
    }
    return ACCEL_STATUS_OK;
}

/// Variables of one name are one (G-12).
accel_status check_shared_variables(const std::vector<ModelEntry> &entries)
{
    struct First {
        const ModelEntry *entry;
        const Tensor *variable;
    };
    std::map<std::string, First> firsts;
    for (const ModelEntry &entry : entries) {
        for (const Tensor &variable : entry.graph.variables) {
            const First &first = firsts.emplace(variable.name, First{&entry, &variable}).first->second;
            const Tensor &other = *first.variable;
            const auto sizes = largest(entry.graph, variable.shape), other_sizes = largest(first.entry->graph, other.shape);
            const char *what = variable.type != other.type                                              ? "type"
                               : *sizes != *other_sizes                                                 ? "shape"
                               : variable.quantization != other.quantization                            ? "quantisation"
                               : variable.data != other.data || variable.data_bytes != other.data_bytes ? "first value"
                                                                                                        : nullptr;
            if (what) return fail(kBad, "G-12", nullptr, "variable '%s' has another %s in entry point '%s' than in '%s'; expected one variable, or two names", variable.name.c_str(), what, entry.name.c_str(),
                                  first.entry->name.c_str());
        }
    }
    return ACCEL_STATUS_OK;
}

}  // namespace

accel_status make_model(accel_instance *instance, std::span<const accel_entry_desc> given, std::unique_ptr<ModelSource> source, accel_model **out_model)
{
    if (given.empty()) return fail(kBad, "G-22", nullptr, "a model has no entry point, expected at least one");
    std::vector<ModelEntry> entries;
    for (const accel_entry_desc &entry : given) {
        if (!entry.name) return fail_null("entries[].name");
        for (const ModelEntry &other : entries)
            if (other.name == entry.name) return fail(kBad, "G-22", nullptr, "two entry points are named '%s', expected a name for each", entry.name);
        ModelEntry &made = entries.emplace_back();
        made.name = entry.name;
        ACCEL_TRY(check_entry(made.name, entry.graph, &made.graph));
    }
    ACCEL_TRY(check_symbols(entries));
    ACCEL_TRY(check_shared_variables(entries));
    *out_model = new accel_model(instance, std::move(entries), std::move(source));
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime

using namespace accel::runtime;

accel_model::accel_model(accel_instance *instance, std::vector<ModelEntry> entries, std::unique_ptr<ModelSource> source)
    : Object(ObjectType::Model),
      instance_(instance),
      source_(std::move(source)),
      entries_(std::move(entries))
{
    Sum sum;
    for (const ModelEntry &entry : entries_) {
        descs_.emplace_back(entry.graph);
        sum.add(entry.graph);
    }
    constant_bytes_ = sum.constant_bytes;
    custom_node_count_ = sum.custom_node_count;
    instance_->ref();
}

accel_model::~accel_model()
{
    source_.reset();
    instance_->unref();
}

void accel_model::let_go() { instance_->unref(); }

ConstantBounds accel_model::bounds() const
{
    if (source_) return source_->bounds();
    ConstantBounds bounds;
    bounds.model_bytes = constant_bytes_;
    return bounds;
}

extern "C" {

enum accel_status accel_model_create(struct accel_instance *instance, const struct accel_model_desc *desc, struct accel_model **out_model)
{
    if (!out_model) return fail_null("out_model");
    *out_model = nullptr;
    ACCEL_TRY(check_handle(instance, "instance"));
    accel_model_desc given{};
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    return guarded([&] {
        std::vector<accel_entry_desc> entries;
        ACCEL_TRY(copy_in_array(given.entries, given.entry_count, given.entry_size, "desc.entries", &entries));
        ACCEL_TRY(make_model(instance, entries, nullptr, out_model));
        (*out_model)->lend({given.release, given.release_user});
        return ACCEL_STATUS_OK;
    });
}

enum accel_status accel_model_import(struct accel_instance *instance, const struct accel_model_source *source, struct accel_model **out_model)
{
    if (!out_model) return fail_null("out_model");
    *out_model = nullptr;
    ACCEL_TRY(check_handle(instance, "instance"));
    accel_model_source given{};
    ACCEL_TRY(copy_in(source, &given, "source"));
    if (given.flags & ~static_cast<uint32_t>(ACCEL_IMPORT_FLAG_COPY))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", instance, "source.flags is 0x%x, which has bits without a meaning", given.flags);
    if (given.reserved) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", instance, "source.reserved is %u, expected 0", given.reserved);
    if (given.release && given.path)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-11", instance, "source.release is set, but the model is a file, which libaccel maps itself; only bytes are lent");
    return guarded([&] {
        ACCEL_TRY(import_model(instance, given, out_model));
        (*out_model)->lend({given.release, given.release_user});
        return ACCEL_STATUS_OK;
    });
}

struct accel_model *accel_model_ref(struct accel_model *model) { return ref_handle(model); }
void accel_model_unref(struct accel_model *model) { unref_handle(model); }

enum accel_status accel_model_query(struct accel_model *model, struct accel_model_info *info)
{
    ACCEL_TRY(check_handle(model, "model"));
    ACCEL_TRY(check_out(info, "info"));
    accel_model_info facts{};
    facts.object_id = model->id();
    facts.constant_bytes = model->constant_bytes();
    facts.entry_count = static_cast<uint32_t>(model->entries().size());
    facts.custom_node_count = model->custom_node_count();
    copy_out(facts, info);
    return ACCEL_STATUS_OK;
}

enum accel_status accel_model_entry(struct accel_model *model, uint32_t entry, struct accel_model_entry_info *info)
{
    ACCEL_TRY(check_handle(model, "model"));
    ACCEL_TRY(check_out(info, "info"));
    if (entry >= model->entries().size())
        return fail(ACCEL_STATUS_NOT_FOUND, "P-4", model, "entry point %u was asked for, the model has %zu", entry, model->entries().size());
    accel_model_entry_info facts{};
    facts.name = model->entries()[entry].name.c_str();
    facts.graph = &model->desc(entry);
    copy_out(facts, info);
    return ACCEL_STATUS_OK;
}

}  // extern "C"
