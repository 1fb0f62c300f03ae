/* SPDX-License-Identifier: MIT */
/*
 * The life of an application, compiled with the headers of each version of the contract: prints a line per step. argv[1] is the folder with the module's manifest, argv[2]
 * "only-report" where the module is not expected to be usable, or "again": a hundred lives, each with the library opened and closed, and one in a child. With ABI_NEXT also what a caller does that is newer than the library.
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
    printf("%s: %s%s%s\n", step, CALL(accel_status_name)(status), status == ACCEL_STATUS_OK ? "" : " ", status == ACCEL_STATUS_OK ? "" : details ? error->message : error->rule);
}
#define STEP(name, ...) line(#name, CALL(accel_##name)(__VA_ARGS__))
#define MUST(name, ...)                                                                                                                    \
    do {                                                                                                                                   \
        const enum accel_status must = CALL(accel_##name)(__VA_ARGS__);                                                                    \
        line(#name, must);                                                                                                                 \
        if (must != ACCEL_STATUS_OK) exit(1);                                                                                              \
    } while (0)

static void show(void *user, const struct accel_report_entry *entry)
{
    (void)user;
    if (entry->kind == ACCEL_REPORT_KIND_MANIFEST) printf("report: %s %s %s\n", entry->subject, entry->action, entry->reason);
}

static struct accel_model *make_model(struct accel_instance *instance)
{
    const struct accel_dim eight = {.size = 8, .symbol = ACCEL_SYMBOL_NONE};
    const char *names[] = {"a", "b", "sum"};
    struct accel_tensor_desc tensors[5];
    memset(tensors, 0, sizeof tensors);
    for (int i = 0; i < 3; ++i) tensors[i].name = names[i], tensors[i].type = ACCEL_TYPE_F32, tensors[i].rank = 1, tensors[i].dims = &eight;
    const uint32_t inputs[] = {0, 1}, outputs[] = {2};
    struct accel_node_desc nodes[2], node;
    memset(&node, 0, sizeof node);
    node.name = "add", node.operation = ACCEL_OPERATION_ADD, node.revision = 1, node.input_count = 2, node.inputs = inputs, node.outputs = outputs, node.output_count = 1;
    const int64_t steps[] = {3, 4};
    const struct accel_bytes word = {"a\0b", 3};
    struct accel_attribute attributes[3]; /* by name, so any operation may have them */
    memset(attributes, 0, sizeof attributes);
    /* a quantised constant, in blocks of four with scales of binary16 */
    const int8_t table[8] = {1, 2, 3, 4, 5, 6, 7, 8}, zeros[2] = {-1, 1};
    const uint16_t scales[2] = {0x3c00, 0x3800};
    const int64_t blocks = 4;
    struct accel_quantization quantization;
    memset(&quantization, 0, sizeof quantization);
    quantization.struct_size = sizeof quantization, quantization.kind = ACCEL_QUANTIZATION_KIND_AFFINE, quantization.scale_type = ACCEL_TYPE_F16, quantization.zero_point_type = ACCEL_TYPE_I8;
    quantization.rank = 1, quantization.block_dims = &blocks, quantization.scales = scales, quantization.zero_points = zeros, quantization.count = 2;
    tensors[3].name = "table", tensors[3].type = ACCEL_TYPE_I8, tensors[3].rank = 1, tensors[3].dims = &eight, tensors[3].data = table, tensors[3].data_bytes = sizeof table;
    tensors[3].quantization = &quantization;
    const uint32_t numbers[] = {3};
    attributes[0].kind = ACCEL_ATTRIBUTE_KIND_INTS, attributes[0].name = "steps", attributes[0].values = steps, attributes[0].count = 2;
    attributes[1].kind = ACCEL_ATTRIBUTE_KIND_STRING, attributes[1].name = "word", attributes[1].values = &word, attributes[1].count = 1;
    attributes[2].kind = ACCEL_ATTRIBUTE_KIND_TENSOR, attributes[2].name = "table", attributes[2].values = numbers, attributes[2].count = 1;
    node.attributes = attributes, node.attribute_count = 3;
    /* a branch that nothing reads, so that nobody is asked about it; it takes `a` from around it */
    struct accel_tensor_desc taken[1] = {tensors[0]};
    const uint32_t first[] = {0}, made[] = {4};
    struct accel_graph_desc inside = {.struct_size = sizeof inside, .name = "then", .tensors = taken, .outputs = first, .tensor_count = 1, .tensor_size = sizeof taken[0], .output_count = 1};
    const struct accel_capture capture = {.outer = 0, .inner = 0};
    const struct accel_region_port port = {.kind = ACCEL_REGION_PORT_KIND_VALUE, .operand = ACCEL_OPERAND_NONE};
    struct accel_region region;
    memset(&region, 0, sizeof region);
    region.struct_size = sizeof region, region.graph = &inside, region.captures = &capture, region.capture_count = 1, region.outputs = &port, region.role = ACCEL_REGION_ROLE_THEN;
    const struct accel_region *const regions[] = {&region};
    tensors[4] = tensors[2], tensors[4].name = "branch";
    memset(nodes, 0, sizeof nodes);
    nodes[1].name = "choose", nodes[1].custom_name = "Choose", nodes[1].outputs = made, nodes[1].output_count = 1, nodes[1].regions = regions, nodes[1].region_count = 1;
    nodes[0] = node;
    struct accel_graph_desc graph = {.struct_size = sizeof graph, .name = "adder", .tensors = tensors, .nodes = nodes, .inputs = inputs, .outputs = outputs, .tensor_count = 5,
                                     .tensor_size = sizeof tensors[0], .node_count = 2, .node_size = sizeof node, .attribute_size = sizeof(struct accel_attribute), .input_count = 2, .output_count = 1};
    struct accel_entry_desc entry;
    memset(&entry, 0, sizeof entry);
    entry.name = "", entry.graph = &graph;
    struct accel_model_desc desc = {.struct_size = sizeof desc, .entries = &entry, .entry_count = 1, .entry_size = sizeof entry};
    struct accel_model *model = NULL;
    MUST(model_create, instance, &desc, &model);
    struct accel_model *refused = NULL;
    graph.attribute_size -= 4;
    STEP(model_create, instance, &desc, &refused);
    graph.attribute_size += 8;
    STEP(model_create, instance, &desc, &refused);
    graph.attribute_size -= 4;
    attributes[1].kind += 1000; /* as a later version may have it */
    STEP(model_create, instance, &desc, &refused);
    attributes[1].kind -= 1000;
    tensors[1].type += 1000;
    STEP(model_create, instance, &desc, &refused);
    tensors[1].type -= 1000;
    nodes[0].revision = 2;
    STEP(model_create, instance, &desc, &refused);
    nodes[0].revision = 1;
    quantization.kind += 1000;
    STEP(model_create, instance, &desc, &refused);
    quantization.kind -= 1000;
    quantization.struct_size = 8;
    STEP(model_create, instance, &desc, &refused);
    quantization.struct_size = sizeof quantization;
    desc.entry_size -= 4;
    STEP(model_create, instance, &desc, &refused);
    desc.entry_size += 8;
    STEP(model_create, instance, &desc, &refused);
    desc.entry_size -= 4;
    region.role += 1000;
    STEP(model_create, instance, &desc, &refused);
    region.role -= 1000;
    struct accel_model_entry_info told;
    memset(&told, 0, sizeof told);
    told.struct_size = sizeof told;
    MUST(model_entry, model, 0, &told);
    const struct accel_region *kept = accel_graph_node(told.graph, 1)->regions[0];
    printf("region: role %u, takes %u of %u, %u ports\n", kept->role, kept->capture_count, kept->captures[0].outer, kept->graph->output_count);
