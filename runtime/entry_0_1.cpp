// SPDX-License-Identifier: MIT
// What applications that were linked with libaccel 0.1 find in place of accel_instance_create, the only way in.
//
// The default version of the symbol is ACCEL_0.2 (api/accel.symbols). This one is for the dynamic linker alone, so it is in the shared object and not among the objects that
// tests link.
#include "check.h"

extern "C" {

[[gnu::used, gnu::visibility("default")]] accel_status accel_instance_create_of_0_1(const void *, accel_instance **out_instance)
{
    if (out_instance)
        *out_instance = nullptr;
    return accel::runtime::fail_compiled_for_0_1("");
}
__asm__(".symver accel_instance_create_of_0_1, accel_instance_create@ACCEL_0.1");

}
