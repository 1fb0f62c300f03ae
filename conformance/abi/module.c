/* SPDX-License-Identifier: MIT */
/*
 * A module that adds F32 tensors in host memory, compiled with the headers of each version of the contract. It checks what it is handed: elements lie where its own headers
 * say, and what its headers have and the library does not know is 0. What it sees wrong ends the call, and becomes a line of the application's output.
 */
#include <accel/backend.h>

#include <stdlib.h>
#include <string.h>

#include "abi.h"

struct accel_bk_device {
    int opened;
};
struct accel_bk_buffer {
    void *memory;
    int owned;
};
struct accel_bk_program {
    uint64_t count;
};
struct accel_bk_run {
    struct accel_bk_program *program;
    float *ports[3];
};
struct accel_bk_queue {
    uint64_t ticket;
};

static const struct accel_bk_host *host;

static enum accel_status wrong(const char *what)
{
    host->set_error(host->context, "H-11", what);
    return ACCEL_STATUS_INVALID_ARGUMENT;
}

/* ---------------------------------------------------------------- compiler */

static enum accel_status target_info(uint32_t index, struct accel_bk_target_info *info)
{
    if (index > 0) return ACCEL_STATUS_NOT_FOUND;
    struct accel_bk_target_info facts = {.name = "adder"};
    SET_NEXT(facts, UINT64_MAX);
    ACCEL_BK_ANSWER(info, facts);
    return ACCEL_STATUS_OK;
}

/* What the application gave its node by name. */
static int has_attributes(const struct accel_node_desc *node)
{
    if (node->attribute_count != 3) return 0;
    const struct accel_attribute *steps = &node->attributes[0], *word = &node->attributes[1], *table = &node->attributes[2];
    if (table->kind != ACCEL_ATTRIBUTE_KIND_TENSOR || table->count != 1 || NEXT_OF(*table)) return 0;
    if (steps->kind != ACCEL_ATTRIBUTE_KIND_INTS || steps->count != 2 || ((const int64_t *)steps->values)[1] != 4 || NEXT_OF(*steps)) return 0;
    if (word->kind != ACCEL_ATTRIBUTE_KIND_STRING || strcmp(word->name, "word") != 0 || NEXT_OF(*word)) return 0;
    const struct accel_bytes *bytes = word->values;
    return bytes->byte_count == 3 && memcmp(bytes->data, "a\0b", 3) == 0;
}

/* The constant of the attribute "table": what a struct that a graph points to has beyond its size is not read. */
static int is_table(const struct accel_tensor_desc *tensor)
{
    const struct accel_quantization *quantization = tensor->quantization;
    if (tensor->type != ACCEL_TYPE_I8 || tensor->rank != 1 || !tensor->data || !quantization) return 0;
    if (quantization->struct_size < offsetof(struct accel_quantization, count) + sizeof quantization->count) return 0;
    if (quantization->struct_size >= sizeof *quantization && NEXT_OF(*quantization)) return 0;
    return quantization->kind == ACCEL_QUANTIZATION_KIND_AFFINE && quantization->scale_type == ACCEL_TYPE_F16 && quantization->zero_point_type == ACCEL_TYPE_I8 && quantization->rank == 1 &&
           quantization->block_dims[0] == 4 && quantization->count == 2 && ((const uint16_t *)quantization->scales)[1] == 0x3800 && ((const int8_t *)quantization->zero_points)[0] == -1;
}

/* Indexes as C does: the runtime lays the arrays out in this module's sizes. */
static enum accel_status look_at(const struct accel_graph_desc *graph)
{
    if (graph->tensor_size != sizeof(struct accel_tensor_desc) || graph->node_size != sizeof(struct accel_node_desc) ||
        graph->attribute_size != sizeof(struct accel_attribute) || (graph->symbol_count && graph->symbol_size != sizeof(struct accel_symbol)) ||
        (graph->variable_count && graph->variable_size != sizeof(struct accel_variable))) return wrong("element sizes of the graph are not mine");
    for (uint32_t i = 0; i < graph->tensor_count; ++i)
        if ((graph->tensors[i].type != ACCEL_TYPE_F32 && !is_table(&graph->tensors[i])) || graph->tensors[i].rank != 1 || NEXT_OF(graph->tensors[i])) return wrong("a tensor is not what the application made");
    for (uint32_t i = 0; i < graph->node_count; ++i)
        if (graph->nodes[i].output_count != 1 || graph->nodes[i].operation != ACCEL_OPERATION_ADD || graph->nodes[i].revision != 1 || !has_attributes(&graph->nodes[i]) || graph->nodes[i].input_count < 1 || NEXT_OF(graph->nodes[i])) return wrong("a node is not what the application made");
    return ACCEL_STATUS_OK;
}

