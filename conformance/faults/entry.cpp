// SPDX-License-Identifier: MIT
// Loads the module named by ACCEL_FAULT_OF and plants the fault named by ACCEL_FAULT.
#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base.h"
#include "number.h"

namespace accel::faults {

Tables base, mine;

std::mutex &state_lock()
{
    static std::mutex lock;
    return lock;
}

namespace {

template <class Table> void copy_table(const Table *from, Table &to)
{
    if (from) std::memcpy(&to, from, std::min(from->struct_size, sizeof(to)));
}

// "none", "none-meddling", "none-carried": the module as it is without a fault.
bool is_control(const char *name) { return !*name || std::strcmp(name, "none") == 0 || std::strcmp(name, "none-meddling") == 0 || std::strcmp(name, "none-carried") == 0; }

bool plant(const char *name)
{
    for (const auto *list : {&table_faults(), &compiler_faults(), &memory_faults(), &queue_faults(), &number_faults(), &operation_faults(), &transport_faults(), &meddling_faults()})
        for (const auto &fault : *list)
            if (std::strcmp(fault.name, name) == 0) {
                fault.plant();
                return true;
            }
    return plant_mutant(name);
}

bool load_base(const accel_bk_host *host, uint32_t offered)
{
    const char *path = std::getenv("ACCEL_FAULT_OF");
    void *handle = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : nullptr;
    if (!handle) {
        std::fprintf(stderr, "faulty module: ACCEL_FAULT_OF: %s\n", path ? dlerror() : "not set");
        return false;
    }
    const auto entry = reinterpret_cast<decltype(&accel_module_entry)>(dlsym(handle, "accel_module_entry"));
    const auto *module = entry ? entry(host, offered) : nullptr;
    if (!module) return false;
    copy_table(module, base.module);
    copy_table(module->compiler, base.compiler);
    copy_table(module->device, base.device);
    return true;
}

}  // namespace
}  // namespace accel::faults

extern "C" ACCEL_BK_EXPORT const accel_bk_module *accel_module_entry(const accel_bk_host *host, uint32_t runtime_api_version)
{
    using namespace accel::faults;
    if (!load_base(host, runtime_api_version)) return nullptr;
    const char *fault = std::getenv("ACCEL_FAULT");
    if (fault && std::strcmp(fault, "tests-equality") == 0 && runtime_api_version != ACCEL_BK_API_VERSION) return nullptr;
    mine = base;
    mine.module.name = "faulty";
    mine.module.compiler = base.module.compiler ? &mine.compiler : nullptr;
    mine.module.device = base.module.device ? &mine.device : nullptr;
    if (fault && !is_control(fault) && !plant(fault)) {
        std::fprintf(stderr, "faulty module: no fault is called '%s'\n", fault);
        return nullptr;
    }
    return &mine.module;
}

#if defined(ACCEL_FAULTS_LEAKY)
/// Rule A-8, broken.
extern "C" ACCEL_BK_EXPORT int accel_faults_second_symbol() { return 1; }
#endif
