// SPDX-License-Identifier: MIT
// A model: checked graphs, with what keeps their constants alive.
#pragma once

#include <accel/backend.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/constant_budget.h"
#include "base/object.h"
#include "base/release.h"
#include "files/file_set.h"
#include "graph/graph.h"

namespace accel::runtime {

/// What bounds the memory for constants in each build of a model.
struct ConstantBounds {
    uint64_t given_bytes = 0;  ///< by the application; 0: nothing
    uint64_t model_bytes = 0;
    uint64_t used_bytes = 0;  ///< by the import
    uint64_t limit_bytes() const { return ConstantBudget::limit_for(given_bytes, model_bytes); }
};

/// A graph of a model that can be run.
struct ModelEntry {
    std::string name;
    Graph graph;  ///< has passed the rules
};

/// What an imported model's constants live in: its files and the importer's own memory.
class ModelSource {
public:
    virtual ~ModelSource() = default;
    virtual const FileSet *watched() const = 0;
    virtual ConstantBounds bounds() const = 0;
};

}  // namespace accel::runtime

struct accel_model : accel::runtime::Object {
    /// entries are at least one. source may be null.
    accel_model(accel_instance *instance, std::vector<accel::runtime::ModelEntry> entries, std::unique_ptr<accel::runtime::ModelSource> source);
    ~accel_model() override;

    accel_instance *instance() const { return instance_; }
    const std::vector<accel::runtime::ModelEntry> &entries() const { return entries_; }
    const accel_graph_desc &desc(size_t entry) const { return descs_[entry].get(); }
    /// Of all constants, those with one place, size and type once.
    uint64_t constant_bytes() const { return constant_bytes_; }
    uint32_t custom_node_count() const { return custom_node_count_; }
    /// Its files; null for a model without.
    const accel::runtime::FileSet *files() const { return source_ ? source_->watched() : nullptr; }
    /// CORRUPT if a file has changed since the import (G-16).
    accel_status verify_files() const { return files() ? files()->verify(this) : ACCEL_STATUS_OK; }
    accel::runtime::ConstantBounds bounds() const;
    /// Constant data or the model's bytes are on loan until the model ends; programs keep their model.
    void lend(accel::runtime::Release release) { release_ = std::move(release); }

protected:
    void let_go() override;

private:
    accel_instance *instance_;  ///< one counted reference
    accel::runtime::Release release_;
    std::unique_ptr<accel::runtime::ModelSource> source_;
    const std::vector<accel::runtime::ModelEntry> entries_;
    std::deque<accel::runtime::GraphDesc> descs_;  ///< by entry
    uint64_t constant_bytes_ = 0;
    uint32_t custom_node_count_ = 0;
};