static enum accel_status query(const struct accel_bk_host *asked, const struct accel_graph_desc *graph, const struct accel_bk_compile_options *options,
                               struct accel_bk_support *nodes)
{
    const enum accel_status status = look_at(graph);
    (void)asked, (void)options;
    for (uint32_t i = 0; status == ACCEL_STATUS_OK && i < graph->node_count; ++i) {
        const int takes = graph->nodes[i].operation == ACCEL_OPERATION_ADD;
        nodes[i] = (struct accel_bk_support){.group = takes ? i + 1 : 0, .reason = takes ? ACCEL_REASON_OK : ACCEL_REASON_OPERATION, .tensor = ACCEL_TENSOR_NONE};
        SET_NEXT(nodes[i], UINT64_MAX); /* for a library that knows it */
    }
    return status;
}

struct blob {
    struct accel_bk_blob told;
    uint64_t count;
    struct accel_layout_step step;
    struct accel_layout layout;
    struct accel_bk_port ports[3];
    struct accel_bk_blob_entry entry;
};

static void release(struct accel_bk_blob *blob) { free(blob); }

static enum accel_status build(const struct accel_bk_host *asked, const struct accel_graph_desc *const *graphs, uint32_t graph_count,
                               const struct accel_bk_compile_options *options, struct accel_bk_blob **out_blob)
{
    const struct accel_graph_desc *graph = graphs[0];
    const enum accel_status status = look_at(graph);
    (void)asked, (void)graph_count, (void)options;
    if (status != ACCEL_STATUS_OK) return status;
    if (graph->input_count != 2 || graph->output_count != 1) return ACCEL_STATUS_LIMIT;
    struct blob *blob = calloc(1, sizeof *blob);
    if (!blob) return ACCEL_STATUS_OUT_OF_MEMORY;
    blob->count = (uint64_t)graph->tensors[graph->outputs[0]].dims[0].size;
    const uint32_t tensors[] = {graph->inputs[0], graph->inputs[1], graph->outputs[0]};
    blob->step = (struct accel_layout_step){.axis = 0, .extent = (int64_t)blob->count, .stride_bits = 8 * sizeof(float)};
    blob->layout = (struct accel_layout){.struct_size = sizeof blob->layout, .kind = ACCEL_LAYOUT_KIND_STEPS, .type = ACCEL_TYPE_F32, .steps = &blob->step, .step_count = 1, .size_bytes = blob->count * sizeof(float)};
    for (int i = 0; i < 3; ++i) {
        blob->ports[i] = (struct accel_bk_port){.tensor = tensors[i], .layout = &blob->layout, .align_bytes = 4};
        SET_NEXT(blob->ports[i], UINT64_MAX);
    }
    blob->entry = (struct accel_bk_blob_entry){.ports = blob->ports, .port_count = 3};
    SET_NEXT(blob->entry, UINT64_MAX);
    blob->told = (struct accel_bk_blob){.struct_size = sizeof blob->told, .release = release, .bytes = &blob->count, .byte_count = sizeof blob->count, .entries = &blob->entry, .entry_count = 1, .log = ""};
    *out_blob = &blob->told;
    return ACCEL_STATUS_OK;
}

static enum accel_status check(const struct accel_bk_host *asked, const void *bytes, uint64_t byte_count, const char *target, enum accel_fit *out_fit)
{
    (void)asked, (void)bytes;
    if (byte_count != sizeof(uint64_t)) return ACCEL_STATUS_CORRUPT;
    *out_fit = strcmp(target, "adder") == 0 ? ACCEL_FIT_FULL : ACCEL_FIT_NONE;
    return ACCEL_STATUS_OK;
}

/* ------------------------------------------------------------------ device */

