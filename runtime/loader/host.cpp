// SPDX-License-Identifier: MIT
// The table of services, each slot forwarded to its part of the runtime.
#include "host.h"

#include "base/error.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/remarks.h"
#include "base/trace.h"

namespace accel::runtime {

ModuleHost::ModuleHost(std::string module_name) : module_name_(std::move(module_name))
{
    table_.struct_size = sizeof table_;
    table_.api_version = ACCEL_BK_API_VERSION;
    table_.operation_profile = ACCEL_OPERATION_PROFILE;
    table_.context = this;
    table_.log_enabled = [](void *, accel_log_level level) -> int { return log_wanted(level); };
    table_.log = [](void *context, accel_log_level level, const char *message) {
        if (log_wanted(level))
            log_line(level, static_cast<ModuleHost *>(context)->module_name(), message ? message : "");
    };
    table_.set_error = [](void *, const char *rule, const char *message) { set_module_error(rule, message); };
    table_.trace_begin = [](void *, const char *name) { accel::runtime::trace_begin(name); };
    table_.trace_end = [](void *) { accel::runtime::trace_end(); };
    table_.pulse = [](void *) { return Progress::pulse(); };
    table_.remark = [](void *, uint32_t graph, uint32_t node, const char *message) { RemarkTaker::take(graph, node, message); };
    table_.fault_point = [](void *, const char *place) { return accel::runtime::fault_point(place); };
}

}  // namespace accel::runtime