#ifdef ABI_NEXT
    region.abi_next = 1;
    STEP(model_create, instance, &desc, &refused);
    region.abi_next = 0;
    quantization.abi_next = 1;
    STEP(model_create, instance, &desc, &refused);
    quantization.abi_next = 0;
    entry.abi_next = 1;
    STEP(model_create, instance, &desc, &refused);
    entry.abi_next = 0;
    attributes[1].abi_next = 1;
    STEP(model_create, instance, &desc, &refused);
    attributes[1].abi_next = 0;
    tensors[1].abi_next = 1;
    STEP(model_create, instance, &desc, &refused);
    tensors[1].abi_next = 0;
    graph.abi_next = 1;
    STEP(model_create, instance, &desc, &refused);
#endif
    return model;
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
    MUST(state_duplicate, state, &copy);
    struct accel_variable_info info = {.struct_size = sizeof info};
    MUST(state_variable, copy, 0, &info);
    printf("variable: %s, %u bytes\n", info.name, (unsigned)info.size_bytes);
    CALL(accel_program_unref)(program), CALL(accel_state_unref)(state), CALL(accel_state_unref)(copy);
}

static int live(const char *folder, int only_report)
{
    const char *paths[] = {folder};
    struct accel_instance_desc desc = {.struct_size = sizeof desc, .api_version = ACCEL_VERSION, .flags = ACCEL_INSTANCE_FLAG_ONLY_GIVEN_PATHS, .module_paths = paths,
                                       .module_path_count = 1, .log_level = ACCEL_LOG_LEVEL_ERROR};
    struct accel_instance *instance = NULL;
#ifdef ABI_NEXT
    desc.abi_next = 1;
    STEP(instance_create, &desc, &instance);
    desc.abi_next = 0;
#endif
    MUST(instance_create, &desc, &instance);
    struct accel_device *device = NULL;
    if (only_report) {
        details = 1;
        struct accel_device *devices[1];
        uint32_t count = 0;
        STEP(instance_default_devices, instance, devices, 0, &count);
        MUST(instance_report, instance, show, NULL);
        STEP(instance_find_device, instance, "adder", &device);
        if (device) STEP(device_open, device);
        return 0;
    }
    MUST(instance_find_device, instance, "adder", &device);
    MUST(device_open, device);
    facts(device);
    struct accel_model *model = make_model(instance);
    const struct accel_program_desc program_desc = {.struct_size = sizeof program_desc, .model = model, .devices = &device, .device_count = 1};
    struct accel_program *program = NULL;
    MUST(program_build, &program_desc, &program);
    struct accel_binding bindings[3];
    memset(bindings, 0, sizeof bindings);
    for (uint32_t i = 0; i < 3; ++i) {
        const struct accel_buffer_desc buffer_desc = {.struct_size = sizeof buffer_desc, .size_bytes = 32, .devices = &device, .device_count = 1};
        float *values;
        MUST(buffer_create, &buffer_desc, &bindings[i].buffer);
        bindings[i].port = i;
        MUST(buffer_map, bindings[i].buffer, ACCEL_ACCESS_WRITE, (void **)&values);
        for (int at = 0; at < 8; ++at) values[at] = (float)(at + (int)i * 100);
        MUST(buffer_unmap, bindings[i].buffer);
    }
    struct accel_scratch *scratch = make_scratch(program);
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
    const struct accel_queue_desc queue_desc = {.struct_size = sizeof queue_desc, .devices = &device, .device_count = 1};
    struct accel_queue *queue = NULL;
    struct accel_fence *fence = NULL;
    MUST(queue_create, &queue_desc, &queue);
    MUST(fence_create, instance, NULL, &fence);
    const struct accel_fence_point point = {fence, 1};
    const struct accel_submit submit = {.struct_size = sizeof submit, .run = run, .signals = &point, .signal_count = 1};
    MUST(queue_submit, queue, &submit);
    MUST(fence_wait, fence, 1, 5000000000u);
    times(run);
    float *sums;
    MUST(buffer_map, bindings[2].buffer, ACCEL_ACCESS_READ, (void **)&sums);
    printf("result:");
    for (int at = 0; at < 8; ++at) printf(" %g", sums[at]);
    printf("\n");
    MUST(buffer_unmap, bindings[2].buffer);
    keep(&program_desc);
    CALL(accel_instance_unref)(instance), CALL(accel_device_unref)(device), CALL(accel_model_unref)(model), CALL(accel_program_unref)(program);
    CALL(accel_scratch_unref)(scratch), CALL(accel_run_unref)(run), CALL(accel_queue_unref)(queue), CALL(accel_fence_unref)(fence);
    for (int i = 0; i < 3; ++i) CALL(accel_buffer_unref)(bindings[i].buffer);
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
        if (!library || live(folder, 0) != 0) return 1;
        dlclose(library);
        const pid_t child = fork();
        if (child == 0) {
            alarm(60);
            library = dlopen("libaccel.so.0", RTLD_NOW);
            _exit(library ? live(folder, 0) : 1);
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

int main(int argc, char **argv)
{
    if (argc < 2) return 2;
#ifdef ABI_DLSYM
    if (argc > 2 && strcmp(argv[2], "again") == 0) return live_again(argv[1]);
    library = dlopen("libaccel.so.0", RTLD_NOW);
#endif
    return live(argv[1], argc > 2);
}
