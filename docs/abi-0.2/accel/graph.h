/* SPDX-License-Identifier: MIT */
/*
 * Graphs: tensors, nodes, regions. The same form serves applications, importers and modules.
 *
 * Arrays whose elements may grow carry the element's size in the graph: step through them with the accel_graph_* functions below, or
 * natively where the maker had the same header. Elements said to be frozen never change.
 */
#ifndef ACCEL_GRAPH_H
#define ACCEL_GRAPH_H

#include <accel/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Kinds of attributes. The numbers below 32 are those of ONNX's AttributeProto. */
enum accel_attribute_kind {
    ACCEL_ATTRIBUTE_KIND_FLOAT = 1,          /**< float, count 1 */
    ACCEL_ATTRIBUTE_KIND_INT = 2,            /**< int64_t, count 1 */
    ACCEL_ATTRIBUTE_KIND_STRING = 3,         /**< struct accel_bytes, count 1; any bytes */
    ACCEL_ATTRIBUTE_KIND_TENSOR = 4,         /**< uint32_t, count 1: a constant of the graph's tensor table */
    ACCEL_ATTRIBUTE_KIND_GRAPH = 5,          /**< uint32_t, count 1: one of the node's regions */
    ACCEL_ATTRIBUTE_KIND_FLOATS = 6,         /**< float */
    ACCEL_ATTRIBUTE_KIND_INTS = 7,           /**< int64_t */
    ACCEL_ATTRIBUTE_KIND_STRINGS = 8,        /**< struct accel_bytes */
    ACCEL_ATTRIBUTE_KIND_TENSORS = 9,        /**< uint32_t, as TENSOR */
    ACCEL_ATTRIBUTE_KIND_GRAPHS = 10,        /**< uint32_t, as GRAPH */
    ACCEL_ATTRIBUTE_KIND_SPARSE_TENSOR = 11, /**< struct accel_sparse_tensor, count 1 */
    ACCEL_ATTRIBUTE_KIND_SPARSE_TENSORS = 12, /**< struct accel_sparse_tensor */
    ACCEL_ATTRIBUTE_KIND_TYPE = 13,          /**< struct accel_bytes, count 1: ONNX's text for a type, "seq(tensor(float))" */
    ACCEL_ATTRIBUTE_KIND_TYPES = 14,         /**< struct accel_bytes, as TYPE */
    ACCEL_ATTRIBUTE_KIND_DOUBLE = 32,        /**< double, count 1 */
    ACCEL_ATTRIBUTE_KIND_DOUBLES = 33,       /**< double */
    ACCEL_ATTRIBUTE_KIND_MAX_ENUM = 0x7fffffff
};

/** A sparse constant: values in the order of their indices. Frozen. */
struct accel_sparse_tensor {
    uint32_t values;       /**< constant of rank 1 in the graph's tensor table */
    uint32_t indices;      /**< I64 constant: linear indices [values], or coordinates [values, rank] */
    uint32_t rank;
    uint32_t reserved;     /**< must be 0 */
    const int64_t *dims;   /**< rank */
};

/** A fact about a node that is known when the graph is made. What may be computed is an operand. */
struct accel_attribute {
    uint32_t key;          /**< enum accel_attribute_key; 0: by name. Any number: sets of keys are lists, not masks */
    uint32_t kind;         /**< enum accel_attribute_kind; of an unknown kind the values may not be read */
    const char *name;      /**< for key 0, else NULL */
    const void *values;    /**< count, of the type that kind names, aligned for it */
    uint64_t count;
};

/** What a region is to its node. */
enum accel_region_role {
    ACCEL_REGION_ROLE_BODY = 1,          /**< of a loop or scan */
    ACCEL_REGION_ROLE_THEN = 2,          /**< of If */
    ACCEL_REGION_ROLE_ELSE = 3,          /**< of If */
    ACCEL_REGION_ROLE_CONDITION = 4,     /**< of a loop whose condition is a graph of its own */
    /** the same function in other operations: a device may take the node, or the runtime puts these in its place */
    ACCEL_REGION_ROLE_DECOMPOSITION = 5,
    ACCEL_REGION_ROLE_CUSTOM = 6         /**< of a custom node, which alone knows */
};

/** A tensor of the enclosing graph that a region reads; never a constant: those are in its own table, with the same data. Frozen. */
struct accel_capture {
    uint32_t outer;        /**< tensor of the enclosing graph */
    uint32_t inner;        /**< tensor of the region's graph, with the same type and dimensions; no node of it makes it */
};

/** What an input or output of a region's graph is connected to. */
enum accel_region_port_kind {
    ACCEL_REGION_PORT_KIND_VALUE = 1,     /**< input: the operand. Output: the result */
    /** input: the operand at first, then the output of the same operand's slot. Output: that, and at last the result */
    ACCEL_REGION_PORT_KIND_CARRIED = 2,
    ACCEL_REGION_PORT_KIND_SCANNED = 3,   /**< input: one slice of the operand each time. Output: one slice of the result each time */
    /** input: how often the body ran before, a scalar of I64. operand: how often it may run, a scalar of I64 */
    ACCEL_REGION_PORT_KIND_ITERATION = 4,
    /** input: the condition of this time. Output: go on? A scalar of BOOL. operand, on either: the condition of the first time */
    ACCEL_REGION_PORT_KIND_CONDITION = 5
};

