/* SPDX-License-Identifier: MIT */
/* The model of app.c: y = a + b, beside it what else a graph may hold; and the ways to say one wrongly. Uses STEP and MUST of app.c. */
#pragma once

/* What the model's descriptors point to, which is each other. */
static struct {
    struct accel_dim eight;
    struct accel_tensor_desc tensors[5], taken[1];
    struct accel_node_desc nodes[2];
    struct accel_attribute attributes[3];
    struct accel_quantization quantization;
    struct accel_capture capture;
    struct accel_region_port port;
    struct accel_region region;
    const struct accel_region *regions[1];
    struct accel_graph_desc inside, graph;
    struct accel_entry_desc entry;
    struct accel_model_desc desc;
} parts;

static const uint32_t inputs[] = {0, 1}, outputs[] = {2};

/* The operands and their sum, and a quantised constant, in blocks of four with scales of binary16. */
static void describe_tensors(void)
{
    static const char *const names[] = {"a", "b", "sum"};
    static const int8_t table[8] = {1, 2, 3, 4, 5, 6, 7, 8}, zeros[2] = {-1, 1};
    static const uint16_t scales[2] = {0x3c00, 0x3800};
    static const int64_t blocks = 4;
    struct accel_tensor_desc *tensors = parts.tensors;
    parts.eight.size = 8, parts.eight.symbol = ACCEL_SYMBOL_NONE;
    for (int i = 0; i < 3; ++i) tensors[i].name = names[i], tensors[i].type = ACCEL_TYPE_F32, tensors[i].rank = 1, tensors[i].dims = &parts.eight;
    struct accel_quantization *in_blocks = &parts.quantization;
    in_blocks->struct_size = sizeof *in_blocks, in_blocks->kind = ACCEL_QUANTIZATION_KIND_AFFINE, in_blocks->scale_type = ACCEL_TYPE_F16, in_blocks->zero_point_type = ACCEL_TYPE_I8;
    in_blocks->rank = 1, in_blocks->block_dims = &blocks, in_blocks->scales = scales, in_blocks->zero_points = zeros, in_blocks->count = 2;
    tensors[3].name = "table", tensors[3].type = ACCEL_TYPE_I8, tensors[3].rank = 1, tensors[3].dims = &parts.eight, tensors[3].data = table, tensors[3].data_bytes = sizeof table;
    tensors[3].quantization = in_blocks;
    tensors[4] = tensors[2], tensors[4].name = "branch";
}

/* The sum, with attributes that have names, as any operation may. */
static void describe_sum(struct accel_node_desc *node)
{
    static const int64_t steps[] = {3, 4};
    static const struct accel_bytes word = {"a\0b", 3};
    static const uint32_t numbers[] = {3};
    struct accel_attribute *attributes = parts.attributes;
    attributes[0].kind = ACCEL_ATTRIBUTE_KIND_INTS, attributes[0].name = "steps", attributes[0].values = steps, attributes[0].count = 2;
    attributes[1].kind = ACCEL_ATTRIBUTE_KIND_STRING, attributes[1].name = "word", attributes[1].values = &word, attributes[1].count = 1;
    attributes[2].kind = ACCEL_ATTRIBUTE_KIND_TENSOR, attributes[2].name = "table", attributes[2].values = numbers, attributes[2].count = 1;
    node->name = "add", node->operation = ACCEL_OPERATION_ADD, node->revision = 1, node->input_count = 2, node->inputs = inputs, node->outputs = outputs, node->output_count = 1;
    node->attributes = attributes, node->attribute_count = 3;
}

