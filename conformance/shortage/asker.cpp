// SPDX-License-Identifier: MIT
// Walks the stack to the first frame that is ours or a foreigner's.
#include "asker.h"

#include <dlfcn.h>
#include <link.h>
#include <unwind.h>

#include <cstdio>
#include <cstring>
#include <initializer_list>

namespace accel::shortage {
namespace {

enum class Kind { Ours,
                  Foreign,
                  Language,
                  Loader };

const char *base_name(const char *path)
{
    const char *slash = std::strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool begins(const char *text, const char *with) { return std::strncmp(text, with, std::strlen(with)) == 0; }

Kind kind_of(void *address)
{
    dl_find_object found{};
    if (_dl_find_object(address, &found) != 0 || !found.dlfo_link_map) return Kind::Foreign;
    const char *name = base_name(found.dlfo_link_map->l_name);
    for (const char *language : {"libc.so", "libstdc++.so", "libgcc_s.so", "libm.so", "libasan.so", "libubsan.so"})
        if (begins(name, language)) return Kind::Language;
    if (begins(name, "ld-linux")) return Kind::Loader;
    return begins(name, "libaccel") ? Kind::Ours : Kind::Foreign;
}

struct Walk {
    Asker asker;
    void *caller;
    bool reached;
};

_Unwind_Reason_Code step(_Unwind_Context *context, void *user)
{
    auto &walk = *static_cast<Walk *>(user);
    void *const address = reinterpret_cast<void *>(_Unwind_GetIP(context));
    // The frames of the interposer itself are skipped.
    walk.reached |= address == walk.caller;
    if (!walk.reached) return _URC_NO_REASON;
    Asker &asker = walk.asker;
    if (asker.frame_count == kFramesMax) return _URC_END_OF_STACK;
    asker.frames[asker.frame_count++] = address;
    const Kind kind = kind_of(address);
    asker.counts = kind == Kind::Ours;
    asker.by_loader |= kind == Kind::Loader;
    return kind == Kind::Language || kind == Kind::Loader ? _URC_NO_REASON : _URC_END_OF_STACK;
}

}  // namespace

Asker find_asker(void *caller)
{
    Walk walk{};
    walk.caller = caller;
    // Most requests come from the asker itself.
    if (const Kind kind = kind_of(caller); kind != Kind::Language && kind != Kind::Loader) {
        walk.asker.counts = kind == Kind::Ours;
        walk.asker.frames[walk.asker.frame_count++] = caller;
        return walk.asker;
    }
    _Unwind_Backtrace(step, &walk);
    return walk.asker;
}

const char *describe_frame(void *address)
{
    thread_local char text[256];
    Dl_info info{};
    if (dladdr(address, &info) == 0 || !info.dli_fname) return "?";
    std::snprintf(text, sizeof text, "%s+0x%zx%s%s", base_name(info.dli_fname), static_cast<size_t>(static_cast<char *>(address) - static_cast<char *>(info.dli_fbase)),
                  info.dli_sname ? " " : "", info.dli_sname ? info.dli_sname : "");
    return text;
}

}  // namespace accel::shortage
