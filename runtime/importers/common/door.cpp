// SPDX-License-Identifier: MIT
// Runs a reader, and makes its exception a status and a sentence.
#include "door.h"

#include "failure.h"

#include <accel/border/guard.h>

#include <memory>

namespace accel::importer {
namespace {

/// An imported model: what its graph points to, freed together.
struct ImportedModel {
    accel_bk_model base{};
    accel_entry_desc entry{"", nullptr};  // a file has one
    ModelMemory memory;
};

void release_model(accel_bk_model *model)
{
    if (model != nullptr) {
        delete reinterpret_cast<ImportedModel *>(model);
    }
}

const char *rule_of(accel_status status)
{
    switch (status) {
    case ACCEL_STATUS_CORRUPT: return "G-9";
    case ACCEL_STATUS_PERMISSION: return "G-13";
    case ACCEL_STATUS_CANCELLED: return "P-5";
    default: return "";
    }
}

accel_status report(const accel_bk_host *host, const accel_bk_source &source, accel_status status, const char *message) noexcept
{
    if (host == nullptr || host->set_error == nullptr) {
        return status;
    }
    try {
        const char *name = source.name == nullptr ? "" : source.name;
        host->set_error(host->context, rule_of(status), text(name, *name == '\0' ? "" : ": ", message).c_str());
    } catch (...) {
        host->set_error(host->context, rule_of(status), message);
    }
    return status;
}

/// Inside of a handler.
accel_status report_thrown(const accel_bk_host *host, const accel_bk_source &source) noexcept
{
    try {
        throw;
    } catch (const ToldFailure &failure) {
        return failure.status();
    } catch (const Failure &failure) {
        return report(host, source, failure.status(), failure.what());
    } catch (...) {
        const border::Caught caught = border::caught();
        return report(host, source, caught.status, caught.status == ACCEL_STATUS_OUT_OF_MEMORY ? "no memory to import the model" : caught.what);
    }
}

}  // namespace

accel_status import_model(const char *format, const accel_bk_host *host, const accel_bk_source &source, ReadModel read, accel_bk_model **out_model) noexcept
{
    *out_model = nullptr;
    const auto body = [&]() -> accel_status {
        Host asked(format, host, source);
        asked.fault_point("import", "the import failed");
        auto model = std::make_unique<ImportedModel>();
        model->entry.graph = read(asked, source, model->memory);
        model->base.entries = &model->entry;
        model->base.entry_count = 1;
        model->base.struct_size = sizeof model->base;
        model->base.release = release_model;
        *out_model = &model.release()->base;
        return ACCEL_STATUS_OK;
    };
    return border::guarded(body, [&] { return report_thrown(host, source); });
}

}  // namespace accel::importer
