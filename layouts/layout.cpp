// SPDX-License-Identifier: MIT
// Makes, judges, compares and resizes lists of steps.
#include <accel/layouts/layout.h>

#include <algorithm>

namespace accel::layouts {

namespace {

constexpr int64_t kSizeBitsMax = static_cast<int64_t>(kSizeBytesMax) * 8;

/// Steps that take turns: each begins where those behind it end. In memory order, extents set. Nothing where they reach too far.
std::optional<uint64_t> stack(Steps &steps, uint32_t type)
{
    int64_t bits = accel_type_bits(type);
    if (bits == 0) return std::nullopt;
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        step->stride_bits = bits;
        if (__builtin_mul_overflow(bits, step->extent, &bits) || bits > kSizeBitsMax) return std::nullopt;
    }
    return (static_cast<uint64_t>(bits) + 7) / 8;
}

bool without_elements(Sizes sizes) { return std::find(sizes.begin(), sizes.end(), 0) != sizes.end(); }

bool negative(Sizes sizes)
{
    return std::any_of(sizes.begin(), sizes.end(), [](int64_t size) { return size < 0; });
}

/// The part of the steps that elements use: the first digit of each axis only as far as the size needs.
Steps clipped(Steps steps, Sizes sizes)
{
    for (size_t axis = 0; axis < sizes.size(); ++axis) {
        int64_t inner = 1;  // values of the digits behind
        for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
            if (step->axis != axis) continue;
            const int64_t needed = inner >= sizes[axis] ? 1 : (sizes[axis] + inner - 1) / inner;
            step->extent = std::min(step->extent, needed);
            inner *= step->extent;
        }
    }
    return steps;
}

Steps by_axis(Steps steps)
{
    std::stable_sort(steps.begin(), steps.end(), [](const auto &a, const auto &b) { return a.axis < b.axis; });
    return steps;
}

Steps joined(const Steps &steps)
{
    Steps kept;
    for (const accel_layout_step &step : steps) {
        if (step.extent == 1) continue;
        const auto outer = std::find_if(kept.rbegin(), kept.rend(), [&](const auto &other) { return other.axis == step.axis; });
        // Of a tensor without elements extents and distances may be any.
        int64_t span, extent;
        if (outer != kept.rend() && outer == kept.rbegin() && !__builtin_mul_overflow(step.extent, step.stride_bits, &span) && outer->stride_bits == span &&
            !__builtin_mul_overflow(outer->extent, step.extent, &extent))
            *outer = {step.axis, 0, extent, step.stride_bits};
        else
            kept.push_back(step);
    }
    return kept;
}

/// One form for all lists that put elements of these sizes at the same places. Two digits that become one may be longer than the size again.
Steps used(const Layout &layout, Sizes sizes) { return joined(clipped(joined(clipped(by_axis(layout.steps), sizes)), sizes)); }

bool same(const Steps &a, const Steps &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const accel_layout_step &x, const accel_layout_step &y) {
        return x.axis == y.axis && x.extent == y.extent && x.stride_bits == y.stride_bits;
    });
}

}  // namespace

accel_layout Layout::view() const
{
    accel_layout out{};
    out.struct_size = sizeof out;
    out.kind = ACCEL_LAYOUT_KIND_STEPS;
    out.type = type;
    out.padding = padding;
    out.sizing = sizing;
    out.steps = steps.data();
    out.step_count = static_cast<uint32_t>(steps.size());
    out.size_bytes = size_bytes;
    return out;
}

Layout copy_of(const accel_layout &layout)
{
    return {layout.type, layout.padding, layout.sizing, Steps(layout.steps, layout.steps + layout.step_count), layout.size_bytes};
}

std::optional<Layout> dense(uint32_t type, Sizes sizes)
{
    Layout layout;
    layout.type = type;
    if (negative(sizes) || accel_type_bits(type) == 0) return std::nullopt;
    if (without_elements(sizes)) return layout;
    for (uint32_t axis = 0; axis < sizes.size(); ++axis)
        if (sizes[axis] > 1) layout.steps.push_back({axis, 0, sizes[axis], 0});
    const std::optional<uint64_t> reach = stack(layout.steps, type);
    if (!reach) return std::nullopt;
    layout.size_bytes = *reach;
    return layout;
}

std::optional<Layout> strided(uint32_t type, Sizes sizes, std::span<const int64_t> strides_bytes)
{
    Layout layout;
    layout.type = type;
    if (negative(sizes) || strides_bytes.size() != sizes.size()) return std::nullopt;
    if (without_elements(sizes)) return layout;
    for (uint32_t axis = 0; axis < sizes.size(); ++axis) {
        int64_t bits;
        if (sizes[axis] == 1) continue;
        if (__builtin_mul_overflow(strides_bytes[axis], int64_t{8}, &bits)) return std::nullopt;
        layout.steps.push_back({axis, 0, sizes[axis], bits});
    }
    const std::optional<uint64_t> reach = reach_bytes(layout.steps, type);
    if (!reach) return std::nullopt;
    layout.size_bytes = *reach;
    return layout;
}

