// SPDX-License-Identifier: MIT
// Opens a model's files, chooses an importer, and hands it what it may ask for.
#include "import.h"

#include <algorithm>

#include "base/check.h"
#include "base/elements.h"
#include "base/module_call.h"
#include "base/progress.h"
#include "file_kind.h"
#include "files/file_set.h"
#include "importer_choice.h"
#include "instance/instance.h"

namespace accel::runtime {

namespace {

/// Parts of the progress bar.
constexpr double kOpened = 0.1, kRead = 0.7;

/// Bytes of a model and the importer's result, which may point into them.
class ImportedSource : public ModelSource {
public:
    ImportedSource(const accel_model_source &given, const FileOptions &options)
        : files_(options),
          given_budget_bytes_(given.constant_budget_bytes),
          budget_(0),
          bytes_(given.bytes),
          byte_count_(given.byte_count)
    {
    }
    ~ImportedSource() override
    {
        if (imported && imported->release) tell_module(importer->name(), "release", [&] { imported->release(imported); });
    }

    /// The file at a path takes the place of the bytes.
    accel_status open(const char *path, Progress &progress)
    {
        const WatchedFile *file = nullptr;
        ACCEL_TRY(files_.open(path, "model", progress, &file));
        bytes_ = file->bytes();
        byte_count_ = file->size_bytes();
        return ACCEL_STATUS_OK;
    }

    const void *bytes() const { return bytes_; }
    uint64_t byte_count() const { return byte_count_; }
    FileSet &files() { return files_; }

    accel_status charge(uint64_t byte_count, const char *purpose)
    {
        budget_.set_limit(ConstantBudget::limit_for(given_budget_bytes_, model_bytes()));
        return budget_.keep(byte_count, purpose);
    }

    const FileSet *watched() const override { return &files_; }
    ConstantBounds bounds() const override { return {given_budget_bytes_, model_bytes(), budget_.used_bytes()}; }

    accel_bk_model *imported = nullptr;
    const Module *importer = nullptr;  ///< who made it

private:
    /// With a path the model's own bytes are one of the files.
    uint64_t model_bytes() const { return std::max<uint64_t>(byte_count_, files_.size_bytes()); }

    FileSet files_;
    const uint64_t given_budget_bytes_;
    ConstantBudget budget_;
    const void *bytes_;
    uint64_t byte_count_;
};

/// What an importer may ask for while it imports.
class ImportServices {
public:
    ImportServices(ImportedSource &of, Progress &heard, const char *model_name) : source(of),
                                                                                  progress(heard),
                                                                                  name(model_name) {}

    ImportedSource &source;
    Progress &progress;
    const std::string name;  ///< of the model, in front of every sentence

    /// A failure of ours that the importer passes on: its sentence becomes the module's.
    template <class Body> static accel_status pass_on(Body &&body)
    {
        const accel_status status = guarded(body);
        if (status != ACCEL_STATUS_OK) set_module_error(accel_last_error()->rule, accel_last_error()->message);
        return status;
    }

    static accel_status map(void *context, const char *location, const char *purpose, const void **out_bytes, uint64_t *out_byte_count)
    {
        auto &self = *static_cast<ImportServices *>(context);
        *out_bytes = nullptr;
        *out_byte_count = 0;
        return pass_on([&] {
            const WatchedFile *file = nullptr;
            ACCEL_TRY(self.source.files().open_beneath(location, self.said(purpose).c_str(), self.progress, &file));
            *out_bytes = file->bytes();
            *out_byte_count = file->size_bytes();
            return ACCEL_STATUS_OK;
        });
    }

