// SPDX-License-Identifier: MIT
// Loads a library once, asks its entry, and checks every table of the answer.
//
//   manifest        version that is served? else the library is not even opened
//   dlopen          RTLD_NOW | RTLD_LOCAL, never closed: threads and handed-out strings of a module live until the process ends
//   entry           accel_module_entry(host, newest contract of ours) answers with its table, whatever it is offered
//   negotiate       api_version:      what it was compiled for. 0.2 or newer, and of our major version or older
//                   api_version_min:  what it needs of us. No newer than we are
//                   sizes:            of elements in arrays, its own; kept, and every array is laid out so (elements.h)
//                   name:             that of the manifest
//   tables          copied to the length of ours. What its maker did not know is NULL, what we do not know is left away; mandatory slots are asked for by name
//
// Versions come before anything else is read of the table: members of an older contract lie elsewhere. The module compares no versions. One that is newer than this library is taken as it is: it sees what the library is in
// host->api_version, and slots that we do not know are never called. So the burden of an old partner is always this side's.
//
// What is true:
// - The answer of the first try stays, also a refusal, and is the same for all instances; but not where descriptors or memory were used up, which is no fault of the module.
// - After OK tables do not change, and are read without the lock.
// - In a child after fork, a library that the parent had loaded is not asked again: its old answer is negotiated, and after_fork starts it, once (loads.h). While a library loads, a fork waits or is told.
// - Locks: Module::lock_ > Loads::loading(), shared > Loads::lock_.
//
// Not chosen: calling through the module's own tables. A slot beyond its struct_size would be read from whatever lies there, and every call would ask for sizes. And unloading: no way to know that nothing of it is in use.
#include "module.h"

#include <dlfcn.h>

#include <cstdarg>
#include <cstring>
#include <shared_mutex>

#include "base/error.h"
#include "base/fork.h"
#include "base/loads.h"
#include "base/log.h"
#include "contract.h"
#include "dlopen_failure.h"
#include "folder.h"
#include "table.h"

