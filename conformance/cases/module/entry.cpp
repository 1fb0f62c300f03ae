// SPDX-License-Identifier: MIT
// The shared object of the module, its entry and its tables.
#include <dlfcn.h>
#include <elf.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <sstream>

#include "suite/case.h"
#include "support/module_door.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

/// Names of the symbols that a 64-bit shared object defines for others.
std::vector<std::string> exported_symbols(const std::string &path)
{
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    const std::string file = text.str();
    const auto at = [&](uint64_t offset, auto &value) {
        if (offset > file.size() || sizeof(value) > file.size() - offset) throw std::runtime_error(path + " is cut");
        std::memcpy(&value, file.data() + offset, sizeof(value));
    };
    Elf64_Ehdr header;
    at(0, header);
    std::vector<std::string> names;
    for (uint64_t index = 0; index < header.e_shnum; ++index) {
        Elf64_Shdr section, strings;
        at(header.e_shoff + index * sizeof(section), section);
        if (section.sh_type != SHT_DYNSYM) continue;
        at(header.e_shoff + section.sh_link * sizeof(strings), strings);
        for (uint64_t offset = 0; offset < section.sh_size; offset += sizeof(Elf64_Sym)) {
            Elf64_Sym symbol;
            at(section.sh_offset + offset, symbol);
            if (symbol.st_shndx == SHN_UNDEF || ELF64_ST_BIND(symbol.st_info) == STB_LOCAL) continue;
            names.emplace_back(file.c_str() + strings.sh_offset + symbol.st_name);
        }
    }
    return names;
}

/// The version that the entry answers when the runtime offers `offered`; 0 for NULL. In a process of its own: the entry is called once per process.
uint32_t negotiated(uint32_t offered)
{
    const auto library = ModuleDoor::find_library();
    int fds[2];
    if (pipe(fds) != 0) throw std::runtime_error("pipe failed");
    const pid_t child = fork();
    if (child == 0) {
        uint32_t version = 1;
        if (void *handle = dlopen(library.c_str(), RTLD_NOW)) {
            static accel_bk_host host = ModuleDoor::plain_host();
            host.api_version = offered;
            const auto entry = reinterpret_cast<decltype(&accel_module_entry)>(dlsym(handle, "accel_module_entry"));
            const auto *module = entry ? entry(&host, offered) : nullptr;
            version = module ? module->api_version : 0;
        }
        if (write(fds[1], &version, sizeof(version)) != sizeof(version)) _exit(1);
        _exit(0);
    }
    close(fds[1]);
    uint32_t version = 1;
    const ssize_t count = read(fds[0], &version, sizeof(version));
    close(fds[0]);
    waitpid(child, nullptr, 0);
    if (count != sizeof(version)) throw std::runtime_error("the entry crashed");
    return version;
}

template <class Slot> Comparison filled(Slot *slot, const char *name) { return expect(slot != nullptr, std::string("the slot ") + name + " is NULL, expected a function"); }

}  // namespace

ACCEL_CASE("module.entry.one-symbol", "A-8", "the module exports accel_module_entry and nothing else")
{
    CHECK(exported_symbols(ModuleDoor::find_library()) == std::vector<std::string>{"accel_module_entry"});
}

ACCEL_CASE("module.entry.negotiates", "A-9", "the entry answers every runtime with its table, whatever version it offers")
{
    const uint32_t own = negotiated(ACCEL_BK_API_VERSION);
    CHECK(own > 1);
    CHECK(own >> 22 == ACCEL_BK_API_VERSION_MAJOR);
    for (const uint32_t offered : {ACCEL_MAKE_VERSION(0u, 0u, 1u), ACCEL_MAKE_VERSION(0u, 1u, 7u), ACCEL_MAKE_VERSION(0u, 2u, 0u), ACCEL_MAKE_VERSION(0u, 99u, 0u)}) {
        INFO("offered " << (offered >> 12 & 1023) << "." << (offered & 4095));
        CHECK(negotiated(offered) == own);
    }
}

ACCEL_CASE("module.tables.sizes", "A-17", "struct_size of every table covers its mandatory slots")
{
    const auto &module = ModuleDoor::get().module();
    CHECK(module.struct_size >= offsetof(accel_bk_module, device_model) + sizeof(void *));
    CHECK(std::string(module.name) != "");
    CHECK(std::string(module.version) != "");
    if (module.compiler) CHECK(module.compiler->struct_size >= offsetof(accel_bk_compiler, check) + sizeof(void *));
    if (module.device) CHECK(module.device->struct_size >= offsetof(accel_bk_device_ops, queue_wait) + sizeof(void *));
    CHECK(expect(module.compiler || module.device, "the module has neither a compiler nor a device, expected one of them"));
}

ACCEL_CASE("module.tables.mandatory", "A-10", "no mandatory slot is NULL")
{
    const auto &module = ModuleDoor::get().module();
    if (const auto *table = module.compiler) {
        CHECK(filled(table->target_info, "target_info"));
        CHECK(filled(table->query, "query"));
        CHECK(filled(table->build, "build"));
        CHECK(filled(table->check, "check"));
    }
    if (const auto *table = module.device) {
        CHECK(filled(table->device_open, "device_open"));
        CHECK(filled(table->device_close, "device_close"));
        CHECK(filled(table->device_info, "device_info"));
        CHECK(filled(table->buffer_create, "buffer_create"));
        CHECK(filled(table->buffer_destroy, "buffer_destroy"));
        CHECK(filled(table->buffer_map, "buffer_map"));
        CHECK(filled(table->buffer_unmap, "buffer_unmap"));
        CHECK(filled(table->program_load, "program_load"));
        CHECK(filled(table->program_unload, "program_unload"));
        CHECK(filled(table->run_create, "run_create"));
        CHECK(filled(table->run_destroy, "run_destroy"));
        CHECK(filled(table->run_bind, "run_bind"));
        CHECK(filled(table->queue_create, "queue_create"));
        CHECK(filled(table->queue_destroy, "queue_destroy"));
        CHECK(filled(table->queue_submit, "queue_submit"));
        CHECK(filled(table->queue_wait, "queue_wait"));
    }
    CHECK(expect(module.compiler || module.device, "the module has neither a compiler nor a device, expected one of them"));
}

ACCEL_CASE("module.status.in-enum", "A-11", "statuses lie inside the enum, also for questions beyond the end")
{
    const auto &door = ModuleDoor::get();
    const auto in_enum = [](accel_status status) {
        return expect(static_cast<uint32_t>(status) <= ACCEL_STATUS_LIMIT, "the answer is " + std::to_string(static_cast<uint32_t>(status)) + ", expected a status, 0 to " + std::to_string(ACCEL_STATUS_LIMIT));
    };
    auto info = sized<accel_bk_target_info>();
    uint32_t count = 0;
    while (count < 1000 && door.compiler().target_info(count, &info) == ACCEL_STATUS_OK) {
        CHECK(std::string(info.name) != "");
        ++count;
    }
    CHECK(count >= 1);
    CHECK(count < 1000);
    CHECK_STATUS(door.compiler().target_info(count, &info), ACCEL_STATUS_NOT_FOUND);
    accel_fit fit = ACCEL_FIT_FULL;
    CHECK(in_enum(door.compiler().check(door.host(), "x", 1, door.target().c_str(), &fit)));
    CHECK(in_enum(door.compiler().target_info(UINT32_MAX, &info)));
}

}  // namespace accel::conformance
