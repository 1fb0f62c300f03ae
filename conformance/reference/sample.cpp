// SPDX-License-Identifier: MIT
// GRID_SAMPLE: each value of the result as the sum of those around a given place, with the product of the weights along all axes.
#include <algorithm>
#include <cmath>

#include "rows.h"

namespace accel::conformance {
namespace {

/// One value along an axis that counts; inside: of x, else it is 0.
struct Neighbour {
    int64_t place;
    double weight, lost;
    bool inside;
};

/// Mirrored at one end after the other until it lies between them.
double folded_back(double place, double low, double high)
{
    if (high <= low) return low;
    while (place < low || place > high) place = place < low ? 2 * low - place : 2 * high - place;
    return place;
}

class Along {
public:
    Along(const Question &question, int64_t size) : mode_(question.text(ACCEL_ATTRIBUTE_MODE)),
                                                    padding_(question.text(ACCEL_ATTRIBUTE_PADDING_MODE)),
                                                    corners_(question.integer(ACCEL_ATTRIBUTE_ALIGN_CORNERS, 0) != 0),
                                                    size_(size),
                                                    low_(corners_ ? 0 : -0.5),
                                                    high_(static_cast<double>(size) - (corners_ ? 1 : 0.5)) {}

    std::vector<Neighbour> around(double coordinate) const
    {
        const auto size = static_cast<double>(size_);
        double place = corners_ ? (coordinate + 1) * (size - 1) / 2 : ((coordinate + 1) * size - 1) / 2;
        // A place errs with the terms that it is made of, and a weight as the place does.
        const double lost = mode_ == "nearest" ? 0 : 8 + 4 * (std::fabs(coordinate) + 1) * size;
        if (mode_ == "nearest") place = std::nearbyint(place);
        if (place < low_ || place > high_) {
            if (padding_ == "border") place = std::clamp(place, 0.0, size - 1);
            if (padding_ == "reflection") place = folded_back(place, low_, high_);
        }
        const double below = std::floor(place), rest = place - below;
        if (mode_ == "nearest") return {neighbour(below, 1, 0)};
        if (mode_ == "cubic") return {neighbour(below - 1, far(1 + rest), lost), neighbour(below, near(rest), lost), neighbour(below + 1, near(1 - rest), lost), neighbour(below + 2, far(2 - rest), lost)};
        return {neighbour(below, 1 - rest, lost), neighbour(below + 1, rest, lost)};
    }

private:
    /// The two pieces of the cubic whose slope at a distance of 1 is -0.75.
    static double near(double d) { return 1.25 * d * d * d - 2.25 * d * d + 1; }
    static double far(double d) { return -0.75 * (d * d * d - 5 * d * d + 8 * d - 4); }

    Neighbour neighbour(double place, double weight, double lost) const
    {
        const bool inside = place >= 0 && place < static_cast<double>(size_);
        if (!inside && padding_ == "border") place = place < 0 ? 0 : static_cast<double>(size_ - 1);
        if (!inside && padding_ == "reflection") place = std::clamp(folded_back(place, low_, high_), 0.0, static_cast<double>(size_ - 1));
        return {static_cast<int64_t>(place), weight, lost, inside || padding_ == "border" || padding_ == "reflection"};
    }

    std::string mode_, padding_;
    bool corners_;
    int64_t size_;
    double low_, high_;
};

std::vector<Answer> grid_sample(const Question &question)
{
    const Tensor &x = question.x(), &grid = *question.operand(1);
    const size_t spatial = x.dims.size() - 2;
    Answer answer;
    answer.dims = {x.dims[0], x.dims[1]};
    answer.dims.insert(answer.dims.end(), grid.dims.begin() + 1, grid.dims.end() - 1);
    for_each_index(answer.dims, [&](const Dims &index) {
        std::vector<std::vector<Neighbour>> axes;
        Dims counts;
        for (size_t axis = 0; axis < spatial; ++axis) {
            Dims from{index[0]};
            from.insert(from.end(), index.begin() + 2, index.end());
            from.push_back(static_cast<int64_t>(spatial - 1 - axis));  // the last axis has the first coordinate
            axes.push_back(Along(question, x.dims[2 + axis]).around(grid.real(position_of(grid.dims, from))));
            counts.push_back(static_cast<int64_t>(axes.back().size()));
        }
        double value = 0, allowed = 0;
        for_each_index(counts, [&](const Dims &choice) {
            Dims place{index[0], index[1]};
            double weight = 1, lost = 0;
            bool inside = true;
            for (size_t axis = 0; axis < spatial; ++axis) {
                const Neighbour &one = axes[axis][static_cast<size_t>(choice[axis])];
                place.push_back(one.place);
                inside = inside && one.inside;
                lost = lost * std::fabs(one.weight) + std::fabs(weight) * one.lost + std::ldexp(lost * one.lost, -23);
                weight *= one.weight;
            }
            if (!inside) {
                allowed += std::ldexp(lost, -23);  // a place that errs may be inside
                return;
            }
            const double element = x.real(position_of(x.dims, place));
            value += weight * element;
            allowed += std::ldexp(std::fabs(element) * (16 * std::fabs(weight) + lost), -23);
        });
        answer.values.push_back(value);
        answer.allowed.push_back(allowed);
    });
    return {answer};
}

constexpr ReferenceRow kRows[] = {
    {ACCEL_OPERATION_GRID_SAMPLE, grid_sample},
};

}  // namespace

const std::span<const ReferenceRow> kSampleRows = kRows;

}  // namespace accel::conformance
