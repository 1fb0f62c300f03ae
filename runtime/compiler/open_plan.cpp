// SPDX-License-Identifier: MIT
// Decides which symbols stay open, plans sizes for them, and bounds the ports.
#include "open_plan.h"

#include <algorithm>

#include "base/check.h"
#include "rewrite.h"
#include "size_ranges.h"
#include "symbols.h"

namespace accel::runtime {

namespace {

constexpr accel_status kBad = ACCEL_STATUS_INVALID_ARGUMENT;

int64_t bound_of(int64_t max_size) { return max_size >= kNoBound ? ACCEL_SIZE_UNBOUNDED : max_size; }

accel_status check_value(const accel_symbol_value &value)
{
    if (!value.name) return fail_null("desc.symbols[].name");
    if (value.size >= 0 && (value.min_size || value.max_size || value.typical_size))
        return fail(kBad, "P-7", nullptr, "desc.symbols: symbol '%s' has a size and a range; give the size alone, or size -1 and the range", value.name);
    if (value.size < -1) return fail(kBad, "P-7", nullptr, "desc.symbols: symbol '%s' is %lld, expected a size, or -1 to leave it open", value.name, static_cast<long long>(value.size));
    return ACCEL_STATUS_OK;
}

class Planner {
public:
    Planner(Graph graph, const SizeRequest &request) : graph_(std::move(graph)),
                                                       request_(request),
                                                       ranges_(graph_.symbols.size())
    {
        for (size_t i = 0; i < graph_.symbols.size(); ++i) ranges_[i] = {graph_.symbols[i].min_size, graph_.symbols[i].max_size};
        for (const auto *tensors : {&graph_.inputs, &graph_.outputs}) {
            for (const uint32_t tensor : *tensors) declared_.push_back({graph_.tensors[tensor].name, graph_.tensors[tensor].shape});
        }
    }

    accel_status run(const KnownValues &known, OpenPlan *out)
    {
        for (const accel_symbol_value &range : request_.ranges) ACCEL_TRY(take_range(range));
        std::vector<KnownSize> sizes;
        ACCEL_TRY(take_known_values(graph_, known, &sizes));
        for (const KnownSize &size : sizes) ranges_[size.symbol] = {size.size, size.size};
        for (const accel_symbol_value &value : request_.given) {
            const uint32_t symbol = find(value.name);
            if (symbol != ACCEL_NONE) ranges_[symbol] = {value.size, value.size};
        }
        sweep(graph_);
        std::vector<uint32_t> open;
        ACCEL_TRY(find_open_symbols(graph_, request_.given.data(), static_cast<uint32_t>(request_.given.size()), sizes, &open));
        for (const uint32_t symbol : open) ACCEL_TRY(plan(symbol, out));
        if (!open.empty()) list_ports(out);
        return ACCEL_STATUS_OK;
    }

private:
    uint32_t find(const char *name) const
    {
        for (uint32_t i = 0; i < graph_.symbols.size(); ++i) {
            if (graph_.symbols[i].name == name) return i;
        }
        return ACCEL_NONE;
    }

    /// Within the model's own range, and not empty.
    accel_status take_range(const accel_symbol_value &range)
    {
        const uint32_t number = find(range.name);
        if (number == ACCEL_NONE || graph_.symbols[number].kind != ACCEL_SYMBOL_KIND_FREE)
            return fail(kBad, "P-7", nullptr, "desc.symbols: the model has no free symbol '%s' that could stay open", range.name);
        const Symbol &symbol = graph_.symbols[number];
        const int64_t low = std::max(symbol.min_size, range.min_size), high = range.max_size ? std::min(symbol.max_size, range.max_size) : symbol.max_size;
        if (low > high || range.min_size < 0 || range.max_size < 0)
            return fail(kBad, "P-7", nullptr, "desc.symbols: symbol '%s' is to stay open from %lld to %lld, and the model has it from %lld to %lld; give a range inside of that", range.name,
                        static_cast<long long>(range.min_size), static_cast<long long>(range.max_size), static_cast<long long>(symbol.min_size), static_cast<long long>(symbol.max_size));
        if (range.typical_size && (range.typical_size < low || range.typical_size > high || range.typical_size % symbol.multiple))
            return fail(kBad, "P-7", nullptr, "desc.symbols: symbol '%s' is typically %lld, expected a multiple of %lld from %lld to %lld", range.name,
                        static_cast<long long>(range.typical_size), static_cast<long long>(symbol.multiple), static_cast<long long>(low), static_cast<long long>(high));
        ranges_[number] = {low, high};
        return ACCEL_STATUS_OK;
    }

