// SPDX-License-Identifier: MIT
// From the main subgraph of the file to operations.
#pragma once

#include "custom.h"
#include "node.h"

namespace accel::tflite {

/// The subgraph as operations of the catalog, and custom nodes where it has none.
class Translation {
public:
    Translation(const File &file, importer::Host &host, importer::ConstantStore &store, Graph &graph);
    void run();

private:
    void name_ports();
    void add_inputs();
    std::vector<bool> live() const;
    void translate(const schema::Operator &op, size_t position);
    std::string try_translate(const schema::Operator &op, const File::Code &code, size_t position);
    void add_outputs();
    ValueId copied(ValueId id, std::string_view name);

    const File &file_;
    importer::Host &host_;
    Graph &graph_;
    const schema::SubGraph &subgraph_;
    Emitter emitter_;
    Tensors tensors_;
};

}  // namespace accel::tflite
