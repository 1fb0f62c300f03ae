/* SPDX-License-Identifier: MIT */
/*
 * Graphs: tensors, nodes, regions. The same form serves applications, importers and modules.
 */
#ifndef ACCEL_GRAPH_H
#define ACCEL_GRAPH_H

#include <accel/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

enum accel_attribute_kind {
    ACCEL_ATTRIBUTE_KIND_INTS = 1,
    ACCEL_ATTRIBUTE_KIND_FLOATS = 2,
    ACCEL_ATTRIBUTE_KIND_STRING = 3
};

struct accel_attribute {
    uint32_t key;         /**< enum accel_attribute_key; 0: custom, by name */
    uint32_t kind;        /**< enum accel_attribute_kind */
    const char *name;     /**< for key 0 */
    const int64_t *ints;
    const float *floats;
    const char *string;   /**< any bytes, and a NUL behind them */
    uint32_t count;       /**< of ints, floats, or bytes of string without the NUL */
    uint32_t reserved;    /**< must be 0 */
};

struct accel_graph_desc;

struct accel_node_desc {
    const char *name;
    uint32_t operation;                     /**< enum accel_operation; 0: custom, by domain and custom_name */
    uint32_t input_count;
    const uint32_t *inputs;                 /**< tensor indices, ACCEL_TENSOR_NONE for an absent one */
    const uint32_t *outputs;
    uint32_t output_count;
    uint32_t attribute_count;
    const struct accel_attribute *attributes;
    const struct accel_graph_desc *const *regions; /**< bodies of If and Loop */
    uint32_t region_count;
    uint32_t rounding;                      /**< enum accel_rounding of a requantising operation; 0 elsewhere */
    const char *domain;                     /**< of a custom node; "" is ONNX's own */
    const char *custom_name;                /**< of a custom node */
    const char *overload;                   /**< of a custom node that calls one of several functions of a name; "" or NULL if none */
    const char *reason;                     /**< of a custom node: why its maker could not say it with the catalog, a part of a sentence; "" or NULL if nobody says */
};

/**
 * A graph in topological order. The same form serves applications, importers and backends.
 *
 * Shapes: axis order and operand order are ONNX's; api/catalog/ops has each operation.
 */
struct accel_graph_desc {
    size_t struct_size;
    const char *name;
    const struct accel_tensor_desc *tensors;
    const struct accel_node_desc *nodes;
    const uint32_t *inputs;    /**< tensor indices */
    const uint32_t *outputs;
    const struct accel_symbol *symbols;           /**< elements of symbol_size */
    const struct accel_expression *expressions;
    uint32_t tensor_count;
    uint32_t tensor_size;      /**< sizeof(struct accel_tensor_desc) of the maker */
    uint32_t node_count;
    uint32_t node_size;        /**< sizeof(struct accel_node_desc) of the maker */
    uint32_t input_count;
    uint32_t output_count;
    uint32_t symbol_count;
    uint32_t symbol_size;      /**< sizeof(struct accel_symbol) of the maker */
    uint32_t expression_count;
    uint32_t operation_profile; /**< catalog revision used; 0: ACCEL_OPERATION_PROFILE */
};

/** Tensor number index of a graph, whatever version of this header its maker had. Ownership: lives as long as the graph. Threads: any thread. Blocks: never. */
static inline const struct accel_tensor_desc *accel_graph_tensor(const struct accel_graph_desc *graph, uint32_t index)
{
    return (const struct accel_tensor_desc *)(const void *)((const char *)graph->tensors + (size_t)index * graph->tensor_size);
}

/** Node number index of a graph, whatever version of this header its maker had. Ownership: lives as long as the graph. Threads: any thread. Blocks: never. */
static inline const struct accel_node_desc *accel_graph_node(const struct accel_graph_desc *graph, uint32_t index)
{
    return (const struct accel_node_desc *)(const void *)((const char *)graph->nodes + (size_t)index * graph->node_size);
}

/** Symbol number index of a graph, whatever version of this header its maker had. Ownership: lives as long as the graph. Threads: any thread. Blocks: never. */
static inline const struct accel_symbol *accel_graph_symbol(const struct accel_graph_desc *graph, uint32_t index)
{
    return (const struct accel_symbol *)(const void *)((const char *)graph->symbols + (size_t)index * graph->symbol_size);
}

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_GRAPH_H */
