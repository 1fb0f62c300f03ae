/* SPDX-License-Identifier: MIT */
/* A module of contract 0.1. Says on standard output that it was loaded, and that one of its tables was called: neither may happen where its manifest tells its version. */
#include <accel/backend.h>

#include <stdio.h>

__attribute__((constructor)) static void loaded(void) { puts("module of 0.1: loaded"); }

static enum accel_status target_info(uint32_t index, struct accel_bk_target_info *info)
{
    (void)index, (void)info;
    puts("module of 0.1: called");
    return ACCEL_STATUS_NOT_FOUND;
}
static enum accel_status query(const struct accel_bk_host *host, const struct accel_graph_desc *graph, const struct accel_bk_compile_options *options,
                               struct accel_bk_support *nodes)
{
    (void)host, (void)graph, (void)options, (void)nodes;
    return ACCEL_STATUS_INTERNAL;
}
static enum accel_status build(const struct accel_bk_host *host, const struct accel_graph_desc *graph, const struct accel_bk_compile_options *options,
                               struct accel_bk_blob **blob)
{
    (void)host, (void)graph, (void)options, (void)blob;
    return ACCEL_STATUS_INTERNAL;
}
static enum accel_status check(const struct accel_bk_host *host, const void *bytes, uint64_t byte_count, const char *target, enum accel_fit *fit)
{
    (void)host, (void)bytes, (void)byte_count, (void)target, (void)fit;
    return ACCEL_STATUS_INTERNAL;
}

ACCEL_BK_EXPORT const struct accel_bk_module *accel_module_entry(const struct accel_bk_host *host, uint32_t runtime_api_version)
{
    static const struct accel_bk_compiler compiler = {sizeof compiler, target_info, query, build, check};
    static const struct accel_bk_module module = {sizeof module, ACCEL_BK_API_VERSION, 0, "adder", "1", &compiler, NULL, NULL, NULL};
    (void)host, (void)runtime_api_version;
    return &module;
}
