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

/** Kinds of attributes. The numbers below 32 are those of ONNX's AttributeProto: one value and a list of one are different kinds. */
enum accel_attribute_kind {
    ACCEL_ATTRIBUTE_KIND_FLOAT = 1,           /**< float, count 1 */
    ACCEL_ATTRIBUTE_KIND_INT = 2,             /**< int64_t, count 1 */
    ACCEL_ATTRIBUTE_KIND_STRING = 3,          /**< struct accel_bytes, count 1; any bytes */
    ACCEL_ATTRIBUTE_KIND_TENSOR = 4,          /**< uint32_t, count 1: a constant of the graph's tensor table */
    ACCEL_ATTRIBUTE_KIND_GRAPH = 5,           /**< uint32_t, count 1: one of the node's regions */
    ACCEL_ATTRIBUTE_KIND_FLOATS = 6,          /**< float */
    ACCEL_ATTRIBUTE_KIND_INTS = 7,            /**< int64_t */
    ACCEL_ATTRIBUTE_KIND_STRINGS = 8,         /**< struct accel_bytes */
    ACCEL_ATTRIBUTE_KIND_TENSORS = 9,         /**< uint32_t, as TENSOR */
    ACCEL_ATTRIBUTE_KIND_GRAPHS = 10,         /**< uint32_t, as GRAPH */
    ACCEL_ATTRIBUTE_KIND_SPARSE_TENSOR = 11,  /**< struct accel_sparse_tensor, count 1 */
    ACCEL_ATTRIBUTE_KIND_SPARSE_TENSORS = 12, /**< struct accel_sparse_tensor */
    ACCEL_ATTRIBUTE_KIND_TYPE = 13,           /**< struct accel_bytes, count 1: ONNX's text for a type, "seq(tensor(float))" */
    ACCEL_ATTRIBUTE_KIND_TYPES = 14,          /**< struct accel_bytes, as TYPE */
    ACCEL_ATTRIBUTE_KIND_DOUBLE = 32,         /**< double, count 1 */
    ACCEL_ATTRIBUTE_KIND_DOUBLES = 33,        /**< double */
    ACCEL_ATTRIBUTE_KIND_MAX_ENUM = 0x7fffffff
};

/** A sparse constant: values in ascending order of their indices, each index once. Frozen. */
struct accel_sparse_tensor {
    uint32_t values;  /**< constant of rank 1 in the graph's tensor table */
    uint32_t indices; /**< constant of I64 in it: linear indices [values], or coordinates [values, rank] */
    uint32_t rank;
    uint32_t reserved;   /**< must be 0 */
    const int64_t *dims; /**< rank, outermost first */
};

/** A fact about a node that is known when the graph is made. */
struct accel_attribute {
    uint32_t key;       /**< enum accel_attribute_key, whose kind accel_attribute_kind_of tells; 0: custom, by name */
    uint32_t kind;      /**< enum accel_attribute_kind; of an unknown kind the values may not be read */
    const char *name;   /**< for key 0; else "" or NULL */
    const void *values; /**< count, of the type that kind names, aligned for it */
    uint64_t count;     /**< below 2^32, as is the length of each string */
};

/** In accel_region_port: no operand, or no result. */
#define ACCEL_OPERAND_NONE ACCEL_NONE

/** What a region is to its node. */
enum accel_region_role {
    ACCEL_REGION_ROLE_BODY = 1,          /**< of a loop or scan */
    ACCEL_REGION_ROLE_THEN = 2,          /**< of If */
    ACCEL_REGION_ROLE_ELSE = 3,          /**< of If */
    ACCEL_REGION_ROLE_CONDITION = 4,     /**< of a loop whose condition is a graph of its own */
    ACCEL_REGION_ROLE_DECOMPOSITION = 5, /**< the same function in other operations: a device may take the node, or these in its place */
    ACCEL_REGION_ROLE_CUSTOM = 6,        /**< of a custom node, which alone knows how it is connected: no ports are described */
    ACCEL_REGION_ROLE_MAX_ENUM = 0x7fffffff
};

/** A tensor of the enclosing graph that a region reads; never a constant: those are in its own table, with the same data. Frozen. */
struct accel_capture {
    uint32_t outer; /**< tensor of the enclosing graph: an input, the result of an earlier node, or what that graph captures itself */
    uint32_t inner; /**< tensor of the region's graph, of the same type, rank and dimensions; neither an input nor a result there */
};

/** What an input or output of a region's graph is connected to. */
enum accel_region_port_kind {
    ACCEL_REGION_PORT_KIND_VALUE = 1,     /**< input: the operand. Output: the result */
    ACCEL_REGION_PORT_KIND_CARRIED = 2,   /**< input: the operand at first, then what the output of the same operand was. Output: that, and at last the result */
    ACCEL_REGION_PORT_KIND_SCANNED = 3,   /**< input: one slice of the operand each time. Output: one slice of the result each time */
    ACCEL_REGION_PORT_KIND_ITERATION = 4, /**< input: how often the body ran before, one I64. operand: how often it may run, one I64, if that is limited */
    ACCEL_REGION_PORT_KIND_CONDITION = 5, /**< input: the condition of this time. Output: go on? One BOOL. operand, on either: the condition of the first time */
    ACCEL_REGION_PORT_KIND_MAX_ENUM = 0x7fffffff
};

