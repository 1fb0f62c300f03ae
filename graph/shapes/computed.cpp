// SPDX-License-Identifier: MIT
// Sizes that are calculated from blocks, from values, or from how values are stored.
#include <algorithm>
#include <cmath>
#include <utility>

#include "attributes.h"
#include "rules.h"

namespace accel::graph::shapes {

namespace {

constexpr int64_t kMaxBlock = 1 << 20;

struct Blocks {
    Shape x;
    int64_t side;
};

/// An image, and the side of the blocks that it is cut into.
std::optional<Blocks> read_blocks(const Applied &node, Contradiction *why)
{
    Blocks blocks{node.shape(0), node.integer(ACCEL_ATTRIBUTE_BLOCK_SIZE, 0)};
    if (blocks.x.size() != 4) return refuse(why, of_rank(0, node.shown(0) + ", expected rank 4", blocks.x.size(), 4));
    if (blocks.side < 1 || blocks.side > kMaxBlock)
        return refuse(why, of_attribute(ACCEL_ATTRIBUTE_BLOCK_SIZE, "blocksize is " + std::to_string(blocks.side) + ", expected 1 to " + std::to_string(kMaxBlock), blocks.side, blocks.side < 1 ? 1 : kMaxBlock));
    const std::string_view mode = node.find(ACCEL_ATTRIBUTE_MODE) ? node.string(ACCEL_ATTRIBUTE_MODE) : "DCR";
    if (mode != "DCR" && mode != "CRD") return refuse(why, of_attribute(ACCEL_ATTRIBUTE_MODE, "mode is '" + std::string(mode) + "', expected DCR or CRD"));
    return blocks;
}

/// Makes of a size `multiply / divide` of it, where that is whole.
bool scale(const Applied &node, Dim &size, int64_t multiply, int64_t divide, Contradiction *why)
{
    if (!size.fixed()) return size = kUnknownDim, true;
    if (size.size % divide != 0) {
        refuse(why, of_operand(0, node.shown(0) + ", whose size " + std::to_string(size.size) + " is no multiple of " + std::to_string(divide), size.size, divide));
        return false;
    }
    if (size.size > kMaxExtent / multiply) {
        refuse(why, of_operand(0, node.shown(0) + ", whose size " + std::to_string(size.size) + " times " + std::to_string(multiply) + " is more than " + std::to_string(kMaxExtent), size.size, kMaxExtent / multiply));
        return false;
    }
    size.size = size.size / divide * multiply;
    return true;
}

/// How many values a range has, at least 0; nothing while its operands are not known, below 0 of a step that leads nowhere.
std::optional<int64_t> range_count(const Applied &node)
{
    constexpr int64_t kTooMany = kMaxExtent + 1, kNowhere = -1;
    if (node.operand(0)->type == ACCEL_TYPE_F32) {
        const auto start = node.real(0), limit = node.real(1), step = node.real(2);
        if (!start || !limit || !step) return std::nullopt;
        const double count = std::ceil((static_cast<double>(*limit) - static_cast<double>(*start)) / static_cast<double>(*step));
        if (*step == 0 || std::isnan(count)) return kNowhere;
        return static_cast<int64_t>(std::clamp(count, 0.0, static_cast<double>(kTooMany)));
    }
    const auto start = node.integers(0), limit = node.integers(1), step = node.integers(2);
    if (!start || !limit || !step || start->size() != 1 || limit->size() != 1 || step->size() != 1) return std::nullopt;
    if (step->front() == 0) return kNowhere;
    __extension__ using Wide = __int128;
    const Wide way = Wide{limit->front()} - start->front(), stride = step->front();
    const Wide count = way / stride + (way % stride != 0 && (way > 0) == (stride > 0));
    return static_cast<int64_t>(std::clamp<Wide>(count, 0, kTooMany));
}

}  // namespace

std::optional<ResultShapes> depth_to_space(const Applied &node, Contradiction *why)
{
    auto blocks = read_blocks(node, why);
    if (!blocks) return std::nullopt;
    const auto [side, area] = std::pair{blocks->side, blocks->side * blocks->side};
    if (!scale(node, blocks->x[1], 1, area, why) || !scale(node, blocks->x[2], side, 1, why) || !scale(node, blocks->x[3], side, 1, why)) return std::nullopt;
    return one(std::move(blocks->x));
}

std::optional<ResultShapes> space_to_depth(const Applied &node, Contradiction *why)
{
    auto blocks = read_blocks(node, why);
    if (!blocks) return std::nullopt;
    const auto [side, area] = std::pair{blocks->side, blocks->side * blocks->side};
    if (!scale(node, blocks->x[1], area, 1, why) || !scale(node, blocks->x[2], 1, side, why) || !scale(node, blocks->x[3], 1, side, why)) return std::nullopt;
    return one(std::move(blocks->x));
}

std::optional<ResultShapes> with_one_scale(const Applied &node, Contradiction *) { return ResultShapes{node.shape(0), Shape{}, Shape{}}; }

std::optional<ResultShapes> range(const Applied &node, Contradiction *why)
{
    for (size_t i = 0; i < 3; ++i)
        if (const auto count = element_count(node.shape(i)); node.shape(i).size() > 1 || (count && *count != 1))
            return refuse(why, of_operand(i, node.shown(i) + ", expected one value", static_cast<int64_t>(count.value_or(0)), 1));
    const auto count = range_count(node);
    if (!count) return one(Shape{kUnknownDim});
    if (*count < 0) return refuse(why, of_operand(2, "a step of 0, or none; " + node.shown(2)));
    if (*count > kMaxExtent) return refuse(why, of_operand(1, "more than " + std::to_string(kMaxExtent) + " values between start and limit", 0, kMaxExtent));
    return one(Shape{Dim{*count}});
}

}  // namespace accel::graph::shapes
