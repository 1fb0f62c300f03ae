// SPDX-License-Identifier: MIT
// Looks through constants, element by element and box by box.
#include "found.h"

#include <accel/graph/catalog.h>
#include <accel/graph/reals.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "fold/elements.h"

namespace accel::graph {

namespace {

constexpr uint64_t kMostOverlaps = uint64_t{1} << 28;  // about a second

/// Its elements, dense; null while they are not known.
const uint8_t *known_elements(const accel_tensor_desc &tensor, uint64_t count)
{
    const auto bytes = packed_size_bytes(tensor.type, count);
    return tensor.data && bytes && *bytes == tensor.data_bytes ? folds::bytes_of(tensor) : nullptr;
}

bool is_real_type(uint32_t type) { return type == ACCEL_TYPE_F32 || type == ACCEL_TYPE_F64 || type == ACCEL_TYPE_F16 || type == ACCEL_TYPE_BF16; }

/// A sign alone does not make a real number another one than 0.
bool is_something(const uint8_t *element, size_t width, bool real)
{
    for (size_t i = 0; i + 1 < width; ++i)
        if (element[i] != 0) return true;
    return (element[width - 1] & (real ? 0x7f : 0xff)) != 0;
}

/// Two opposite corners.
struct Box {
    float left, top, right, bottom;
    float area() const { return (right - left) * (bottom - top); }
};

Box box_at(const uint8_t *boxes, size_t index, bool centres)
{
    std::array<float, 4> of{};
    for (size_t i = 0; i < of.size(); ++i) of[i] = folds::load<float>(boxes, 4 * index + i);
    if (centres) return {of[0] - of[2] / 2, of[1] - of[3] / 2, of[0] + of[2] / 2, of[1] + of[3] / 2};
    return {std::min(of[1], of[3]), std::min(of[0], of[2]), std::max(of[1], of[3]), std::max(of[0], of[2])};
}

/// Do they share more than that part of what both cover?
bool overlap(const Box &a, const Box &b, float bound)
{
    const Box shared{std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right), std::min(a.bottom, b.bottom)};
    if (!(shared.left < shared.right) || !(shared.top < shared.bottom)) return false;
    const float both = a.area() + b.area() - shared.area();
    return shared.area() > 0 && a.area() > 0 && b.area() > 0 && both > 0 && shared.area() / both > bound;
}

/// A bound that is an operand: nothing of one that is there and not known.
std::optional<float> bound_at(const Applied &node, size_t position, float otherwise) { return node.operand(position) ? node.real(position) : std::optional(otherwise); }

/// Of one class, in the order in which they are kept.
std::vector<int64_t> kept_of(const uint8_t *boxes, const uint8_t *scores, size_t count, size_t most, float most_shared, std::optional<float> least_score, bool centres)
{
    std::vector<size_t> order;
    const auto score = [&](size_t box) { return folds::load<float>(scores, box); };
    for (size_t box = 0; box < count; ++box)
        if (score(box) == score(box) && (!least_score || score(box) > *least_score)) order.push_back(box);
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return score(a) > score(b); });
    std::vector<int64_t> kept;
    std::vector<Box> before;
    for (const size_t candidate : order) {
        if (kept.size() >= most) break;
        const Box box = box_at(boxes, candidate, centres);
        if (std::any_of(before.begin(), before.end(), [&](const Box &other) { return overlap(box, other, most_shared); })) continue;
        kept.push_back(static_cast<int64_t>(candidate));
        before.push_back(box);
    }
    return kept;
}

}  // namespace

std::optional<std::vector<int64_t>> places_found(const Applied &node)
{
    const Shape x = node.shape(0);
    const auto count = element_count(x);
    const accel_tensor_desc &from = *node.operand(0);
    const size_t width = type_size_bytes(from.type);
    const uint8_t *elements = count ? known_elements(from, *count) : nullptr;
    if (!elements || width == 0) return std::nullopt;
    std::vector<int64_t> found;
    std::vector<int64_t> place(x.size());
    for (uint64_t i = 0; i < *count; ++i) {
        if (is_something(elements + i * width, width, is_real_type(from.type))) found.insert(found.end(), place.begin(), place.end());
        for (size_t axis = place.size(); axis-- > 0;) {
            if (++place[axis] < x[axis].size) break;
            place[axis] = 0;
        }
    }
    return found;
}

std::optional<std::vector<int64_t>> boxes_kept(const Applied &node)
{
    const Shape boxes = node.shape(0), scores = node.shape(1);
    const auto box_count = element_count(boxes), score_count = element_count(scores);
    if (!box_count || !score_count) return std::nullopt;
    const uint8_t *box_data = known_elements(*node.operand(0), *box_count), *score_data = known_elements(*node.operand(1), *score_count);
    const auto most = node.operand(2) ? node.integers(2) : std::optional(std::vector<int64_t>{0});
    const auto most_shared = bound_at(node, 3, 0), least_score = bound_at(node, 4, 0);
    if (!box_data || !score_data || !most || most->size() != 1 || !most_shared || !least_score) return std::nullopt;
    const auto count = static_cast<size_t>(boxes[1].size), classes = static_cast<size_t>(scores[1].size), most_kept = static_cast<size_t>(std::max<int64_t>(most->front(), 0));
    if (count != 0 && *score_count > kMostOverlaps / std::max<size_t>(std::min(count, most_kept), 1)) return std::nullopt;
    std::vector<int64_t> found;
    for (size_t batch = 0; batch < static_cast<size_t>(boxes[0].size); ++batch)
        for (size_t of = 0; of < classes; ++of)
            for (const int64_t box : kept_of(box_data + batch * count * 4 * sizeof(float), score_data + (batch * classes + of) * count * sizeof(float), count, most_kept, *most_shared,
                                             node.operand(4) ? least_score : std::nullopt, node.integer(ACCEL_ATTRIBUTE_CENTER_POINT_BOX, 0) != 0))
                found.insert(found.end(), {static_cast<int64_t>(batch), static_cast<int64_t>(of), box});
    return found;
}

}  // namespace accel::graph