    static accel_status charge(void *context, uint64_t byte_count, const char *purpose)
    {
        auto &self = *static_cast<ImportServices *>(context);
        return pass_on([&] { return self.source.charge(byte_count, self.said(purpose).c_str()); });
    }

private:
    std::string said(const char *purpose) const { return name + ": " + purpose; }
};

accel_bk_source describe(ImportServices &services, const char *format)
{
    ImportedSource &source = services.source;
    accel_bk_source bk{};
    bk.struct_size = sizeof bk;
    bk.bytes = source.bytes();
    bk.byte_count = source.byte_count();
    bk.folder_fd = source.files().folder_fd();
    bk.name = services.name.c_str();
    bk.context = &services;
    bk.map = ImportServices::map;
    bk.charge = ImportServices::charge;
    bk.progress = Progress::forward;
    bk.progress_user = &services.progress;
    bk.format = format ? format : "";
    return bk;
}

/// What nobody could read may be known for something else; if so, that is the better answer.
accel_status name_foreign(const accel_model_source &given, const ImportedSource &source, accel_status status)
{
    const char *kind = foreign_kind({static_cast<const char *>(source.bytes()), source.byte_count()});
    return kind ? fail(status, "G-15", nullptr, "model '%s' %s", given.path ? given.path : "given as bytes", kind) : status;
}

}  // namespace

accel_status import_model(accel_instance *instance, const accel_model_source &given, accel_model **out_model)
{
    if (!given.path == !given.bytes)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "G-9", nullptr, "source has %s, expected a path or bytes", given.path ? "both path and bytes" : "neither path nor bytes");
    if (!given.path && given.byte_count == 0) return fail(ACCEL_STATUS_CORRUPT, "G-9", nullptr, "the model has 0 bytes");
    Progress progress(given.progress, given.progress_user);
    const auto go_on = [&](double from, double to, const char *step) {
        return progress.enter(from, to, step) ? ACCEL_STATUS_OK : fail(ACCEL_STATUS_CANCELLED, "P-5", instance, "the import was cancelled while %s", step);
    };
    ACCEL_TRY(go_on(0.0, kOpened, "opening the model"));
    const bool copied = given.flags & ACCEL_IMPORT_FLAG_COPY;
    auto source = std::make_unique<ImportedSource>(given, FileOptions{copied, instance->guards_files()});
    if (given.path) ACCEL_TRY(source->open(given.path, progress));
    Module *module = nullptr;
    if (const accel_status status = choose_importer(*instance, given, {static_cast<const char *>(source->bytes()), source->byte_count()}, &module); status != ACCEL_STATUS_OK)
        return status == ACCEL_STATUS_NOT_FOUND ? name_foreign(given, *source, status) : status;

    ACCEL_TRY(go_on(kOpened, kRead, "reading the model"));
    ImportServices services(*source, progress, given.path ? given.path : "model");
    const accel_bk_source bk = describe(services, given.format);
    clear_module_error();
    const accel_status status = module->importer()->import(module->host(), &bk, &source->imported);
    if (status != ACCEL_STATUS_OK) source->imported = nullptr;
    source->importer = module;
    // What was read of a file that has changed meanwhile is no failure of the importer.
    ACCEL_TRY(source->files().verify(instance));
    if (status != ACCEL_STATUS_OK) {
        const accel_status told = fail_from_module(status, module->name(), "import the model", instance);
        return told == ACCEL_STATUS_CORRUPT ? name_foreign(given, *source, told) : told;
    }
    if (!source->imported)
        return fail(ACCEL_STATUS_INTERNAL, "A-10", nullptr, "importer '%s' answered OK without a graph", module->name());
    accel_bk_model made{};
    if (const std::string wrong = take_struct(source->imported, &made); !wrong.empty())
        return fail(ACCEL_STATUS_INTERNAL, "A-17", nullptr, "importer '%s' made a model whose description %s", module->name(), wrong.c_str());
    if (!made.entries || made.entry_count == 0)
        return fail(ACCEL_STATUS_INTERNAL, "A-10", nullptr, "importer '%s' answered OK without a graph", module->name());
    ACCEL_TRY(go_on(kRead, 1.0, "checking the model"));
    std::vector<accel_entry_desc> entries;
    for (uint32_t i = 0; i < made.entry_count; ++i) entries.push_back(element_of(made.entries, i, module->sizes().entry));
    ACCEL_TRY(make_model(instance, entries, std::move(source), out_model));
    const accel_status unchanged = (*out_model)->verify_files();
    if (unchanged != ACCEL_STATUS_OK) Ref<accel_model>::adopt(std::exchange(*out_model, nullptr));
    return unchanged;
}

}  // namespace accel::runtime
