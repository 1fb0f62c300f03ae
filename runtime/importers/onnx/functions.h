// SPDX-License-Identifier: MIT
// Functions that a model defines, and calls of them.
#pragma once

#include "common/graph.h"
#include "proto.h"
#include "types.h"

#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <tuple>
#include <vector>

namespace accel::onnx {

/// A function, with its body as a graph.
struct Function {
    FunctionProto proto;
    GraphProto body;             ///< all outputs, in their order
    OperatorSets operator_sets;  ///< the model's where it names none

    /// "function 'name' of domain 'domain'"
    std::string label() const;
};

class Functions {
public:
    /// CORRUPT where two have one name. What the bodies' ports are written in lives in the memory.
    Functions(const std::vector<Bytes> &functions, const OperatorSets &of_model, ModelMemory &memory);
    /// The one that a node calls; null: none.
    const Function *find(const NodeProto &node) const;

private:
    using Key = std::tuple<std::string_view, std::string_view, std::string_view>;  ///< domain, name, overload
    std::map<Key, Function> functions_;
};

/// One call, as nodes of the function's body see it.
struct Call {
    const Function *function;
    std::vector<AttributeProto> attributes;  ///< as given, or the function's default
    std::set<std::string_view> absent;       ///< inputs without an operand
    std::shared_ptr<const Call> from;        ///< the call that this one is in; null: none
};

/// The call that a node makes: its attributes, and which inputs it leaves out. CORRUPT where the function calls itself, or the node has too many operands or results; UNSUPPORTED where it has
/// attributes that are not the function's.
std::shared_ptr<const Call> call_of(const Function &function, const NodeProto &node, std::shared_ptr<const Call> from);

/// A node of a function's body as this call makes it: attributes that it refers to have their values, or are not there; operands that the call leaves out are absent.
void apply(const Call &call, NodeProto &node);

}  // namespace accel::onnx
