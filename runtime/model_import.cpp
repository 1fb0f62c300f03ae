// SPDX-License-Identifier: MIT
#include "model_import.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "check.h"
#include "descriptor.h"
#include "file_kind.h"
#include "instance.h"

namespace accel::runtime {

namespace {

/// Bytes of a model and the importer's result, which may point into them.
class ImportedSource : public ModelSource {
public:
    ~ImportedSource() override
    {
        if (imported && imported->release) imported->release(imported);
        if (mapping) munmap(mapping, byte_count);
    }

    const void *bytes = nullptr;
    size_t byte_count = 0;
    void *mapping = nullptr;
    Descriptor folder;
    accel_bk_model *imported = nullptr;
};

accel_status fail_system(int error, const char *path, const char *what)
{
    accel_status status = ACCEL_STATUS_IO;
    if (error == ENOENT || error == ENOTDIR) status = ACCEL_STATUS_NOT_FOUND;
    if (error == EACCES || error == EPERM) status = ACCEL_STATUS_PERMISSION;
    if (error == ENOMEM) status = ACCEL_STATUS_OUT_OF_MEMORY;
    if (error == EMFILE || error == ENFILE) status = ACCEL_STATUS_RESOURCE;
    return fail(status, "G-9", nullptr, "model '%s': %s: %s", path, what, strerror(error));
}

std::string folder_of(const std::string &path)
{
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

/// Mapped privately and read-only: weights are in memory once, in the page cache.
accel_status map_file(const char *path, ImportedSource &out)
{
    const Descriptor file(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (file.get() < 0) return fail_system(errno, path, "cannot be opened");
    struct stat status {};
    if (fstat(file.get(), &status) != 0) return fail_system(errno, path, "cannot be examined");
    if (!S_ISREG(status.st_mode)) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "G-9", nullptr, "model '%s' is no regular file", path);
    if (status.st_size == 0) return fail(ACCEL_STATUS_CORRUPT, "G-9", nullptr, "model '%s' is empty", path);
    out.byte_count = static_cast<size_t>(status.st_size);
    void *mapping = mmap(nullptr, out.byte_count, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (mapping == MAP_FAILED) return fail_system(errno, path, "cannot be mapped");
    out.mapping = mapping;
    out.bytes = mapping;
    out.folder = Descriptor(open(folder_of(path).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    // Without its folder a model can still be read, unless it has external data; that would then be blamed for what is only a lack of descriptors.
    if (out.folder.get() < 0 && (errno == EMFILE || errno == ENFILE)) return fail_system(errno, path, "its folder cannot be opened");
    return ACCEL_STATUS_OK;
}

bool ends_with(const std::string &text, const std::string &end)
{
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool contains(const std::vector<std::string> &list, const std::string &wanted)
{
    return std::find(list.begin(), list.end(), wanted) != list.end();
}

/// The importer of a named format; else the surest by content; else the one that claims the suffix.
class Search {
public:
    Search(accel_instance *instance, const accel_model_source &given, const ImportedSource &source) : given_(given), source_(source)
    {
        for (Module *module : instance->modules()) {
            if (module->manifest().kind == ModuleKind::Importer) importers_.push_back(module);
        }
    }

    accel_status run(Module **out)
    {
        *out = given_.format ? by_format() : by_content();
        if (!*out && !given_.format && given_.path) *out = by_suffix();
        if (*out) return ACCEL_STATUS_OK;
        std::string known;
        for (const Module *module : importers_) {
            for (const std::string &format : module->manifest().formats) known += (known.empty() ? "" : ", ") + format;
        }
        const char *name = given_.path ? given_.path : "given as bytes";
        if (known.empty()) return fail(ACCEL_STATUS_NOT_FOUND, "G-9", nullptr, "no importer module is installed for the model '%s'", name);
        if (failed_ != ACCEL_STATUS_OK) return failed_;
        if (given_.format) return fail(ACCEL_STATUS_NOT_FOUND, "G-9", nullptr, "there is no importer for format '%s'; there is: %s", given_.format, known.c_str());
        return fail(ACCEL_STATUS_NOT_FOUND, "G-9", nullptr, "no importer recognises the model '%s'; there is: %s", name, known.c_str());
    }

private:
    bool loads(Module *module)
    {
        const accel_status status = module->load();
        if (status == ACCEL_STATUS_OK && module->importer()) return true;
        failed_ = status != ACCEL_STATUS_OK ? status
                                            : fail(ACCEL_STATUS_INTERNAL, "A-10", nullptr, "module '%s' is listed as importer and has no importer table", module->name());
        return false;
    }

    Module *by_format()
    {
        for (Module *module : importers_) {
            if (contains(module->manifest().formats, given_.format) && loads(module)) return module;
        }
        return nullptr;
    }

    Module *by_content()
    {
        Module *best = nullptr;
        uint32_t best_score = 0;
        for (Module *module : importers_) {
            if (!loads(module)) continue;
            const uint32_t score = std::min(module->importer()->probe(source_.bytes, source_.byte_count), 100u);
            if (score > best_score) best = module, best_score = score;
        }
        return best;
    }

    Module *by_suffix()
    {
        for (Module *module : importers_) {
            for (const std::string &suffix : module->manifest().suffixes) {
                if (ends_with(given_.path, suffix) && loads(module)) return module;
            }
        }
        return nullptr;
    }

    const accel_model_source &given_;
    const ImportedSource &source_;
    std::vector<Module *> importers_;
    accel_status failed_ = ACCEL_STATUS_OK;
};

/// What nobody could read may be known for something else; if so, that is the better answer.
accel_status name_foreign(const accel_model_source &given, const ImportedSource &source, accel_status status)
{
    const char *kind = foreign_kind({static_cast<const char *>(source.bytes), source.byte_count});
    return kind ? fail(status, "G-15", nullptr, "model '%s' %s", given.path ? given.path : "given as bytes", kind) : status;
}

}  // namespace

accel_status import_model(accel_instance *instance, const accel_model_source &given, accel_model **out_model)
{
    if (!given.path == !given.bytes)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "G-9", nullptr, "source has %s, expected a path or bytes", given.path ? "both path and bytes" : "neither path nor bytes");
    auto source = std::make_unique<ImportedSource>();
    if (given.path) {
        ACCEL_TRY(map_file(given.path, *source));
    } else if (given.byte_count == 0) {
        return fail(ACCEL_STATUS_CORRUPT, "G-9", nullptr, "the model has 0 bytes");
    } else {
        source->bytes = given.bytes;
        source->byte_count = given.byte_count;
    }
    Module *module = nullptr;
    if (const accel_status status = Search(instance, given, *source).run(&module); status != ACCEL_STATUS_OK)
        return status == ACCEL_STATUS_NOT_FOUND ? name_foreign(given, *source, status) : status;

    accel_bk_source bk{};
    bk.struct_size = sizeof bk;
    bk.bytes = source->bytes;
    bk.byte_count = source->byte_count;
    bk.folder_fd = source->folder.get();
    bk.name = given.path ? given.path : "model";
    clear_module_error();
    const accel_status status = module->importer()->import(module->host(), &bk, &source->imported);
    if (status != ACCEL_STATUS_OK) {
        source->imported = nullptr;
        const accel_status told = fail_from_module(status, module->name(), "import the model", instance);
        return told == ACCEL_STATUS_CORRUPT ? name_foreign(given, *source, told) : told;
    }
    if (!source->imported || !source->imported->graph)
        return fail(ACCEL_STATUS_INTERNAL, "A-10", nullptr, "importer '%s' answered OK without a graph", module->name());
    const accel_graph_desc &graph = *source->imported->graph;
    return make_model(instance, graph, std::move(source), out_model);
}

}  // namespace accel::runtime
