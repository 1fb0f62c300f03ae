// SPDX-License-Identifier: MIT
// From the main subgraph of the file to operations.
#pragma once

#include "custom.h"
#include "node.h"
#include "variables.h"

namespace accel::tflite {

/// The subgraph as operations of the catalog, and custom nodes where it has none.
class Translation {
public:
    Translation(const File &file, importer::Host &host, importer::ConstantStore &store, Graph &graph) : Translation(file, file.main(), host, store, graph, 0) {}
    void run();

private:
    Translation(const File &file, const schema::SubGraph &subgraph, importer::Host &host, importer::ConstantStore &store, Graph &graph, uint32_t depth);
    void name_ports();
    void add_inputs();
    std::vector<bool> live() const;
    void translate(const schema::Operator &op, size_t position);
    std::string try_translate(const schema::Operator &op, const File::Code &code, size_t position);
    void translate_live();
    void add_outputs();
    // branches.cpp
    void translate_if(const schema::Operator &op, Node &node);
    importer::Body branch(Node &node, const schema::Operator &op, int32_t index, uint32_t role);
    ValueId copied(ValueId id, std::string_view name);

    const File &file_;
    importer::Host &host_;
    importer::ConstantStore &store_;
    Graph &graph_;
    const uint32_t depth_;  ///< how many graphs are around it
    const schema::SubGraph &subgraph_;
    Emitter emitter_;
    Tensors tensors_;
    Variables variables_;
};

}  // namespace accel::tflite
