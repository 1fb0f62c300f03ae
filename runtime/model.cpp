// SPDX-License-Identifier: MIT
#include "model.h"

#include "check.h"
#include "graph_check.h"
#include "instance.h"
#include "model_import.h"

accel_model::accel_model(accel_instance *instance, accel::runtime::Graph graph, std::unique_ptr<accel::runtime::ModelSource> source)
    : Object(accel::runtime::ObjectType::Model), instance_(instance), source_(std::move(source)), graph_(std::move(graph)), desc_(graph_)
{
    instance_->ref();
}

accel_model::~accel_model()
{
    source_.reset();
    instance_->unref();
}

void accel_model::let_go() { instance_->unref(); }

accel::runtime::ConstantBounds accel_model::bounds() const
{
    if (source_) return source_->bounds();
    accel::runtime::ConstantBounds bounds;
    for (const accel::runtime::Tensor &tensor : graph_.tensors) bounds.model_bytes += tensor.data_bytes;
    return bounds;
}

namespace accel::runtime {

accel_status make_model(accel_instance *instance, const accel_graph_desc &desc, std::unique_ptr<ModelSource> source, accel_model **out_model)
{
    ACCEL_TRY(check_structure(desc));
    Graph graph = copy_graph(desc);
    ACCEL_TRY(check_rules(graph));
    *out_model = new accel_model(instance, std::move(graph), std::move(source));
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime

using namespace accel::runtime;

extern "C" {

enum accel_status accel_model_create(struct accel_instance *instance, const struct accel_model_desc *desc, struct accel_model **out_model)
{
    if (!out_model) return fail_null("out_model");
    *out_model = nullptr;
    ACCEL_TRY(check_handle(instance, "instance"));
    accel_model_desc given{};
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    accel_graph_desc graph{};
    ACCEL_TRY(copy_in(given.graph, &graph, "desc.graph"));
    return guarded([&] {
        ACCEL_TRY(make_model(instance, graph, nullptr, out_model));
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

const struct accel_graph_desc *accel_model_graph(struct accel_model *model)
{
    return check_handle(model, "model") == ACCEL_STATUS_OK ? &model->desc() : nullptr;
}

}  // extern "C"
