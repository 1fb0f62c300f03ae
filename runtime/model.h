// SPDX-License-Identifier: MIT
// A model: a checked graph, with what keeps its constants alive.
#pragma once

#include <accel/backend.h>

#include <memory>

#include "graph.h"
#include "object.h"
#include "release.h"

namespace accel::runtime {

/// What an imported model's constants live in: the mapped file and the importer's own memory.
class ModelSource {
public:
    virtual ~ModelSource() = default;
};

}  // namespace accel::runtime

struct accel_model : accel::runtime::Object {
    /// graph has passed the rules. source may be null.
    accel_model(accel_instance *instance, accel::runtime::Graph graph, std::unique_ptr<accel::runtime::ModelSource> source);
    ~accel_model() override;

    accel_instance *instance() const { return instance_; }
    const accel::runtime::Graph &graph() const { return graph_; }
    const accel_graph_desc &desc() const { return desc_.get(); }
    /// Constant data or the model's bytes are on loan until the model ends; programs keep their model.
    void lend(accel::runtime::Release release) { release_ = std::move(release); }

protected:
    void let_go() override;

private:
    accel_instance *instance_;  ///< one counted reference
    accel::runtime::Release release_;
    std::unique_ptr<accel::runtime::ModelSource> source_;
    const accel::runtime::Graph graph_;
    accel::runtime::GraphDesc desc_;
};
