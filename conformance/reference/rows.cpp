// SPDX-License-Identifier: MIT
// The rows of all families, and the question put to the one that answers it.
#include "rows.h"

#include <algorithm>
#include <stdexcept>

#include "functions.h"

namespace accel::conformance {

const std::vector<ReferenceRow> &reference_rows()
{
    static const std::vector<ReferenceRow> rows = [] {
        std::vector<ReferenceRow> all;
        for (const auto family : {kDotRows, kPoolRows, kElementRows, kJoinedRows, kNormaliseRows, kStatisticsRows, kReduceRows, kMoveRows, kPlaceRows, kResizeRows, kSampleRows, kFoundRows, kTopRows, kConvertRows, kSizeRows, kRecurrentRows, kControlRows})
            all.insert(all.end(), family.begin(), family.end());
        for (const auto &row : unary_functions()) all.push_back({row.operation, unary});
        for (const auto &row : binary_functions()) all.push_back({row.operation, binary});
        std::sort(all.begin(), all.end(), [](const ReferenceRow &a, const ReferenceRow &b) { return a.operation < b.operation; });
        return all;
    }();
    return rows;
}

std::vector<Answer> answers_to(const Question &question)
{
    for (const auto &row : reference_rows())
        if (row.operation == question.operation) return row.answer(question);
    throw std::runtime_error("the reference has no row for operation " + std::to_string(question.operation));
}

}  // namespace accel::conformance