/** One input or output of a region's graph. Frozen. */
struct accel_region_port {
    uint32_t kind;         /**< enum accel_region_port_kind */
    uint32_t operand;      /**< position among the node's inputs; ACCEL_NONE if none */
    uint32_t result;       /**< position among the node's outputs; ACCEL_NONE if none */
    uint32_t reversed;     /**< of SCANNED: 1 from the last slice to the first */
    int64_t axis;          /**< of SCANNED: the axis that is cut or joined, not negative */
};

struct accel_graph_desc;

/**
 * A graph inside a node, and how it is connected.
 *
 * A region reads its inputs and its captures and nothing else of the enclosing graph; what it needs from further out, its parent captures
 * too. Its graph points to the same symbols, expressions and variables as the outermost one.
 *
 * Which operand chooses between THEN and ELSE is the operation's to say (operand 0 of If); what limits and begins a loop, its ports say. A
 * loop with none of both operands runs until its condition ends it.
 */
struct accel_region {
    size_t struct_size;
    const struct accel_graph_desc *graph;
    const struct accel_capture *captures;
    const struct accel_region_port *inputs;  /**< one per input of the graph */
    const struct accel_region_port *outputs; /**< one per output of the graph */
    uint32_t role;                           /**< enum accel_region_role */
    uint32_t capture_count;
};

struct accel_node_desc {
    const char *name;
    uint32_t operation;                      /**< enum accel_operation; 0: custom, by domain and custom_name */
    /**
     * Which meaning of the operation: the lowest revision in the catalog that says what this node says, at least 1. Of a custom node the
     * version of the operator set of its domain, or 0.
     */
    uint32_t revision;
    const char *domain;                      /**< of a custom node; "" is ONNX's own */
    const char *custom_name;                 /**< of a custom node */
    const char *overload;                    /**< of a custom node that calls one of several functions of a name; "" or NULL if none */
    /** tensor indices, ACCEL_TENSOR_NONE for an absent one; values such as a shape or bounds are among them */
    const uint32_t *inputs;
    const uint32_t *outputs;                 /**< tensor indices, ACCEL_TENSOR_NONE for a result that nobody reads */
    const struct accel_attribute *attributes; /**< elements of attribute_size of the graph */
    const struct accel_region *const *regions;
    uint32_t input_count;
    uint32_t output_count;
    uint32_t attribute_count;
    uint32_t region_count;
    uint32_t rounding;                       /**< enum accel_rounding of a requantising operation; 0 elsewhere */
    uint32_t flags;                          /**< must be 0 */
};

/**
 * A graph in topological order.
 *
 * Shapes: axis order and operand order are ONNX's; docs/operations.md has each operation.
 */
struct accel_graph_desc {
    size_t struct_size;
    const char *name;
    const struct accel_tensor_desc *tensors;
    const struct accel_node_desc *nodes;
    const uint32_t *inputs;    /**< tensor indices */
    const uint32_t *outputs;   /**< no input among them, and none twice: an IDENTITY stands between */
    const struct accel_symbol *symbols;
    const struct accel_expression *expressions;
    const struct accel_variable *variables;
    uint32_t tensor_count;
    uint32_t tensor_size;      /**< sizeof(struct accel_tensor_desc) of the maker */
    uint32_t node_count;
    uint32_t node_size;        /**< sizeof(struct accel_node_desc) of the maker */
    uint32_t attribute_size;   /**< sizeof(struct accel_attribute) of the maker */
    uint32_t symbol_count;
    uint32_t symbol_size;      /**< sizeof(struct accel_symbol) of the maker */
    uint32_t expression_count;
    uint32_t variable_count;
    uint32_t variable_size;    /**< sizeof(struct accel_variable) of the maker */
    uint32_t input_count;
    uint32_t output_count;
};

/**
 * Tensor number index of a graph, whatever version of this header its maker had.
 *
 * Ownership: lives as long as the graph. Threads: any thread. Blocks: never.
 */
static inline const struct accel_tensor_desc *accel_graph_tensor(const struct accel_graph_desc *graph, uint32_t index)
{
    return (const struct accel_tensor_desc *)(const void *)((const char *)graph->tensors + (size_t)index * graph->tensor_size);
}

/**
 * Node number index of a graph, whatever version of this header its maker had.
 *
 * Ownership: lives as long as the graph. Threads: any thread. Blocks: never.
 */
static inline const struct accel_node_desc *accel_graph_node(const struct accel_graph_desc *graph, uint32_t index)
{
    return (const struct accel_node_desc *)(const void *)((const char *)graph->nodes + (size_t)index * graph->node_size);
}

/** Attribute number index of a node of a graph. Ownership: lives as long as the graph. Threads: any thread. Blocks: never. */
static inline const struct accel_attribute *accel_graph_attribute(const struct accel_graph_desc *graph, const struct accel_node_desc *node, uint32_t index)
{
    return (const struct accel_attribute *)(const void *)((const char *)node->attributes + (size_t)index * graph->attribute_size);
}

/** Symbol number index of a graph. Ownership: lives as long as the graph. Threads: any thread. Blocks: never. */
static inline const struct accel_symbol *accel_graph_symbol(const struct accel_graph_desc *graph, uint32_t index)
{
    return (const struct accel_symbol *)(const void *)((const char *)graph->symbols + (size_t)index * graph->symbol_size);
}

/** Variable number index of a graph. Ownership: lives as long as the graph. Threads: any thread. Blocks: never. */
static inline const struct accel_variable *accel_graph_variable(const struct accel_graph_desc *graph, uint32_t index)
{
    return (const struct accel_variable *)(const void *)((const char *)graph->variables + (size_t)index * graph->variable_size);
}

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_GRAPH_H */
