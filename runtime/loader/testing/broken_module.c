/* SPDX-License-Identifier: MIT */
/* A module that breaks one rule of its border, chosen when it is compiled. */
#include <accel/backend.h>

#include <string.h>

#define MODE_NO_ENTRY 1
#define MODE_NULL 2
#define MODE_SHORT_TABLE 3
#define MODE_NULL_SLOTS 4
#define MODE_NEWER 5
#define MODE_OTHER_NAME 6
#define MODE_NO_TABLE 7
#define MODE_GOOD 8

#if MODE != MODE_NO_ENTRY
static enum accel_status target_info(uint32_t index, struct accel_bk_target_info *info)
{
    if (index > 0)
        return ACCEL_STATUS_NOT_FOUND;
    info->name = "nothing";
    return ACCEL_STATUS_OK;
}
static enum accel_status query(const struct accel_bk_host *host, const struct accel_graph_desc *graph, const struct accel_bk_compile_options *options,
                               struct accel_bk_support *nodes)
{
    (void)host, (void)graph, (void)options, (void)nodes;
    return ACCEL_STATUS_OK;
}
static enum accel_status build(const struct accel_bk_host *host, const struct accel_graph_desc *graph, const struct accel_bk_compile_options *options,
                               struct accel_bk_blob **blob)
{
    (void)host, (void)graph, (void)options, (void)blob;
    return ACCEL_STATUS_RESOURCE;
}
static enum accel_status check(const struct accel_bk_host *host, const void *bytes, uint64_t byte_count, const char *target, enum accel_fit *fit)
{
    (void)host, (void)bytes, (void)byte_count, (void)target, (void)fit;
    return ACCEL_STATUS_CORRUPT;
}

ACCEL_BK_EXPORT const struct accel_bk_module *accel_module_entry(const struct accel_bk_host *host, uint32_t runtime_api_version)
{
    static struct accel_bk_compiler compiler = {sizeof compiler, target_info, query, build, check};
    static struct accel_bk_module module = {sizeof module, 0, 0, "broken", "1", &compiler, NULL, NULL, NULL};
    (void)host;
    module.api_version = runtime_api_version;
    switch (MODE) {
    case MODE_NULL: return NULL;
    case MODE_SHORT_TABLE: compiler.struct_size = offsetof(struct accel_bk_compiler, check); break;
    case MODE_NULL_SLOTS: memset(&compiler.target_info, 0, sizeof compiler - sizeof compiler.struct_size); break;
    case MODE_NEWER: module.api_version_min = runtime_api_version + 1; break;
    case MODE_OTHER_NAME: module.name = "somebody"; break;
    case MODE_NO_TABLE: module.compiler = NULL; break;
    default: break;
    }
    return &module;
}
#else
int accel_nothing;
#endif
