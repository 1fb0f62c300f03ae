// SPDX-License-Identifier: MIT
// Calls a module's build, and takes nothing of its answer that breaks the contract.
#include "emit.h"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <memory>

#include "base/catalog.h"
#include "base/check.h"
#include "base/log.h"
#include "base/module_call.h"
#include "base/progress.h"
#include "size_ranges.h"

namespace accel::runtime {

namespace {

struct ReleaseBlob {
    const char *module;
    void operator()(accel_bk_blob *blob) const
    {
        if (blob->release) tell_module(module, "release", [&] { blob->release(blob); });
    }
};
using HeldBlob = std::unique_ptr<accel_bk_blob, ReleaseBlob>;

accel_status blame(const CompileTarget &target, const char *rule, const std::string &what)
{
    return fail(ACCEL_STATUS_INTERNAL, rule, nullptr, "module '%s' %s", target.backend.c_str(), what.c_str());
}

std::string hex(uint32_t flags)
{
    char text[16];
    snprintf(text, sizeof text, "%x", flags);
    return text;
}

/// open: the graph has the planned sizes, and the layout is to follow others, so every step of it counts.
accel_status take_port(const CompileTarget &target, const Graph &graph, uint32_t tensor, const accel_bk_port &port, bool open, PortLayout *out)
{
    const std::string where = "port " + tensor_text(graph, tensor);
    if (port.tensor != tensor) return blame(target, "P-3", "describes tensor " + std::to_string(port.tensor) + " where " + where + " belongs");
    if (port.reserved) return blame(target, "A-26", "sets what is reserved of " + where);
    out->align_bytes = std::max<uint64_t>(port.align_bytes, 1);
    if (take_layout(port.layout, graph.tensors[tensor], false, out) == ACCEL_STATUS_OK) {
        if (open) out->steps = layouts::copy_of(element(port.layout, 0, port.layout->struct_size)).steps;
        return ACCEL_STATUS_OK;
    }
    const std::string why = accel_last_error()->message;
    return blame(target, "L-1", "gives " + where + " a layout that cannot be: " + why);
}

/// An output that the module may write over an input says so rightly: the input is one of the graph, and its elements lie where the output's do.
accel_status take_in_place(const CompileTarget &target, const accel_bk_port &port, Segment &segment)
{
    segment.in_place_of.push_back(UINT32_MAX);
    if (port.flags & ~static_cast<uint32_t>(ACCEL_BK_PORT_FLAG_IN_PLACE)) return blame(target, "A-26", "gives a port flags 0x" + hex(port.flags) + ", of which some are unknown");
    if (!(port.flags & ACCEL_BK_PORT_FLAG_IN_PLACE)) return ACCEL_STATUS_OK;
    const PortLayout &written = segment.outputs.back();
    if (port.in_place_of >= segment.inputs.size() || !same_distances(segment.inputs[port.in_place_of], written) || segment.inputs[port.in_place_of].type != written.type || segment.inputs[port.in_place_of].tensor_type != written.tensor_type)
        return blame(target, "R-12", "says that an output is in place of port " + std::to_string(port.in_place_of) + ", which is no input whose elements lie where the output's do");
    segment.in_place_of.back() = port.in_place_of;
    return ACCEL_STATUS_OK;
}

accel_status take_ports(const CompileTarget &target, const Graph &graph, const accel_bk_blob_entry &built, bool open, Segment &segment)
{
    const size_t inputs = graph.inputs.size(), outputs = graph.outputs.size();
    if (built.port_count != inputs + outputs || (built.port_count && !built.ports))
        return blame(target, "P-3", "built a blob with " + std::to_string(built.port_count) + " ports, expected " + std::to_string(inputs + outputs));
    const auto port = [&](size_t i) { return element_of(built.ports, i, target.sizes.port); };
    for (size_t i = 0; i < inputs; ++i) ACCEL_TRY(take_port(target, graph, graph.inputs[i], port(i), open, &segment.inputs.emplace_back()));
    for (size_t i = 0; i < outputs; ++i) {
        ACCEL_TRY(take_port(target, graph, graph.outputs[i], port(inputs + i), open, &segment.outputs.emplace_back()));
        ACCEL_TRY(take_in_place(target, port(inputs + i), segment));
    }
    return ACCEL_STATUS_OK;
}

accel_status take_constants(const CompileTarget &target, std::span<const Subgraph *const> parts, const accel_bk_blob &built, Blob &blob)
{
    if (built.constant_count && !built.constants) return blame(target, "A-10", "built a blob whose list of constants is NULL");
    for (uint32_t i = 0; i < built.constant_count; ++i) {
        const accel_bk_constant_place &place = built.constants[i];
        if (place.graph >= parts.size() || place.part != ACCEL_BK_CONSTANT_PART_VALUES || place.reserved)
            return blame(target, "A-10", "built a blob that refers to part " + std::to_string(place.part) + " of a constant of graph " + std::to_string(place.graph) + " of " + std::to_string(parts.size()) + ", reserved " + std::to_string(place.reserved));
        const Graph &graph = parts[place.graph]->graph;
        if (place.tensor >= graph.tensors.size() || !graph.tensors[place.tensor].constant())
            return blame(target, "A-10", "built a blob that refers to tensor " + std::to_string(place.tensor) + " as a constant");
        const Tensor &tensor = graph.tensors[place.tensor];
        blob.constants.push_back({tensor.data, tensor.data_bytes});
        if (tensor.owned) blob.kept_constants.push_back(tensor.owned);
    }
    return ACCEL_STATUS_OK;
}

}  // namespace

namespace {

/// Wishes as the module reads them.
class ShownWishes {
public:
    explicit ShownWishes(const std::vector<Wish> &wishes)
    {
        layouts_.reserve(wishes.size());
        for (const Wish &wish : wishes) wishes_.push_back({wish.part, wish.tensor, &layouts_.emplace_back(wish.layout->view())});
    }
    const accel_bk_layout_wish *data() const { return wishes_.empty() ? nullptr : wishes_.data(); }

private:
    std::vector<accel_layout> layouts_;
    std::vector<accel_bk_layout_wish> wishes_;
};

/// Line by line, so that each is one.
void pass_on_log(const CompileTarget &target, const char *log)
{
    if (!log || !log_wanted(ACCEL_LOG_LEVEL_INFO)) return;
    for (std::string_view rest = log; !rest.empty();) {
        const size_t end = std::min(rest.find('\n'), rest.size());
        if (end) log_line(ACCEL_LOG_LEVEL_INFO, target.backend.c_str(), std::string(rest.substr(0, end)).c_str());
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
}

accel_status call_build(const CompileTarget &target, std::span<const Subgraph *const> parts, const CompileRequest &request, const std::vector<Wish> &wishes, HeldBlob *out)
{
    std::deque<GraphDesc> descs;
    std::deque<ModuleGraph> shown;
    std::vector<const accel_graph_desc *> graphs;
    for (const Subgraph *part : parts) {
        const accel_graph_desc &desc = descs.emplace_back(part->graph, pace).get();
        graphs.push_back(&shown.emplace_back(desc, target.sizes).get());
    }
    accel_bk_compile_options options = options_for(target, request);
    const ShownWishes asked(wishes);
    options.wishes = asked.data();
    options.wish_count = static_cast<uint32_t>(wishes.size());
    std::vector<const int64_t *> planned;
    for (const Subgraph *part : parts) planned.push_back(request.planned && !part->graph.symbols.empty() ? request.planned->data() : nullptr);
    if (request.planned) options.planned_sizes = planned.data();
    accel_bk_blob *made = nullptr;
    clear_module_error();
    const accel_status status = target.compiler->build(target.host, graphs.data(), static_cast<uint32_t>(graphs.size()), &options, &made);
    if (status == ACCEL_STATUS_UNSUPPORTED) {
        fail_from_module(status, target.backend.c_str(), "build what it had claimed", nullptr);
        const std::string why = accel_last_error()->message;
        return blame(target, "C-2", "does not build what it had claimed: " + why);
    }
    if (status != ACCEL_STATUS_OK) return fail_from_module(status, target.backend.c_str(), "build its part of the model", nullptr);
    if (!made) return blame(target, "A-10", "answered OK to a build and made no blob");
    *out = HeldBlob(made, {target.backend.c_str()});
    return ACCEL_STATUS_OK;
}

}  // namespace

accel_status build_blob(const CompileTarget &target, std::span<const Subgraph *const> parts, const CompileRequest &request, const std::vector<Wish> &wishes, BuiltBlob *out)
{
    HeldBlob held;
    ACCEL_TRY(call_build(target, parts, request, wishes, &held));
    accel_bk_blob taken{};
    if (const std::string wrong = take_struct(held.get(), &taken); !wrong.empty()) return blame(target, "A-17", "built a blob whose description " + wrong);
    const accel_bk_blob *const built = &taken;
    pass_on_log(target, built->log);
    if (built->byte_count && !built->bytes) return blame(target, "A-10", "built a blob whose bytes are NULL");
    if (built->entry_count != parts.size() || !built->entries)
        return blame(target, "A-10", "built a blob with " + std::to_string(built->entry_count) + " entries for " + std::to_string(parts.size()) + " graphs");
    pace_piece();
    Blob &blob = out->blob;
    blob.target = target.name;
    blob.backend = target.backend;
    blob.graph_count = built->entry_count;
    const auto *bytes = static_cast<const uint8_t *>(built->bytes);
    blob.bytes.assign(bytes, bytes + built->byte_count);
    ACCEL_TRY(take_constants(target, parts, *built, blob));
    pace_piece();
    for (uint32_t i = 0; i < parts.size(); ++i) {
        const accel_bk_blob_entry entry = element_of(built->entries, i, target.sizes.blob_entry);
        BuiltSegment &made = out->segments.emplace_back();
        made.segment.graph = i;
        made.segment.scratch_bytes = entry.scratch_bytes;
        made.buffer_count_max = entry.buffer_count_max;
        ACCEL_TRY(request.planned ? take_ports(target, with_sizes(parts[i]->graph, *request.planned), entry, true, made.segment) : take_ports(target, parts[i]->graph, entry, false, made.segment));
    }
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
