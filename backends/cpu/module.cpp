// SPDX-License-Identifier: MIT
// The one exported symbol. A file of its own: symbols of static libraries stay hidden in the module.
#include "backend.h"

const accel_bk_module *accel_module_entry(const accel_bk_host *host, uint32_t)
{
    return accel::cpu::describe_module(host);
}