/** One input or output of a region's graph. Frozen. */
struct accel_region_port {
    uint32_t kind;     /**< enum accel_region_port_kind */
    uint32_t operand;  /**< position among the node's inputs; ACCEL_OPERAND_NONE if none */
    uint32_t result;   /**< of an output: position among the node's outputs; ACCEL_OPERAND_NONE if none, as of every input */
    uint32_t reversed; /**< of SCANNED: 1 from the last slice to the first; else 0 */
    int64_t axis;      /**< of SCANNED: the axis that is cut or joined, not negative; else 0 */
};

struct accel_graph_desc;

/**
 * A graph inside a node, and how it is connected.
 *
 * A region reads its inputs and its captures and nothing else of the enclosing graph; what it needs from further out, its parent captures
 * too. Its graph points to the same symbols and expressions as the outermost one, and has no variables.
 *
 * Which operand chooses between THEN and ELSE is the operation's to say (operand 0 of If); what limits and begins a loop, its ports say. A
 * loop with none of both operands runs until its condition ends it.
 */
struct accel_region {
    size_t struct_size;
    const struct accel_graph_desc *graph;
    const struct accel_capture *captures;    /**< capture_count */
    const struct accel_region_port *inputs;  /**< one per input of the graph; NULL of CUSTOM */
    const struct accel_region_port *outputs; /**< one per output of the graph; NULL of CUSTOM */
    uint32_t role;                           /**< enum accel_region_role */
    uint32_t capture_count;
};

struct accel_node_desc {
    const char *name;
    uint32_t operation; /**< enum accel_operation; 0: custom, by domain and custom_name */
    /**
     * Which meaning of the operation: the lowest revision in the catalog that says what this node says, at least 1. Of a custom node the
     * version of the operator set of its domain, or 0.
     */
    uint32_t revision;
    uint32_t input_count;
    uint32_t output_count;
    const uint32_t *inputs; /**< tensor indices, ACCEL_TENSOR_NONE for an absent one */
    const uint32_t *outputs;
    const struct accel_attribute *attributes;  /**< elements of attribute_size of the graph */
    const struct accel_region *const *regions; /**< nested at most 8 deep */
    uint32_t attribute_count;
    uint32_t region_count;
    uint32_t rounding;       /**< enum accel_rounding of a requantising operation; 0 elsewhere */
    uint32_t flags;          /**< must be 0 */
    const char *domain;      /**< of a custom node; "" is ONNX's own */
    const char *custom_name; /**< of a custom node */
    const char *overload;    /**< of a custom node that calls one of several functions of a name; "" or NULL if none */
    const char *reason;      /**< of a custom node: why its maker could not say it with the catalog, a part of a sentence; "" or NULL if nobody says */
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
    const uint32_t *inputs; /**< tensor indices */
    const uint32_t *outputs;
    const struct accel_symbol *symbols; /**< elements of symbol_size */
    const struct accel_expression *expressions;
    const struct accel_variable *variables; /**< elements of variable_size; not of a region's graph */
    uint32_t tensor_count;
    uint32_t tensor_size; /**< sizeof(struct accel_tensor_desc) of the maker */
    uint32_t node_count;
    uint32_t node_size; /**< sizeof(struct accel_node_desc) of the maker */
    uint32_t input_count;
    uint32_t output_count;
    uint32_t symbol_count;
    uint32_t symbol_size; /**< sizeof(struct accel_symbol) of the maker */
    uint32_t expression_count;
    uint32_t attribute_size; /**< sizeof(struct accel_attribute) of the maker */
    uint32_t variable_count;
    uint32_t variable_size; /**< sizeof(struct accel_variable) of the maker */
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

/** Variable number index of a graph, whatever version of this header its maker had. Ownership: lives as long as the graph. Threads: any thread. Blocks: never. */
static inline const struct accel_variable *accel_graph_variable(const struct accel_graph_desc *graph, uint32_t index)
{
    return (const struct accel_variable *)(const void *)((const char *)graph->variables + (size_t)index * graph->variable_size);
}

/** Attribute number index of a node of a graph, whatever version of this header its maker had. Ownership: lives as long as the graph. Threads: any thread. Blocks: never. */
static inline const struct accel_attribute *accel_graph_attribute(const struct accel_graph_desc *graph, const struct accel_node_desc *node, uint32_t index)
{
    return (const struct accel_attribute *)(const void *)((const char *)node->attributes + (size_t)index * graph->attribute_size);
}

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_GRAPH_H */