static enum accel_status device_open(const struct accel_bk_open *open, struct accel_bk_device **out_device)
{
    (void)open;
    return (*out_device = calloc(1, sizeof **out_device)) ? ACCEL_STATUS_OK : ACCEL_STATUS_OUT_OF_MEMORY;
}
static void device_close(struct accel_bk_device *device) { free(device); }
static enum accel_status device_info(struct accel_bk_device *device, struct accel_bk_device_info *info)
{
    (void)device;
    struct accel_bk_device_info facts = {.name = "Adder", .target = "adder", .driver_version = "", .firmware_version = "", .isolation = ACCEL_ISOLATION_PROCESS, .queue_depth = 8, .buffer_align_bytes = 64};
    SET_NEXT(facts, UINT64_MAX); /* for which this library has no room */
    ACCEL_BK_ANSWER(info, facts);
    return ACCEL_STATUS_OK;
}
static enum accel_status buffer_create(struct accel_bk_device *device, const struct accel_bk_buffer_desc *desc, struct accel_bk_buffer **out_buffer)
{
    (void)device;
    if (desc->import_kind) return ACCEL_STATUS_UNSUPPORTED;
    struct accel_bk_buffer *buffer = calloc(1, sizeof *buffer);
    if (!buffer || !(buffer->memory = calloc(1, desc->size_bytes + 64))) return free(buffer), ACCEL_STATUS_OUT_OF_MEMORY;
    *out_buffer = buffer;
    return ACCEL_STATUS_OK;
}
static void buffer_destroy(struct accel_bk_buffer *buffer) { free(buffer->memory), free(buffer); }
static void *address_of(const struct accel_bk_buffer *buffer) { return (void *)(((uintptr_t)buffer->memory + 63) & ~(uintptr_t)63); }
static enum accel_status buffer_map(struct accel_bk_buffer *buffer, const struct accel_bk_access *access, void **out_pointer)
{
    if (access->access == 0 || access->size_bytes == 0) return wrong("an access to nothing");
    *out_pointer = address_of(buffer);
    return ACCEL_STATUS_OK;
}
static enum accel_status buffer_unmap(struct accel_bk_buffer *buffer, const struct accel_bk_access *access) { return (void)buffer, (void)access, ACCEL_STATUS_OK; }
static enum accel_status program_load(struct accel_bk_device *device, const struct accel_bk_load_desc *desc, struct accel_bk_program **out_program)
{
    (void)device;
    if (desc->byte_count != sizeof(uint64_t)) return ACCEL_STATUS_CORRUPT;
    if (!(*out_program = calloc(1, sizeof **out_program))) return ACCEL_STATUS_OUT_OF_MEMORY;
    memcpy(&(*out_program)->count, desc->bytes, sizeof(uint64_t));
    return ACCEL_STATUS_OK;
}
static void program_unload(struct accel_bk_program *program) { free(program); }
static enum accel_status program_scratch(struct accel_bk_program *program, uint32_t entry, uint32_t index, struct accel_bk_scratch *scratch)
{
    (void)program;
    if (entry != 0 || (scratch->struct_size >= sizeof *scratch && NEXT_OF(*scratch))) return wrong("a piece of scratch is not to be filled in");
    if (index > 1) return ACCEL_STATUS_NOT_FOUND;
    scratch->size_bytes = 64, scratch->align_bytes = 64;
    return ACCEL_STATUS_OK;
}
static enum accel_status run_create(struct accel_bk_program *program, const struct accel_bk_run_desc *desc, struct accel_bk_run **out_run)
{
    for (uint32_t i = 0; i < desc->scratch_count; ++i)
        if (!desc->scratch[i].buffer || desc->scratch[i].size_bytes != 64 || desc->scratch[i].offset_bytes != 64 * i || NEXT_OF(desc->scratch[i])) return wrong("a piece of scratch is not what was asked for");
    if (desc->entry || desc->scratch_count != 2 || desc->flags != ACCEL_BK_RUN_FLAG_TIMINGS || desc->priority != ACCEL_PRIORITY_LOW) return wrong("a run other than what was asked for");
    if (!(*out_run = calloc(1, sizeof **out_run))) return ACCEL_STATUS_OUT_OF_MEMORY;
    (*out_run)->program = program;
    return ACCEL_STATUS_OK;
}
static void run_destroy(struct accel_bk_run *run) { free(run); }
static enum accel_status run_bind(struct accel_bk_run *run, const struct accel_bk_bind_desc *desc)
{
    if (desc->port_count != 3 || desc->sizes) return wrong("there are other than three ports, or sizes");
    for (uint32_t i = 0; i < 3; ++i) {
        const struct accel_bk_memory *port = &desc->ports[i];
        if (!port->buffer || port->offset_bytes % 4 || port->size_bytes < run->program->count * sizeof(float) || NEXT_OF(*port)) return wrong("memory is not what the application made");
        run->ports[i] = (float *)(void *)((char *)address_of(port->buffer) + port->offset_bytes);
    }
    return ACCEL_STATUS_OK;
}
static enum accel_status run_timings(struct accel_bk_run *run, struct accel_bk_timing *timings, uint32_t capacity, uint32_t *out_count)
{
    (void)run;
    *out_count = 2;
    for (uint32_t i = 0; i < 2 && i < capacity; ++i) {
        timings[i] = (struct accel_bk_timing){.begin_ns = 1000 + i, .duration_ns = 10 - i, .node = i == 0 ? ACCEL_NONE : 0, .counted_in = ACCEL_NONE};
        SET_NEXT(timings[i], UINT64_MAX);
    }
    return ACCEL_STATUS_OK;
}
static enum accel_status queue_create(struct accel_bk_device *device, const struct accel_bk_queue_desc *desc, struct accel_bk_queue **out_queue)
{
    (void)device, (void)desc;
    return (*out_queue = calloc(1, sizeof **out_queue)) ? ACCEL_STATUS_OK : ACCEL_STATUS_OUT_OF_MEMORY;
}
static void queue_destroy(struct accel_bk_queue *queue) { free(queue); }
static enum accel_status queue_submit(struct accel_bk_queue *queue, const struct accel_bk_submit *submit, uint64_t *out_ticket)
{
    const struct accel_bk_run *run = submit->run;
    for (uint64_t i = 0; i < run->program->count; ++i) run->ports[2][i] = run->ports[0][i] + run->ports[1][i];
    *out_ticket = ++queue->ticket;
    return ACCEL_STATUS_OK;
}
static enum accel_status queue_wait(struct accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns)
{
    return (void)queue, (void)ticket, (void)timeout_ns, ACCEL_STATUS_OK;
}

