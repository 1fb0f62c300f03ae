// SPDX-License-Identifier: MIT
// What applications that were linked with libaccel 0.1 find in place of accel_instance_create, the only way in, and of functions that are no more, which they then never call.
//
// The default versions of symbols are in api/accel.symbols. These are for the dynamic linker alone, so they are in the shared object and not among the objects that tests link.
#include "check.h"

extern "C" {

[[gnu::used, gnu::visibility("default")]] accel_status accel_instance_create_of_0_1(const void *, accel_instance **out_instance)
{
    if (out_instance)
        *out_instance = nullptr;
    return accel::runtime::fail_compiled_for_0_1("");
}
__asm__(".symver accel_instance_create_of_0_1, accel_instance_create@ACCEL_0.1");

[[gnu::used, gnu::visibility("default")]] const accel_graph_desc *accel_model_graph_of_0_1(accel_model *) { return nullptr; }
__asm__(".symver accel_model_graph_of_0_1, accel_model_graph@ACCEL_0.1");

[[gnu::used, gnu::visibility("default")]] accel_status accel_run_output_dims_of_0_1() { return accel::runtime::fail_compiled_for_0_1(""); }
__asm__(".symver accel_run_output_dims_of_0_1, accel_run_output_dims@ACCEL_0.1");

}
