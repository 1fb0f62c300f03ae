// SPDX-License-Identifier: MIT
// What applications that were linked with libaccel 0.1, and plugins of theirs, find in place of functions that meant something else then, took other structs, or are no more. Nobody
// comes by an object to call them with but through accel_instance_create, unless an application of 0.2 hands one to a plugin of 0.1.
//
// The default versions of symbols are in api/accel.symbols. These are for the dynamic linker alone, so they are in the shared object and not among the objects that tests link.
#include "base/check.h"

extern "C" {

#define VERSION_OF(name) __asm__(".symver " #name "_of_0_1, " #name "@ACCEL_0.1")

// Without a handle to hand out.
#define OLD(name)                                                                                                                \
    [[gnu::used, gnu::visibility("default")]] accel_status name##_of_0_1() { return accel::runtime::fail_compiled_for_0_1(""); } \
    VERSION_OF(name)

// With one, behind a description, and behind an instance and a description.
#define OLD_MAKER(name, ...)                                                                      \
    [[gnu::used, gnu::visibility("default")]] accel_status name##_of_0_1(__VA_ARGS__, void **out) \
    {                                                                                             \
        if (out)                                                                                  \
            *out = nullptr;                                                                       \
        return accel::runtime::fail_compiled_for_0_1("");                                         \
    }                                                                                             \
    VERSION_OF(name)

OLD_MAKER(accel_instance_create, const void *);
OLD_MAKER(accel_buffer_create, const void *);
OLD_MAKER(accel_program_build, const void *);
OLD_MAKER(accel_queue_create, const void *);
OLD_MAKER(accel_run_create, const void *);
OLD_MAKER(accel_model_create, void *, const void *);
OLD_MAKER(accel_model_import, void *, const void *);
OLD_MAKER(accel_program_load, void *, const void *);
OLD_MAKER(accel_buffer_map, void *, uint32_t);

OLD(accel_buffer_join);
OLD(accel_buffer_query);
OLD(accel_buffer_unmap);
OLD(accel_device_query);
OLD(accel_fence_wait_many);
OLD(accel_instance_report);
OLD(accel_program_check);
OLD(accel_program_find_devices);
OLD(accel_program_find_port);
OLD(accel_program_placement);
OLD(accel_program_port);
OLD(accel_program_query);
OLD(accel_program_support);
OLD(accel_program_transfer);
OLD(accel_run_bind);
OLD(accel_run_output_dims);

[[gnu::used, gnu::visibility("default")]] const accel_graph_desc *accel_model_graph_of_0_1(accel_model *) { return nullptr; }
VERSION_OF(accel_model_graph);
}
