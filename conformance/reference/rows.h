// SPDX-License-Identifier: MIT
// The reference: one function for each operation of the catalog, in binary64 or in whole numbers.
//
// It follows the ONNX operator and docs/operations.md, and shares nothing with the graph library or a backend: shapes are its own too. It is itself
// compared with published ONNX data (conformance.recorded).
#pragma once

#include "question.h"

#include <span>

namespace accel::conformance {

using Reference = std::vector<Answer> (*)(const Question &question);

struct ReferenceRow {
    accel_operation operation;
    Reference answer;
};

// A row stands in the file of its family, behind its function. Constants: there before anything runs.
extern const std::span<const ReferenceRow> kDotRows;         // dot.cpp
extern const std::span<const ReferenceRow> kPoolRows;        // pool.cpp
extern const std::span<const ReferenceRow> kElementRows;     // element.cpp
extern const std::span<const ReferenceRow> kJoinedRows;      // elementwise.cpp
extern const std::span<const ReferenceRow> kNormaliseRows;   // normalise.cpp
extern const std::span<const ReferenceRow> kStatisticsRows;  // statistics.cpp
extern const std::span<const ReferenceRow> kReduceRows;      // reduce.cpp
extern const std::span<const ReferenceRow> kMoveRows;        // move.cpp
extern const std::span<const ReferenceRow> kPlaceRows;       // places.cpp
extern const std::span<const ReferenceRow> kResizeRows;      // resize.cpp
extern const std::span<const ReferenceRow> kSampleRows;      // sample.cpp
extern const std::span<const ReferenceRow> kFoundRows;       // found.cpp
extern const std::span<const ReferenceRow> kTopRows;         // top.cpp
extern const std::span<const ReferenceRow> kConvertRows;     // convert.cpp
extern const std::span<const ReferenceRow> kSizeRows;        // sizes.cpp
extern const std::span<const ReferenceRow> kRecurrentRows;   // recurrent.cpp
extern const std::span<const ReferenceRow> kControlRows;     // control.cpp

/// One row for each operation of the catalog; those that are functions of single elements have theirs in functions.h.
const std::vector<ReferenceRow> &reference_rows();

/// Throws where the operation has no row.
std::vector<Answer> answers_to(const Question &question);

}  // namespace accel::conformance