    accel_status plan(uint32_t number, OpenPlan *out)
    {
        const Symbol &symbol = graph_.symbols[number];
        const auto &[low, high] = ranges_[number];
        OpenSymbol open{symbol.name, low, bound_of(high), symbol.multiple, 0};
        int64_t typical = 0;
        for (const accel_symbol_value &range : request_.ranges) {
            if (symbol.name == range.name) typical = range.typical_size;
        }
        const int64_t wanted = std::max(low, typical ? typical : int64_t{1});
        const int64_t rest = wanted % symbol.multiple;
        bool leaves_range = false;
        if (open.max_size != ACCEL_SIZE_UNBOUNDED)
            open.planned_size = high / symbol.multiple * symbol.multiple;
        else
            leaves_range = __builtin_add_overflow(wanted, rest ? symbol.multiple - rest : 0, &open.planned_size);
        if (leaves_range || open.planned_size < low || open.planned_size > high)
            return fail(kBad, "P-7", nullptr, "symbol '%s' can have no size: no multiple of %lld lies between %lld and %lld", symbol.name.c_str(), static_cast<long long>(symbol.multiple),
                        static_cast<long long>(low), static_cast<long long>(high));
        out->symbols.push_back(std::move(open));
        return ACCEL_STATUS_OK;
    }

    void list_ports(OpenPlan *out) const
    {
        std::vector<graph::Range> known;
        for (const auto &[low, high] : ranges_) known.push_back({low, high});
        const std::vector<graph::Range> ranges = size_ranges(graph_, known);
        for (const auto &[name, shape] : declared_) {
            OpenPlan::Port port{name, {}};
            bool open = false;
            for (const Dim &dim : shape) {
                const bool fixed = dim.symbol == ACCEL_SYMBOL_NONE || ranges[dim.symbol].low == ranges[dim.symbol].high;
                open |= !fixed;
                port.dims.push_back(dim.symbol == ACCEL_SYMBOL_NONE ? dim.size : bound_of(ranges[dim.symbol].high));
            }
            if (open) out->ports.push_back(std::move(port));
        }
    }

    struct Declared {
        std::string name;
        Shape shape;
    };
    struct Ends {
        int64_t low = 0, high = 0;
    };
    Graph graph_;
    const SizeRequest &request_;
    std::vector<Ends> ranges_;  ///< by symbol
    std::vector<Declared> declared_;
};

/// Without one, every size follows.
bool has_free_symbols(const Graph &graph, const SizeRequest &request)
{
    return std::any_of(graph.symbols.begin(), graph.symbols.end(), [&](const Symbol &symbol) {
        const auto named = [&](const accel_symbol_value &value) { return symbol.name == value.name; };
        return symbol.kind == ACCEL_SYMBOL_KIND_FREE && symbol.min_size != symbol.max_size && std::none_of(request.given.begin(), request.given.end(), named);
    });
}

}  // namespace

accel_status read_sizes(std::span<const accel_symbol_value> values, SizeRequest *out)
{
    for (const accel_symbol_value &value : values) {
        ACCEL_TRY(check_value(value));
        (value.size < 0 ? out->ranges : out->given).push_back(value);
    }
    return ACCEL_STATUS_OK;
}

accel_status plan_open_sizes(const Graph &graph, const KnownValues &known, const SizeRequest &request, OpenPlan *out)
{
    if (request.ranges.empty() && !has_free_symbols(graph, request)) return ACCEL_STATUS_OK;
    Graph tried = copy_of(graph);
    tried.budget = nullptr;
    return Planner(std::move(tried), request).run(known, out);
}

}  // namespace accel::runtime
