/* SPDX-License-Identifier: MIT */
/*
 * The life of an application, compiled with the headers of each version of the contract: prints a line per step. argv[1] is the folder with the module's manifest, argv[2]
 * "only-report" where the module is not expected to be usable, "again": a hundred lives, each with the library opened and closed, and one in a child, "fork": a life in a child of
 * somebody who has an instance, and one afterwards; or "save" or "load" and argv[3] a file. With ABI_NEXT also what a caller does that is newer than the library.
 */
#include <accel/accel.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"

#ifdef ABI_DLSYM
static void *library;
#define CALL(name) ((__typeof__(&name))dlsym(library, #name))
#else
#define CALL(name) name
#endif

static int details; /* of failures: the sentence, which may change, else the number of the rule */

static void line(const char *step, enum accel_status status)
{
    const struct accel_error *error = CALL(accel_last_error)();
    printf("%s: %s%s%s\n", step, CALL(accel_status_name)(status), status == ACCEL_STATUS_OK ? "" : " ", status == ACCEL_STATUS_OK ? "" : details ? error->message
                                                                                                                                                 : error->rule);
}
#define STEP(name, ...) line(#name, CALL(accel_##name)(__VA_ARGS__))
#define MUST(name, ...)                                                 \
    do {                                                                \
        const enum accel_status must = CALL(accel_##name)(__VA_ARGS__); \
        line(#name, must);                                              \
        if (must != ACCEL_STATUS_OK) exit(1);                           \
    } while (0)

#include "app_model.h"

static enum accel_status show(void *user, const struct accel_report_entry *entry)
{
    (void)user;
    if (entry->kind == ACCEL_REPORT_KIND_MANIFEST) printf("report: %s %s %s\n", entry->subject, entry->action, entry->reason);
    return ACCEL_STATUS_OK;
}

/* Records of a library that may be older: nothing beyond their size is read. */
static void hear(void *user, const struct accel_log_record *record)
{
    *(int *)user += record->struct_size < 40 || !record->module || !record->message || record->level != ACCEL_LOG_LEVEL_ERROR;
}
static void released(void *user)
{
    printf("log: released, %d wrong records\n", *(int *)user);
}
static int go_on(void *user, const struct accel_progress *progress)
{
    *(int *)user |= progress->struct_size < 24 || progress->fraction < 0 || !progress->step ? 2 : 1;
    return 0;
}

static void facts(struct accel_device *device)
{
    struct accel_device_info info;
    memset(&info, 0xa5, sizeof info);
    info.struct_size = sizeof info;
    MUST(device_query, device, &info);
    printf("device: %s %s %s%s\n", info.id, info.backend, info.target, NEXT_OF(info) ? ", and noise beyond what the library knows" : "");
}

/* Of two pieces, which libaccel puts into one buffer. */
static struct accel_scratch *make_scratch(struct accel_program *program)
{
    struct accel_scratch_info info;
    memset(&info, 0xa5, sizeof info);
    info.struct_size = sizeof info;
    MUST(program_scratch, program, 0, 1, &info);
    printf("scratch: %llu bytes, aligned to %llu, usage %u, %u%s\n", (unsigned long long)info.size_bytes, (unsigned long long)info.align_bytes, info.usage, info.can_supply,
           NEXT_OF(info) ? ", and noise beyond what the library knows" : "");
    STEP(program_scratch, program, 0, 2, &info);
    struct accel_scratch *scratch = NULL;
    struct accel_memory_binding memory;
    memset(&memory, 0, sizeof memory);
    struct accel_scratch_desc desc = {.struct_size = sizeof desc, .programs = &program, .program_count = 1, .memory = &memory, .memory_count = 1, .memory_size = sizeof memory - 4};
    STEP(scratch_create, &desc, &scratch);
    desc.memory_count = 0;
    MUST(scratch_create, &desc, &scratch);
    return scratch;
}

/* Every row, and the answer behind the last. */
static void times(struct accel_run *run)
{
    struct accel_timing row;
    memset(&row, 0xa5, sizeof row);
    row.struct_size = sizeof row;
    for (uint32_t i = 0; CALL(accel_run_timing)(run, i, &row) == ACCEL_STATUS_OK; ++i)
        printf("timing: kind %u segment %u row %d \"%s\" at %llu for %llu%s\n", row.kind, row.segment, (int)row.row, row.name, (unsigned long long)row.begin_ns,
               (unsigned long long)row.duration_ns, NEXT_OF(row) ? ", and noise beyond what the library knows" : "");
    STEP(run_timing, run, 2, &row);
}

/* Sizes of elements that no caller has. */
static void misuse(struct accel_run *run, const struct accel_binding *bindings)
{
    const uint32_t size = sizeof bindings[0], sizes[] = {size - 4, size + 4, 8, 1u << 31};
    for (int i = 0; i < 4; ++i) {
        const struct accel_bind_desc desc = {.struct_size = sizeof desc, .bindings = bindings, .binding_count = 3, .binding_size = sizes[i]};
        STEP(run_bind, run, &desc);
    }
    const struct accel_symbol_value size_of_none = {.name = "none", .size = 3};
    const struct accel_bind_desc unknown = {.struct_size = sizeof unknown, .symbols = &size_of_none, .symbol_count = 1, .symbol_size = sizeof size_of_none};
    STEP(run_bind, run, &unknown);
}

/* What objects tell of themselves, and what they can do together. */
static void ask(struct accel_queue *queue, struct accel_run *run, struct accel_program *program, const struct accel_binding *bindings)
{
    struct accel_queue_info info;
    memset(&info, 0xa5, sizeof info);
    info.struct_size = sizeof info;
    MUST(queue_query, queue, &info);
    printf("queue: depth %u, %s id%s\n", info.depth, info.object_id == CALL(accel_object_id)(queue) ? "its" : "another", NEXT_OF(info) ? ", and noise beyond what the library knows" : "");
    struct accel_run_info done;
    memset(&done, 0xa5, sizeof done);
    done.struct_size = sizeof done;
    MUST(run_query, run, &done);
    printf("run: %u submissions, the latest ended with %u%s\n", (unsigned)done.submission_count, done.latest_status, NEXT_OF(done) ? ", and noise beyond what the library knows" : "");
    struct accel_join_port ports[2];
    memset(ports, 0, sizeof ports);
    ports[0].program = program, ports[1].run = run, ports[1].port = 1;
    struct accel_join_desc desc = {.struct_size = sizeof desc, .ports = ports, .port_count = 2, .port_size = sizeof ports[0] - 4};
    struct accel_buffer_recipe recipe = {.struct_size = sizeof recipe};
    STEP(buffer_join, &desc, &recipe);
    desc.port_size += 4;
#ifdef ABI_NEXT
    ports[1].abi_next = 1;
    STEP(buffer_join, &desc, &recipe);
    ports[1].abi_next = 0;
#endif
    MUST(buffer_join, &desc, &recipe);
    printf("recipe: %u bytes, %u\n", (unsigned)recipe.size_bytes, recipe.layouts_agree);
    struct accel_binding none;
    memset(&none, 0, sizeof none);
    const struct accel_bind_desc unbind = {.struct_size = sizeof unbind, .bindings = &none, .binding_count = 1, .binding_size = sizeof none};
    const struct accel_bind_desc again = {.struct_size = sizeof again, .bindings = bindings, .binding_count = 1, .binding_size = sizeof none};
    const struct accel_submit submit = {.struct_size = sizeof submit, .run = run};
    MUST(run_bind, run, &unbind);
    STEP(queue_submit, queue, &submit);
    MUST(run_bind, run, &again);
}

/* The first input is a variable, and no port then. */
static void keep(const struct accel_program_desc *given)
{
    struct accel_state_pair pair;
    memset(&pair, 0, sizeof pair);
    pair.input = "a", pair.output = "none";
    struct accel_program_desc desc = *given;
    struct accel_program *program = NULL;
    desc.states = &pair, desc.state_count = 1, desc.state_size = sizeof pair - 4;
    STEP(program_build, &desc, &program);
    desc.state_size = sizeof pair;
#ifdef ABI_NEXT
    pair.abi_next = 1;
    STEP(program_build, &desc, &program);
    pair.abi_next = 0;
#endif
    MUST(program_build, &desc, &program);
    struct accel_memory_binding memory;
    memset(&memory, 0, sizeof memory);
    struct accel_state_desc state_desc = {.struct_size = sizeof state_desc, .program = program, .memory = &memory, .memory_count = 1, .memory_size = sizeof memory + 4};
    struct accel_state *state = NULL, *copy = NULL;
    STEP(state_create, &state_desc, &state);
    state_desc.memory_count = 0;
    MUST(state_create, &state_desc, &state);
    MUST(state_reset, state);
    state_desc.source = state;
    MUST(state_create, &state_desc, &copy);
    struct accel_variable_info info = {.struct_size = sizeof info};
    MUST(state_variable, copy, 0, &info);
    printf("variable: %s, %u bytes\n", info.name, (unsigned)info.size_bytes);
    CALL(accel_program_unref)
    (program), CALL(accel_state_unref)(state), CALL(accel_state_unref)(copy);
}

static struct accel_instance *make_instance(const char *folder)
{
    const char *paths[] = {folder};
    static int wrong;
    struct accel_instance_desc desc = {.struct_size = sizeof desc, .api_version = ACCEL_VERSION, .flags = ACCEL_INSTANCE_FLAG_ONLY_GIVEN_PATHS, .module_paths = paths, .module_path_count = 1, .log_level = ACCEL_LOG_LEVEL_ERROR, .log = hear, .log_user = &wrong, .log_release = released};
    struct accel_instance *instance = NULL;
#ifdef ABI_NEXT
    desc.abi_next = 1;
    STEP(instance_create, &desc, &instance);
    desc.abi_next = 0;
#endif
    MUST(instance_create, &desc, &instance);
    return instance;
}

/* Of a module that is not expected to be usable. */
static int only_look(struct accel_instance *instance)
{
    details = 1;
    struct accel_device *device = NULL, *devices[1];
    uint32_t count = 0;
    STEP(instance_default_devices, instance, devices, 0, &count);
    MUST(instance_report, instance, show, NULL);
    STEP(instance_find_device, instance, "adder", &device);
    if (device) STEP(device_open, device);
    return 0;
}

/* Three buffers of eight values each, of which the first two are the operands. */
static void make_operands(struct accel_device *device, struct accel_binding *bindings)
{
    for (uint32_t i = 0; i < 3; ++i) {
        const struct accel_buffer_desc buffer_desc = {.struct_size = sizeof buffer_desc, .size_bytes = 32, .devices = &device, .device_count = 1};
        float *values;
        MUST(buffer_create, &buffer_desc, &bindings[i].buffer);
        bindings[i].port = i;
        const struct accel_map_desc whole = {.struct_size = sizeof whole, .access = ACCEL_ACCESS_WRITE};
        MUST(buffer_map, bindings[i].buffer, &whole, (void **)&values);
        for (int at = 0; at < 8; ++at) values[at] = (float)(at + (int)i * 100);
        MUST(buffer_unmap, bindings[i].buffer, &whole);
    }
}

static struct accel_run *make_run(struct accel_program *program, struct accel_scratch *scratch, struct accel_binding *bindings)
{
    const struct accel_run_desc run_desc = {.struct_size = sizeof run_desc, .program = program, .scratch = scratch, .flags = ACCEL_RUN_FLAG_TIMINGS, .priority = ACCEL_PRIORITY_LOW};
    struct accel_run *run = NULL;
    MUST(run_create, &run_desc, &run);
    misuse(run, bindings);
    const struct accel_bind_desc bind_desc = {.struct_size = sizeof bind_desc, .bindings = bindings, .binding_count = 3, .binding_size = sizeof bindings[0]};
#ifdef ABI_NEXT
    bindings[1].abi_next = 1;
    STEP(run_bind, run, &bind_desc);
    bindings[1].abi_next = 0;
#endif
    MUST(run_bind, run, &bind_desc);
    return run;
}

/* Answers the queue, which has nothing in flight any more. */
static struct accel_queue *run_once(struct accel_instance *instance, struct accel_device *device, struct accel_run *run)
{
    const struct accel_queue_desc queue_desc = {.struct_size = sizeof queue_desc, .devices = &device, .device_count = 1};
    struct accel_queue *queue = NULL;
    struct accel_fence *fence = NULL;
    MUST(queue_create, &queue_desc, &queue);
    MUST(fence_create, instance, NULL, &fence);
    const struct accel_fence_point point = {fence, 1};
    const struct accel_submit submit = {.struct_size = sizeof submit, .run = run, .signals = &point, .signal_count = 1};
    MUST(queue_submit, queue, &submit);
    MUST(fence_wait, fence, 1, 5000000000u);
    CALL(accel_fence_unref)
    (fence);
    return queue;
}

static void result(const struct accel_binding *bindings)
{
    float *sums;
    const struct accel_map_desc end = {.struct_size = sizeof end, .offset_bytes = 16, .access = ACCEL_ACCESS_READ};
    MUST(buffer_map, bindings[2].buffer, &end, (void **)&sums);
    printf("result:");
    for (int at = 0; at < 4; ++at) printf(" %g", sums[at]);
    printf("\n");
    MUST(buffer_unmap, bindings[2].buffer, &end);
    STEP(buffer_unmap, bindings[2].buffer, &end);
}

static struct accel_device *open_device(struct accel_instance *instance)
{
    struct accel_device *device = NULL;
    MUST(instance_find_device, instance, "adder", &device);
    MUST(device_open, device);
    return device;
}

#include "app_saved.h"

static int live(const char *folder)
{
    struct accel_instance *instance = make_instance(folder);
    struct accel_device *device = open_device(instance);
    facts(device);
    struct accel_model *model = make_model(instance);
    int told = 0;
    const struct accel_program_desc program_desc = {.struct_size = sizeof program_desc, .model = model, .devices = &device, .device_count = 1, .progress = go_on, .progress_user = &told};
    struct accel_program *program = NULL;
    MUST(program_build, &program_desc, &program);
    printf("progress: %d\n", told);
    struct accel_binding bindings[3];
    memset(bindings, 0, sizeof bindings);
    make_operands(device, bindings);
    struct accel_scratch *scratch = make_scratch(program);
    struct accel_run *run = make_run(program, scratch, bindings);
    struct accel_queue *queue = run_once(instance, device, run);
    times(run);
    ask(queue, run, program, bindings);
    result(bindings);
    keep(&program_desc);
    CALL(accel_instance_unref)
    (instance), CALL(accel_device_unref)(device), CALL(accel_model_unref)(model), CALL(accel_program_unref)(program);
    CALL(accel_scratch_unref)
    (scratch), CALL(accel_run_unref)(run), CALL(accel_queue_unref)(queue);
    for (int i = 0; i < 3; ++i) CALL(accel_buffer_unref)
    (bindings[i].buffer);
    return 0;
}

#ifdef ABI_DLSYM
/* Closed by all who opened it, the library stays: its threads, its handlers of fork and the tables of its modules have code. */
static int live_again(const char *folder)
{
    const int out = dup(1);
    if (!freopen("/dev/null", "w", stdout)) return 1;
    for (int round = 0; round < 100; ++round) {
        library = dlopen("libaccel.so.0", RTLD_NOW);
        if (!library || live(folder) != 0) return 1;
        dlclose(library);
        const pid_t child = fork();
        if (child == 0) {
            alarm(60);
            library = dlopen("libaccel.so.0", RTLD_NOW);
            _exit(library ? live(folder) : 1);
        }
        int state = 1;
        if (waitpid(child, &state, 0) != child || state != 0) return dprintf(out, "round %d: the child ended with state 0x%x\n", round, (unsigned)state), 1;
        void *there = dlopen("libaccel.so.0", RTLD_NOW | RTLD_NOLOAD);
        if (!there) return dprintf(out, "round %d: the library was unmapped\n", round), 1;
        dlclose(there);
    }
    dprintf(out, "100 lives, and 100 of children\n");
    return 0;
}
#endif

/* A child asks for nothing of its parent's and makes its own; the parent goes on as if nothing had been. */
static int live_in_child(const char *folder)
{
    struct accel_instance *parents = make_instance(folder);
    struct accel_device *device = open_device(parents), *none = NULL;
    (void)device;
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        STEP(instance_find_device, parents, "adder", &none);
        const int answer = live(folder);
        fflush(stdout);
        _exit(answer);
    }
    int state = 1;
    if (waitpid(child, &state, 0) != child || state != 0) return printf("the child ended with state 0x%x\n", (unsigned)state), 1;
    return live(folder);
}

int main(int argc, char **argv)
{
    if (argc < 2) return 2;
    const char *mode = argc > 2 ? argv[2] : "";
#ifdef ABI_DLSYM
    if (strcmp(mode, "again") == 0) return live_again(argv[1]);
    library = dlopen("libaccel.so.0", RTLD_NOW);
#endif
    if (strcmp(mode, "fork") == 0) return live_in_child(argv[1]);
    if (!*mode) return live(argv[1]);
    struct accel_instance *instance = make_instance(argv[1]);
    if (argc < 4) return only_look(instance);
    struct accel_device *device = open_device(instance);
    return strcmp(mode, "save") == 0 ? save_to(instance, device, argv[3]) : load_from(instance, device, argv[3]);
}
