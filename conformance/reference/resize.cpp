// SPDX-License-Identifier: MIT
// RESIZE: each value of the result as the sum of those around its place, with the product of the weights along all axes.
#include <algorithm>
#include <cmath>
#include <utility>

#include "rows.h"

namespace accel::conformance {
namespace {

/// One value that counts.
struct Part {
    int64_t place;
    double weight;
    double lost = 0;  ///< how far the weight may be off, in units of 2^-23
};

/// What one position along an axis is made of.
struct Position {
    std::vector<Part> parts;
    bool beyond = false;  ///< outside of the part that is taken
};

class Axis {
public:
    Axis(const Question &question, size_t axis, size_t rank) : mode_(question.text(ACCEL_ATTRIBUTE_MODE)),
                                                               coordinates_(question.text(ACCEL_ATTRIBUTE_COORDINATES)),
                                                               nearest_(question.text(ACCEL_ATTRIBUTE_NEAREST)),
                                                               coefficient_(question.real(ACCEL_ATTRIBUTE_CUBIC_COEFFICIENT, -0.75)),
                                                               excludes_(question.integer(ACCEL_ATTRIBUTE_EXCLUDE_OUTSIDE, 0) != 0),
                                                               antialias_(question.integer(ACCEL_ATTRIBUTE_ANTIALIAS, 0) != 0),
                                                               x_(question.x().dims[axis])
    {
        const Tensor *scales = question.operand(ACCEL_OPERAND_RESIZE_SCALES), *roi = question.operand(ACCEL_OPERAND_RESIZE_ROI);
        const auto sizes = question.values(ACCEL_OPERAND_RESIZE_SIZES);
        const auto x = static_cast<double>(x_);
        if (scales) scale_ = scales->real(axis);
        // Multiplied in binary32.
        size_ = sizes ? (*sizes)[axis] : static_cast<int64_t>(std::floor(static_cast<float>(x_) * static_cast<float>(scale_)));
        if (!scales) scale_ = static_cast<double>(size_) / x;
        length_ = scales ? scale_ * x : static_cast<double>(size_);
        if (roi && coordinates_ == "tf_crop_and_resize") begin_ = roi->real(axis), end_ = roi->real(rank + axis);
    }

    int64_t size() const { return size_; }

    Position position(int64_t y) const
    {
        Position made;
        const double x = coordinate(static_cast<double>(y));
        made.beyond = coordinates_ == "tf_crop_and_resize" && (x < 0 || x > static_cast<double>(x_ - 1));
        if (mode_.empty() || mode_ == "nearest") {
            made.parts.push_back({inside(chosen(x)), 1});
            return made;
        }
        const double shrink = antialias_ ? std::min(scale_, 1.0) : 1;
        const double reach = (mode_ == "linear" ? 1 : 2) / shrink;
        // Weights are polynomials of a distance, whose terms cancel: they err with the size of those, however small they are.
        const double lost = is_kept() ? 0 : 8 + 4 * std::fabs(x);
        double sum = 0;
        for (double place = std::ceil(x - reach); place <= x + reach; ++place) {
            const bool is_inside = place >= 0 && place < static_cast<double>(x_);
            const double weight = excludes_ && !is_inside ? 0 : bump((place - x) * shrink);
            made.parts.push_back({inside(place), weight, excludes_ && !is_inside ? 0 : lost});
            sum += weight;
        }
        for (Part &part : made.parts) part.weight /= sum, part.lost /= std::fabs(sum);
        return made;
    }

private:
    int64_t inside(double place) const { return static_cast<int64_t>(std::clamp(place, 0.0, static_cast<double>(x_ - 1))); }

    /// Not resized: each value stays in its place, whatever the coordinates.
    bool is_kept() const { return size_ == x_ && scale_ == 1 && coordinates_ != "tf_crop_and_resize"; }

    double coordinate(double y) const
    {
        const double last = static_cast<double>(x_) - 1;
        if (is_kept()) return y;
        if (coordinates_ == "asymmetric") return y / scale_;
        if (coordinates_ == "align_corners") return length_ == 1 ? 0 : y * last / (length_ - 1);
        if (coordinates_ == "tf_half_pixel_for_nn") return (y + 0.5) / scale_;
        if (coordinates_ == "tf_crop_and_resize") return begin_ * last + (length_ == 1 ? (end_ - begin_) * last / 2 : y * ((end_ - begin_) * last) / (length_ - 1));
        if (coordinates_ == "pytorch_half_pixel" && length_ == 1) return 0;
        const double centre = coordinates_ == "half_pixel_symmetric" ? static_cast<double>(x_) / 2 * (1 - static_cast<double>(size_) / length_) : 0;
        return centre + (y + 0.5) / scale_ - 0.5;
    }