std::optional<Layout> blocked(uint32_t type, Sizes sizes, std::span<const uint32_t> order, uint32_t blocked_axis, int64_t block)
{
    Layout layout;
    layout.type = type;
    if (negative(sizes) || blocked_axis >= sizes.size() || block < 1 || accel_type_bits(type) % 8 != 0) return std::nullopt;
    if (without_elements(sizes)) return layout;
    for (const uint32_t axis : order) {
        if (axis >= sizes.size()) return std::nullopt;
        const int64_t extent = axis == blocked_axis ? (sizes[axis] - 1) / block + 1 : sizes[axis];
        if (extent > 1) layout.steps.push_back({axis, 0, extent, 0});
    }
    if (block > 1) layout.steps.push_back({blocked_axis, 0, block, 0});
    const std::optional<uint64_t> reach = stack(layout.steps, type);
    if (!reach) return std::nullopt;
    layout.size_bytes = *reach;
    return layout;
}

std::optional<uint64_t> reach_bytes(std::span<const accel_layout_step> steps, uint32_t type)
{
    Steps sorted(steps.begin(), steps.end());
    std::sort(sorted.begin(), sorted.end(), [](const auto &a, const auto &b) { return a.stride_bits < b.stride_bits; });
    int64_t reach = accel_type_bits(type);
    if (reach == 0) return std::nullopt;
    for (const accel_layout_step &step : sorted) {
        if (step.extent <= 1) continue;
        int64_t span;
        if (step.stride_bits < reach || __builtin_mul_overflow(step.stride_bits, step.extent - 1, &span) || __builtin_add_overflow(reach, span, &reach) ||
            reach > kSizeBitsMax)
            return std::nullopt;
    }
    return (static_cast<uint64_t>(reach) + 7) / 8;
}

Steps canonical(const Layout &layout)
{
    return joined(layout.sizing == ACCEL_LAYOUT_SIZING_PACKED ? layout.steps : by_axis(layout.steps));
}

bool equal(const Layout &a, const Layout &b)
{
    return a.type == b.type && a.padding == b.padding && a.sizing == b.sizing && a.size_bytes == b.size_bytes && same(canonical(a), canonical(b));
}

bool same_places(const Layout &a, const Layout &b, Sizes sizes)
{
    return a.type == b.type && (without_elements(sizes) || same(used(a, sizes), used(b, sizes)));
}

bool has_padding(const Layout &layout, Sizes sizes)
{
    if (without_elements(sizes)) return false;
    for (size_t axis = 0; axis < sizes.size(); ++axis) {
        int64_t places = 1;
        for (const accel_layout_step &step : layout.steps)
            if (step.axis == axis) places *= step.extent;
        if (places != sizes[axis]) return true;
    }
    return false;
}

bool agree(const Layout &from, const Layout &to, Sizes sizes)
{
    if (!same_places(from, to, sizes)) return false;
    if (to.padding == ACCEL_PADDING_ANY || to.padding == ACCEL_PADDING_KEPT || !has_padding(to, sizes)) return true;
    return from.padding == to.padding && same(joined(by_axis(from.steps)), joined(by_axis(to.steps)));
}

int64_t offset_bits(const Layout &layout, std::span<const int64_t> index)
{
    int64_t bits = 0;
    for (size_t axis = 0; axis < index.size(); ++axis) {
        int64_t rest = index[axis];
        for (auto step = layout.steps.rbegin(); step != layout.steps.rend(); ++step) {
            if (step->axis != axis) continue;
            bits += rest % step->extent * step->stride_bits;
            rest /= step->extent;
        }
    }
    return bits;
}

std::optional<Layout> resized(const Layout &layout, Sizes sizes)
{
    if (negative(sizes)) return std::nullopt;
    if (layout.sizing != ACCEL_LAYOUT_SIZING_PACKED) return layout;
    Layout out = layout;
    for (size_t axis = 0; axis < sizes.size(); ++axis) {
        int64_t inner = 1;
        accel_layout_step *first = nullptr;
        for (auto step = out.steps.rbegin(); step != out.steps.rend(); ++step) {
            if (step->axis != axis) continue;
            if (first && __builtin_mul_overflow(inner, first->extent, &inner)) return std::nullopt;
            first = &*step;
        }
        if (!first && sizes[axis] > 1) return std::nullopt;
        if (first) first->extent = std::max<int64_t>(sizes[axis] / inner + (sizes[axis] % inner != 0), 1);
    }
    const std::optional<uint64_t> reach = stack(out.steps, out.type), planned = reach_bytes(layout.steps, layout.type);
    if (!reach || !planned || layout.size_bytes < *planned) return std::nullopt;
    out.size_bytes = *reach + (layout.size_bytes - *planned);
    return out;
}

std::string text(const Layout &layout)
{
    static constexpr const char *kPadding[] = {"", ", padding zero bits", ", padding real zero", ", padding kept"};
    std::string out;
    Steps steps = layout.steps;
    std::stable_sort(steps.begin(), steps.end(), [](const auto &a, const auto &b) { return a.stride_bits > b.stride_bits; });
    for (const accel_layout_step &step : steps) {
        if (!out.empty()) out += ' ';
        out += std::to_string(step.axis) + ':' + std::to_string(step.extent) + '@';
        out += step.stride_bits % 8 == 0 ? std::to_string(step.stride_bits / 8) : std::to_string(step.stride_bits) + 'b';
    }
    if (out.empty()) out = "one element";
    return out + (layout.padding < std::size(kPadding) ? kPadding[layout.padding] : ", padding unknown");
}

}  // namespace accel::layouts