/* ------------------------------------------------------------------- entry */

static enum accel_status after_fork(const struct accel_bk_fork *fork)
{
    host = fork->host;
    if (fork->generation == 0 || fork->reserved) return wrong("a fork without a generation");
    return ACCEL_STATUS_OK;
}

ACCEL_BK_EXPORT const struct accel_bk_module *accel_module_entry(const struct accel_bk_host *given, uint32_t runtime_api_version)
{
    static const struct accel_bk_operation operations[] = {{ACCEL_OPERATION_ADD, 1}};
    static struct accel_bk_compiler compiler = {.struct_size = sizeof compiler, .operations = operations, .operation_count = 1, .target_info = target_info, .query = query, .build = build, .check = check};
    static struct accel_bk_device_ops ops = {
        .struct_size = sizeof ops,
        .device_open = device_open,
        .device_close = device_close,
        .device_info = device_info,
        .buffer_create = buffer_create,
        .buffer_destroy = buffer_destroy,
        .buffer_map = buffer_map,
        .buffer_unmap = buffer_unmap,
        .program_load = program_load,
        .program_unload = program_unload,
        .program_scratch = program_scratch,
        .run_create = run_create,
        .run_destroy = run_destroy,
        .run_bind = run_bind,
        .run_timings = run_timings,
        .queue_create = queue_create,
        .queue_destroy = queue_destroy,
        .queue_submit = queue_submit,
        .queue_wait = queue_wait,
    };
    static struct accel_bk_sizes sizes = ACCEL_BK_SIZES;
    static struct accel_bk_module module = {.struct_size = sizeof module, .api_version = ACCEL_BK_API_VERSION, .sizes = &sizes, .name = "adder", .version = "1", .compiler = &compiler, .device = &ops, .after_fork = after_fork};
    (void)runtime_api_version;
    host = given;
    SET_NEXT(compiler, UINT64_MAX); /* a slot that this library does not know; it is no function */
    SET_NEXT(ops, UINT64_MAX);
    SET_NEXT(module, UINT64_MAX);
#ifdef ABI_FAULT
    ABI_FAULT;
#endif
    return &module;
}