namespace accel::runtime {

Module::Module(Manifest manifest, std::string library_path)
    : manifest_(std::move(manifest)),
      library_path_(std::move(library_path)),
      host_(manifest_.name)
{
}

Module::Module(Manifest manifest, ModuleEntry entry) : manifest_(std::move(manifest)),
                                                       host_(manifest_.name),
                                                       given_entry_(entry) {}

accel_status Module::load_locked()
{
    if (!tried_) {
        status_ = load_once();
        tried_ = !accel_status_is_transient(status_) && status_ != ACCEL_STATUS_OUT_OF_MEMORY;
        loaded_.store(status_ == ACCEL_STATUS_OK, std::memory_order_release);
    }
    return status_;
}

accel_status Module::try_load()
{
    const LogPause pause;
    const std::lock_guard guard(lock_);
    load_locked();
    if (!tried_)
        std::string().swap(error_);  // with its room
    return status_;
}

accel_status Module::load()
{
    if (is_loaded())
        return ACCEL_STATUS_OK;
    const LogPause pause;
    const std::lock_guard guard(lock_);
    if (load_locked() == ACCEL_STATUS_OK)
        return status_;
    const accel_status answer = fail(status_, rule_, nullptr, "%s", error_.c_str());
    // What is over next time is not the module's fault, and no reason to skip it.
    if (!tried_)
        std::string().swap(error_);  // with its room
    return answer;
}

std::string Module::load_error()
{
    const std::lock_guard guard(lock_);
    return error_;
}

accel_status Module::refuse(accel_status status, const char *rule, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    rule_ = rule;
    error_ = "module '" + manifest_.name + "' (" + (library_path_.empty() ? "built in" : library_path_) + ") " + text;
    log_format(ACCEL_LOG_LEVEL_WARNING, 0, "", "%s", error_.c_str());
    return status;
}

accel_status Module::load_once()
{
    Loads &loads = Loads::get();
    const std::shared_lock loading(loads.loading());
    const std::string real = given_entry_ ? "" : real_path(library_path_);
    const std::string &library = real.empty() ? library_path_ : real;
    clear_module_error();
    const auto before = given_entry_ ? std::nullopt : loads.answer_before(library);
    const accel_bk_module *answer = before ? before->module : nullptr;
    ModuleEntry entry = given_entry_;
    if (!entry && !(before && before->is_parents)) {
        const accel_status status = open_library(&entry);
        if (status != ACCEL_STATUS_OK)
            return status;
    }
    if (!before) {
        if (!given_entry_)
            loads.expect(library);
        answer = entry(host_.table(), ACCEL_BK_API_VERSION);
        // Whatever it is: the entry of a refused module has run, too, and does not run again in a child.
        if (!given_entry_)
            loads.note(library, answer, module_error());
    }
    accel_status status = negotiate(answer, before ? before->why : module_error());
    if (status == ACCEL_STATUS_OK && before && before->is_parents)
        status = start_again(library, *answer);
    if (status != ACCEL_STATUS_OK)
        return status;
    log_format(ACCEL_LOG_LEVEL_INFO, 0, "", "loaded module '%s' %s from %s", manifest_.name.c_str(), version(), library_path_.c_str());
    return status;
}

accel_status Module::start_again(const std::string &library, const accel_bk_module &answer)
{
    accel_bk_module module{};
    const bool can = copy_table(&answer, &module) && module.after_fork;
    clear_module_error();
    const accel_status status = !can ? ACCEL_STATUS_UNSUPPORTED : Loads::get().start_again(library, [&] {
        const accel_bk_fork fork{sizeof fork, host_.table(), fork_generation, 0};
        return module.after_fork(&fork);
    });
    if (status == ACCEL_STATUS_OK)
        return status;
    const char *why = module_error();
    return refuse(ACCEL_STATUS_INCOMPATIBLE, "A-7", "was loaded before fork and does not start again%s%s", *why ? ": " : "", why);
}

accel_status Module::open_library(ModuleEntry *entry)
{
    if (Loads::get().is_uncertain())
        return refuse(ACCEL_STATUS_INCOMPATIBLE, "A-7", "cannot be loaded: when this process was forked, another thread of its parent was loading a module; fork again");
    // Never closed: threads, thread-local destructors and handed-out strings of a module may live until the process ends.
    void *library = dlopen(library_path_.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *reason = dlerror();
        if (!reason)
            reason = "unknown reason";
        const DlopenFailure failure = judge_dlopen(reason);
        return refuse(failure.status, "", "cannot be loaded: %s%s", reason, failure.remedy);
    }
    *entry = reinterpret_cast<ModuleEntry>(dlsym(library, "accel_module_entry"));
    if (!*entry)
        return refuse(ACCEL_STATUS_INCOMPATIBLE, "A-8", "does not export accel_module_entry");
    return ACCEL_STATUS_OK;
}

accel_status Module::negotiate(const accel_bk_module *answer, const char *why)
{
    if (!answer)
        return refuse(ACCEL_STATUS_INCOMPATIBLE, "A-9", "does not work here%s%s", *why ? ": " : ", and does not say why", why);
    accel_bk_module module{};
    if (!copy_table(answer, &module))
        return refuse(ACCEL_STATUS_INCOMPATIBLE, "A-10", "answers with a module struct of %zu bytes, which is no possible size", answer->struct_size);
    // Before anything else is read: members of an older contract lie elsewhere.
    const ContractVersion made_for = contract_version(module.api_version), needs = contract_version(module.api_version_min);
    if (const std::string why = why_not_served(made_for); !why.empty())
        return refuse(ACCEL_STATUS_INCOMPATIBLE, "A-9", "was %s", why.c_str());
    if (kContract < needs)
        return refuse(ACCEL_STATUS_INCOMPATIBLE, "A-9", "needs a library of contract %u.%u or newer; this one is of %u.%u: install a newer one", needs.major, needs.minor,
                      kContract.major, kContract.minor);
    if (const std::string why = take_sizes(module.sizes, &sizes_); !why.empty()) {
        sizes_ = kNativeSizes;
        return refuse(ACCEL_STATUS_INCOMPATIBLE, "A-24", "%s", why.c_str());
    }
    if (!module.name || manifest_.name != module.name)
        return refuse(ACCEL_STATUS_INCOMPATIBLE, "A-9", "calls itself '%s'", module.name ? module.name : "(null)");
    if (manifest_.version.empty() && module.version)
        version_ = module.version;
    return take_tables(module);
}

namespace {

/// Copy one table, and name what is wrong with it.
template <class Table, size_t N> const char *take(const Table *from, Table *to, const Slot (&slots)[N], const char **missing)
{
    if (!copy_table(from, to))
        return "has an impossible size";
    *missing = find_missing(to, slots);
    return *missing ? "lacks a mandatory slot" : nullptr;
}

}  // namespace

accel_status Module::take_tables(const accel_bk_module &module)
{
    const char *missing = nullptr, *wrong = nullptr, *table = "";
    if (module.compiler && !wrong) {
        wrong = take(module.compiler, &compiler_, kCompilerSlots, &missing);
        if (!wrong && compiler_.operation_count && !compiler_.operations)
            wrong = "counts operations and has no list of them";
        table = "compiler";
    }
    if (module.device && !wrong) {
        wrong = take(module.device, &device_, kDeviceSlots, &missing);
        table = "device";
    }
    if (module.importer && !wrong) {
        wrong = take(module.importer, &importer_, kImporterSlots, &missing);
        table = "importer";
    }
    if (module.device_model && !wrong) {
        wrong = take(module.device_model, &device_model_, kDeviceModelSlots, &missing);
        table = "device_model";
    }
    if (wrong)
        return refuse(ACCEL_STATUS_INCOMPATIBLE, "A-10", "is unusable: its %s table %s%s%s", table, wrong, missing ? ": " : "", missing ? missing : "");
    has_compiler_ = module.compiler;
    has_device_ = module.device;
    has_importer_ = module.importer;
    has_device_model_ = module.device_model;
    const bool fits = manifest_.kind == ModuleKind::Backend    ? has_compiler_ || has_device_
                      : manifest_.kind == ModuleKind::Importer ? has_importer_
                                                               : has_device_model_;
    if (!fits)
        return refuse(ACCEL_STATUS_INCOMPATIBLE, "A-10", "has no table that its kind '%s' needs", kind_name(manifest_.kind));
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
