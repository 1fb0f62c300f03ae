// SPDX-License-Identifier: MIT
// The tables and the entry symbol: the only file that knows the whole door.
#include <module/table.h>

#include "buffer.h"
#include "compiler.h"
#include "device.h"
#include "program.h"
#include "queue.h"

namespace accel::template_drm {
namespace {

constexpr accel_bk_compiler kCompiler = module::compiler_table<Compiler>();
constexpr accel_bk_device_ops kDevice = module::device_table();
constexpr accel_bk_module kModule = module::describe("template_drm", "0.1.0", &kCompiler, &kDevice, module::after_fork);

}  // namespace
}  // namespace accel::template_drm

extern "C" const accel_bk_module *accel_module_entry(const accel_bk_host *host, uint32_t) { return accel::module::enter(accel::template_drm::kModule, host); }