/* A branch that nothing reads, so that nobody is asked about it; it takes `a` from around it. */
static void describe_branch(struct accel_node_desc *node)
{
    static const uint32_t first[] = {0}, made[] = {4};
    struct accel_graph_desc *inside = &parts.inside;
    struct accel_region *region = &parts.region;
    parts.taken[0] = parts.tensors[0];
    inside->struct_size = sizeof *inside, inside->name = "then", inside->tensors = parts.taken, inside->tensor_count = 1, inside->tensor_size = sizeof parts.taken[0];
    inside->outputs = first, inside->output_count = 1;
    parts.port.kind = ACCEL_REGION_PORT_KIND_VALUE, parts.port.operand = ACCEL_OPERAND_NONE;
    region->struct_size = sizeof *region, region->graph = inside, region->captures = &parts.capture, region->capture_count = 1, region->outputs = &parts.port, region->role = ACCEL_REGION_ROLE_THEN;
    parts.regions[0] = region;
    node->name = "choose", node->custom_name = "Choose", node->outputs = made, node->output_count = 1, node->regions = parts.regions, node->region_count = 1;
}

static void describe_graph(struct accel_graph_desc *graph)
{
    memset(&parts, 0, sizeof parts);
    describe_tensors();
    describe_sum(&parts.nodes[0]);
    describe_branch(&parts.nodes[1]);
    graph->struct_size = sizeof *graph, graph->name = "adder", graph->tensors = parts.tensors, graph->tensor_count = 5, graph->tensor_size = sizeof parts.tensors[0];
    graph->nodes = parts.nodes, graph->node_count = 2, graph->node_size = sizeof parts.nodes[0], graph->attribute_size = sizeof parts.attributes[0];
    graph->inputs = inputs, graph->input_count = 2, graph->outputs = outputs, graph->output_count = 1;
}

/* Asks for a model while a member is other than it should be. */
#define REFUSED_WITH(member, change, back)                   \
    do {                                                     \
        parts.member change;                                 \
        STEP(model_create, instance, &parts.desc, &refused); \
        parts.member back;                                   \
    } while (0)

/* Values of a later version, and sizes that no caller has. */
static void say_it_wrongly(struct accel_instance *instance)
{
    struct accel_model *refused = NULL;
    REFUSED_WITH(graph.attribute_size, -= 4, += 4);
    REFUSED_WITH(graph.attribute_size, += 4, -= 4);
    REFUSED_WITH(attributes[1].kind, += 1000, -= 1000);
    REFUSED_WITH(tensors[1].type, += 1000, -= 1000);
    REFUSED_WITH(nodes[0].revision, = 2, = 1);
    REFUSED_WITH(quantization.kind, += 1000, -= 1000);
    REFUSED_WITH(quantization.struct_size, = 8, = sizeof parts.quantization);
    REFUSED_WITH(desc.entry_size, -= 4, += 4);
    REFUSED_WITH(desc.entry_size, += 4, -= 4);
    REFUSED_WITH(region.role, += 1000, -= 1000);
}

/* What a caller says that is newer than the library. */
static void say_it_later(struct accel_instance *instance)
{
#ifdef ABI_NEXT
    struct accel_model *refused = NULL;
    REFUSED_WITH(region.abi_next, = 1, = 0);
    REFUSED_WITH(quantization.abi_next, = 1, = 0);
    REFUSED_WITH(entry.abi_next, = 1, = 0);
    REFUSED_WITH(attributes[1].abi_next, = 1, = 0);
    REFUSED_WITH(tensors[1].abi_next, = 1, = 0);
    REFUSED_WITH(graph.abi_next, = 1, = 0);
#else
    (void)instance;
#endif
}

static struct accel_model *make_model(struct accel_instance *instance)
{
    describe_graph(&parts.graph);
    parts.entry.name = "", parts.entry.graph = &parts.graph;
    parts.desc.struct_size = sizeof parts.desc, parts.desc.entries = &parts.entry, parts.desc.entry_count = 1, parts.desc.entry_size = sizeof parts.entry;
    struct accel_model *model = NULL;
    MUST(model_create, instance, &parts.desc, &model);
    say_it_wrongly(instance);
    struct accel_model_entry_info told;
    memset(&told, 0, sizeof told);
    told.struct_size = sizeof told;
    MUST(model_entry, model, 0, &told);
    const struct accel_region *kept = accel_graph_node(told.graph, 1)->regions[0];
    printf("region: role %u, takes %u of %u, %u ports\n", kept->role, kept->capture_count, kept->captures[0].outer, kept->graph->output_count);
    say_it_later(instance);
    return model;
}
