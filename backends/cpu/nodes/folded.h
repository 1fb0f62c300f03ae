// SPDX-License-Identifier: MIT
// One value of all elements that lie along some axes: a Fold says what is made of them.
//
// Blocked: within a row at most kBlock elements are taken into a Block, and blocks are joined to a Total, so that sums keep their precision however many elements there
// are. Results that lie next to each other are folded together.
#pragma once

#include "../builder.h"
#include "../checker.h"
#include "../kernels/number.h"
#include "walk.h"

#include <limits>
#include <type_traits>
#include <vector>

namespace accel::cpu {

// Which axes of x a node reduces, and where its results lie, by the axes of x.
struct Along {
    std::vector<bool> reduced;
    Dims y_strides;  // 0 along those that are reduced

    // How many elements each result is of.
    int64_t count(const Dims &x) const;
};

// y: the node's result. axes: ascending; of a node without any, all.
Along read_along(const Node &node, const Dims &axes, const View &x, const View &y);

// Calls body with a value of the one of some types that has the number.
template <typename... T, typename Body> void with_type(Types<T...>, uint32_t type, const Body &body)
{
    (void)((kTypeNumber<T> == type && (body(T{}), true)) || ...);
}

// Operand 0 is of one of some types.
template <typename... T> void check_types(const Checker &c, Types<T...>) { c.operand_types({kTypeNumber<T>...}); }

// And its numbers are themselves.
template <typename... T> void check_plain(const Checker &c, Types<T...> types)
{
    check_types(c, types);
    c.unscaled(c.operand(0));
    c.unscaled(c.result());
}

template <typename From, typename BlockType, typename TotalType> struct Sum {
    using Element = From;
    using Block = BlockType;
    using Total = TotalType;
    static constexpr Block kNone{};
    static constexpr Total kNothing{};
    static Block take(Block block, Element x) { return static_cast<Block>(block + static_cast<Block>(x)); }
    static Total join(Total total, Block block) { return static_cast<Total>(total + static_cast<Total>(block)); }
};

template <typename From, typename Type> struct Product {
    using Element = From;
    using Block = Type;
    using Total = Type;
    static constexpr Block kNone{1};
    static constexpr Total kNothing{1};
    static Block take(Block block, Element x) { return static_cast<Block>(block * static_cast<Block>(x)); }
    static Total join(Total total, Block block) { return static_cast<Total>(total * block); }
};

template <typename T> inline constexpr bool kIsReal = std::is_floating_point_v<Wide<T>>;

template <typename T> bool is_nan(T x)
{
    if constexpr (std::is_floating_point_v<T>)
        return x != x;
    else
        return false;
}

// The greatest element or the least, and NaN where one is NaN. Of BOOL: whether one is true, or all are.
template <typename From, bool greatest> struct Extreme {
    using Element = From;
    using Block = Wide<From>;
    using Total = Block;
    using Limits = std::numeric_limits<Block>;
    static constexpr Block kLow = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
    static constexpr Block kHigh = Limits::has_infinity ? Limits::infinity() : Limits::max();
    static constexpr Block kNone = greatest ? kLow : kHigh;
    static constexpr Total kNothing = kNone;
    static Block take(Block best, Element x) { return join(best, static_cast<Block>(x)); }
    static Total join(Total best, Block x) { return is_nan(x) || (greatest ? x > best : x < best) ? x : best; }
};

template <typename Fold> class Folded {
public:
    using Element = typename Fold::Element;
    using Block = typename Fold::Block;
    using Total = typename Fold::Total;
    using Row = Total (*)(const Element *x, int64_t count);

    // adjacent: a kernel for values that lie next to each other, or null.
    Folded(const View &x, const Along &along, Row adjacent) : adjacent_(adjacent)
    {
        Dims outer = x.dims, inner = x.dims;
        for (size_t axis = 0; axis < x.dims.size(); ++axis)
            (along.reduced[axis] ? outer : inner)[axis] = 1;
        outer_ = make_walk<2>(outer, {along.y_strides, x.strides});
        inner_ = make_walk<1>(inner, {x.strides});
    }

    int64_t count() const { return inner_.elements(); }

    // give(offset of the result, total)
    template <typename Give> void each(const Element *x, int threads, const Give &give) const
    {
        const auto piece = [&](const std::array<int64_t, 2> &at, int64_t count) {
            const auto [y_step, x_step] = outer_.row_stride;
            for (int64_t i = 0; i < count; i += kLanes) {
                const int64_t lanes = std::min(kLanes, count - i);
                const auto totals = x_step == 1 && lanes > 1 ? side_by_side(x + at[1] + i, lanes) : one_by_one(x + at[1] + i * x_step, lanes, x_step);
                for (int64_t lane = 0; lane < lanes; ++lane)
                    give(at[0] + (i + lane) * y_step, totals[static_cast<size_t>(lane)]);
            }
        };
        outer_.each(threads, piece, count());
    }

private:
    static constexpr int64_t kLanes = 64, kBlock = 64;
    using Lanes = std::array<Total, kLanes>;

    static Lanes nothing()
    {
        Lanes totals;
        totals.fill(Fold::kNothing);
        return totals;
    }

    Lanes side_by_side(const Element *x, int64_t lanes) const
    {
        Lanes totals = nothing();
        std::array<Block, kLanes> block;
        block.fill(Fold::kNone);
        int64_t in_block = 0;
        const auto end_block = [&] {
            for (size_t lane = 0; lane < kLanes; ++lane)
                totals[lane] = Fold::join(totals[lane], block[lane]);
            block.fill(Fold::kNone);
            in_block = 0;
        };
        inner_.each(1, [&](const std::array<int64_t, 1> &at, int64_t count) {
            for (int64_t i = 0; i < count; ++i) {
                const Element *from = x + at[0] + i * inner_.row_stride[0];
                for (int64_t lane = 0; lane < lanes; ++lane)
                    block[static_cast<size_t>(lane)] = Fold::take(block[static_cast<size_t>(lane)], from[lane]);
                if (++in_block == kBlock)
                    end_block();
            }
        });
        end_block();
        return totals;
    }

    Lanes one_by_one(const Element *x, int64_t lanes, int64_t step) const
    {
        Lanes totals = nothing();
        for (int64_t lane = 0; lane < lanes; ++lane) {
            Total &total = totals[static_cast<size_t>(lane)];
            inner_.each(1, [&](const std::array<int64_t, 1> &at, int64_t count) { total = row(total, x + lane * step + at[0], count); });
        }
        return totals;
    }

    Total row(Total total, const Element *x, int64_t count) const
    {
        const int64_t step = inner_.row_stride[0];
        if (step == 1 && adjacent_ != nullptr)
            return static_cast<Total>(total + adjacent_(x, count));
        for (int64_t first = 0; first < count; first += kBlock) {
            const int64_t last = std::min(first + kBlock, count);
            Block block = Fold::kNone;
            for (int64_t i = first; i < last; ++i)
                block = Fold::take(block, x[i * step]);
            total = Fold::join(total, block);
        }
        return total;
    }

    Row adjacent_;
    Walk<2> outer_;
    Walk<1> inner_;
};

// finish(total): the result, as it is stored.
template <typename Fold, typename Result, typename Finish> class FoldStep : public Step {
public:
    FoldStep(const View &x, const View &y, const Along &along, typename Folded<Fold>::Row adjacent, Finish finish, int threads)
        : folded_(x, along, adjacent),
          finish_(std::move(finish)),
          x_(x.value),
          y_(y.value),
          threads_(threads)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        auto *y = reinterpret_cast<Result *>(values[y_]);
        folded_.each(reinterpret_cast<const typename Fold::Element *>(values[x_]), threads_,
                     [&](int64_t at, typename Fold::Total total) { y[at] = finish_(total); });
        return true;
    }

private:
    Folded<Fold> folded_;
    Finish finish_;
    uint32_t x_, y_;
    int threads_;
};

template <typename Fold, typename Result, typename Finish>
void add_fold(Builder &builder, const View &x, const View &y, const Along &along, Finish finish, typename Folded<Fold>::Row adjacent = nullptr)
{
    builder.add(std::make_unique<FoldStep<Fold, Result, Finish>>(x, y, along, adjacent, std::move(finish), builder.threads()), {x.value, y.value});
}

}  // namespace accel::cpu