    double chosen(double x) const
    {
        if (nearest_ == "floor") return std::floor(x);
        if (nearest_ == "ceil") return std::ceil(x);
        const double below = std::floor(x), rest = x - below;
        return nearest_ == "round_prefer_ceil" ? below + (rest >= 0.5) : below + (rest > 0.5);
    }

    double bump(double distance) const
    {
        const double d = std::fabs(distance), a = coefficient_;
        if (mode_ == "linear") return std::max(0.0, 1 - d);
        if (d <= 1) return (a + 2) * d * d * d - (a + 3) * d * d + 1;
        return d < 2 ? a * (d * d * d - 5 * d * d + 8 * d - 4) : 0;
    }

    std::string mode_, coordinates_, nearest_;
    double coefficient_;
    bool excludes_, antialias_;
    int64_t x_, size_ = 1;
    double scale_ = 1, length_ = 1, begin_ = 0, end_ = 1;
};

/// Of all combinations of parts along the axes.
template <class Visit> void each_part(const std::vector<Position> &at, const Visit &visit)
{
    Dims counts;
    for (const Position &position : at) counts.push_back(static_cast<int64_t>(position.parts.size()));
    for_each_index(counts, [&](const Dims &choice) {
        Dims index;
        double weight = 1, lost = 0;
        for (size_t axis = 0; axis < at.size(); ++axis) {
            const Part &part = at[axis].parts[static_cast<size_t>(choice[axis])];
            index.push_back(part.place);
            lost = lost * std::fabs(part.weight) + std::fabs(weight) * part.lost + std::ldexp(lost * part.lost, -23);
            weight *= part.weight;
        }
        visit(index, weight, lost);
    });
}

/// The least and the largest whole number of a type.
std::pair<long double, long double> whole_range(accel_type type)
{
    const int bits = static_cast<int>(8 * bytes_of(type));
    if (is_unsigned(type)) return {0, std::ldexp(1.0L, bits) - 1};
    return {-std::ldexp(1.0L, bits - 1), std::ldexp(1.0L, bits - 1) - 1};
}

std::vector<Answer> resize(const Question &question)
{
    const Tensor &x = question.x();
    const std::string mode = question.text(ACCEL_ATTRIBUTE_MODE);
    const bool moves = mode.empty() || mode == "nearest";
    std::vector<std::vector<Position>> axes;
    Answer answer;
    for (size_t axis = 0; axis < x.dims.size(); ++axis) {
        const Axis one(question, axis, x.dims.size());
        answer.dims.push_back(one.size());
        for (auto &positions = axes.emplace_back(); static_cast<int64_t>(positions.size()) < one.size();) positions.push_back(one.position(static_cast<int64_t>(positions.size())));
    }
    const double outside = question.real(ACCEL_ATTRIBUTE_EXTRAPOLATION, 0);
    const auto [least, most] = whole_range(x.type);
    for_each_index(answer.dims, [&](const Dims &index) {
        std::vector<Position> at;
        for (size_t axis = 0; axis < index.size(); ++axis) at.push_back(axes[axis][static_cast<size_t>(index[axis])]);
        const bool beyond = std::any_of(at.begin(), at.end(), [](const Position &position) { return position.beyond; });
        double value = beyond ? outside : 0, allowed = 0;
        size_t place = 0;
        each_part(at, [&](const Dims &source, double weight, double lost) {
            place = position_of(x.dims, source);
            if (beyond || moves) return;
            value += weight * x.real(place);
            allowed += std::ldexp(std::fabs(x.real(place)) * (16 * std::fabs(weight) + lost), -23);
        });
        const size_t bytes = bytes_of(x.type);
        if (moves && !beyond)
            answer.bits.insert(answer.bits.end(), &x.bytes[place * bytes], &x.bytes[place * bytes] + bytes);
        else if (!is_real(x.type))
            append_whole(x.type, answer.bits, static_cast<int64_t>(std::clamp(static_cast<long double>(std::nearbyint(value)), least, most)));
        else if (moves)
            append_real(x.type, answer.bits, value);
        else {
            answer.values.push_back(value);
            answer.allowed.push_back(allowed);
        }
    });
    return {answer};
}

constexpr ReferenceRow kRows[] = {
    {ACCEL_OPERATION_RESIZE, resize},
};

}  // namespace

const std::span<const ReferenceRow> kResizeRows = kRows;

}  // namespace accel::conformance
