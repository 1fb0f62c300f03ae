/* SPDX-License-Identifier: MIT */
/* The model of app.c: y = a + b, beside it what else a graph may hold; and the ways to say one wrongly. Uses STEP and MUST of app.c. */
#ifndef APP_MODEL_H
#define APP_MODEL_H

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

#endif
