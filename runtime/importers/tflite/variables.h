// SPDX-License-Identifier: MIT
// Variables of a file: CALL_ONCE, VAR_HANDLE, READ_VARIABLE and ASSIGN_VARIABLE as variables of the graph, which a run reads when it begins and writes when it ends.
#pragma once

#include "node.h"

#include <map>
#include <string>

namespace accel::tflite {

/// What keeps a value from run to run. Within one run a read sees what was assigned before it.
class Variables {
public:
    Variables(const File &file, Tensors &tensors, Emitter &emitter, importer::ConstantStore &store) : file_(file),
                                                                                                      tensors_(tensors),
                                                                                                      emitter_(emitter),
                                                                                                      store_(store) {}

    /// Does the operation make, read or write one?
    static bool concerns(schema::BuiltinOperator op);
    /// UNSUPPORTED, and nothing has changed, where it cannot be said.
    void translate(const schema::Operator &op, const File::Code &code, size_t position);
    /// Behind all operators: what was assigned, under the name of its variable.
    template <typename Give>
    void finish(Give give)
    {
        for (const auto &[name, held] : held_) {
            if (held.is_assigned) {
                give(held.value, held.index, emitter_.graph().variables[held.index].name);
            }
        }
    }

private:
    struct Held {
        uint32_t index = 0;        ///< of the graph's variables
        ValueId value = kNoValue;  ///< as it is now
        bool is_assigned = false;
    };
    /// A constant of the operators that run once.
    struct First {
        const schema::Tensor *tensor = nullptr;
        std::span<const char> bytes;
    };

    void call_once(const schema::Operator &op, Node &node);
    void read(Node &node, const std::string &name, const schema::Operator &op);
    void assign(Node &node, const std::string &name, const schema::Operator &op);
    Held &hold(Node &node, const std::string &name, const Tensor &like);
    const std::string &name_of_handle(const Node &node, const schema::Operator &op) const;
    static std::string name_of(const Node &node, const schema::Operator &op);

    const File &file_;
    Tensors &tensors_;
    Emitter &emitter_;
    importer::ConstantStore &store_;
    std::map<int32_t, std::string> handles_;  ///< by the number of their tensor
    std::map<std::string, First> first_;
    std::map<std::string, Held> held_;
};

}  // namespace accel::tflite
