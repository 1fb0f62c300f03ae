// SPDX-License-Identifier: MIT
// Prints ports, variables, placements and transfers, and draws segments.
#include "inspection.h"

#include <absl/strings/str_replace.h>

#include <algorithm>
#include <sstream>

#include "rounding_choice.h"

namespace accel::tool {
namespace {

/// target: in the place that has no device.
std::string device_id(accel_device *device, const std::string &target)
{
    if (!device) return target;
    auto info = sized<accel_device_info>();
    check(accel_device_query(device, &info));
    return info.id;
}

/// null: strides cannot tell the layout.
nlohmann::json strides_json(const accel_layout &layout, uint32_t rank)
{
    const auto strides = strides_bytes(layout, rank);
    return strides ? nlohmann::json(*strides) : nlohmann::json();
}

nlohmann::json layout_json(const accel_layout &layout)
{
    static constexpr const char *kPadding[] = {"any", "zero bits", "real zero", "kept"};
    nlohmann::json steps = nlohmann::json::array();
    for (uint32_t step = 0; step < layout.step_count; ++step)
        steps.push_back({{"axis", layout.steps[step].axis}, {"extent", layout.steps[step].extent}, {"stride_bits", layout.steps[step].stride_bits}});
    return {{"type", layout.type}, {"padding", layout.padding < std::size(kPadding) ? kPadding[layout.padding] : "unknown"}, {"size_bytes", layout.size_bytes}, {"steps", steps}};
}

const char *kind_text(uint32_t kind)
{
    return kind == ACCEL_TRANSFER_KIND_SHARED ? "shared" : kind == ACCEL_TRANSFER_KIND_COPY  ? "copy"
                                                       : kind == ACCEL_TRANSFER_KIND_CONVERT ? "convert"
                                                                                             : "unknown";
}

/// null: the application.
nlohmann::json segment_json(uint32_t segment) { return segment == ACCEL_SEGMENT_APPLICATION ? nlohmann::json() : nlohmann::json(segment); }

nlohmann::json port_json(const accel_port_info &port, const std::string &target)
{
    return {{"direction", port.direction == ACCEL_PORT_DIRECTION_INPUT ? "in" : "out"}, {"name", port.name}, {"shape", shape_text(port)}, {"size_bytes", port.size_bytes}, {"align_bytes", port.align_bytes}, {"strides_bytes", strides_json(*port.layout, port.rank)}, {"layout", layout_json(*port.layout)}, {"converted", (port.flags & ACCEL_PORT_FLAG_CONVERTED) != 0}, {"device", device_id(port.device, target)}, {"default", (port.flags & ACCEL_PORT_FLAG_DEFAULT) != 0}};
}

nlohmann::json variable_json(const accel_variable_info &variable, const std::string &target)
{
    accel_port_info shape{};
    shape.type = variable.type, shape.rank = variable.rank, shape.dims = variable.dims;
    return {{"name", variable.name}, {"shape", shape_text(shape)}, {"size_bytes", variable.size_bytes}, {"align_bytes", variable.align_bytes}, {"strides_bytes", strides_json(*variable.layout, variable.rank)}, {"layout", layout_json(*variable.layout)}, {"device", device_id(variable.device, target)}, {"in_place", variable.in_place != 0}};
}

std::string escaped(const std::string &text)
{
    return absl::StrReplaceAll(text, {{"<", "&lt;"}, {"&", "&amp;"}, {">", "&gt;"}});
}

nlohmann::json entry_json(const Program &program, uint32_t entry, const std::string &target)
{
    const auto info = program.entry(entry);
    nlohmann::json out{{"segments", info.segment_count}, {"scratch_bytes", info.scratch_bytes}, {"ports", nlohmann::json::array()}, {"placements", nlohmann::json::array()}, {"transfers", nlohmann::json::array()}};
    for (uint32_t index = 0; index < info.port_count; ++index) out["ports"].push_back(port_json(program.port(index, entry), target));
    for (uint32_t index = 0; index < info.placement_count; ++index) {
        auto row = sized<accel_placement>();
        check(accel_program_placement(program.get(), entry, index, &row));
        out["placements"].push_back({{"node", row.node}, {"operation", row.operation}, {"device", device_id(row.device, target)}, {"segment", row.segment}, {"reason_code", row.reason}, {"reason", row.reason_text}, {"work_macs", row.work_macs}, {"remark", row.remark}});
    }
    uint32_t copies = 0, conversions = 0;
    for (uint32_t index = 0; index < info.transfer_count; ++index) {
        auto row = sized<accel_transfer>();
        check(accel_program_transfer(program.get(), entry, index, &row));
        copies += row.kind == ACCEL_TRANSFER_KIND_COPY;
        conversions += row.kind == ACCEL_TRANSFER_KIND_CONVERT;
        out["transfers"].push_back({{"tensor", row.tensor}, {"kind", kind_text(row.kind)}, {"from_segment", segment_json(row.from_segment)}, {"to_segment", segment_json(row.to_segment)}, {"size_bytes", row.size_bytes}, {"reason", row.reason}, {"from", layout_json(*row.from)}, {"to", layout_json(*row.to)}});
    }
    out["copies"] = copies;
    out["conversions"] = conversions;
    out["copied_bytes"] = info.copied_bytes;
    out["converted_bytes"] = info.converted_bytes;
    return out;
}

}  // namespace

nlohmann::json inspection(const Program &program, const std::string &target)
{
    const auto info = program.info();
    nlohmann::json out{{"constant_bytes", info.constant_bytes}, {"rounding", info.rounding}, {"rounding_name", rounding_name(info.rounding)}};
    out["variables"] = nlohmann::json::array();
    for (uint32_t index = 0; index < info.variable_count; ++index) out["variables"].push_back(variable_json(program.variable(index), target));
    if (info.entry_count == 1) {
        out.update(entry_json(program, 0, target));
        return out;
    }
    out["entries"] = nlohmann::json::array();
    for (uint32_t entry = 0; entry < info.entry_count; ++entry) {
        out["entries"].push_back(entry_json(program, entry, target));
        out["entries"].back()["name"] = program.entry(entry).name;
    }
    return out;
}

std::string drawing(const nlohmann::json &entry)
{
    static constexpr const char *kColours[] = {"#8ecae6", "#b7e4c7", "#ffd6a5", "#e0bbe4", "#d9d9d9"};
    constexpr int kRow = 34, kLane = 260, kTop = 40;
    std::vector<std::string> lanes;
    for (const auto &row : entry["placements"])
        if (const std::string device = row["device"]; std::find(lanes.begin(), lanes.end(), device) == lanes.end()) lanes.push_back(device);
    const auto lane_of = [&](const std::string &device) { return static_cast<int>(std::find(lanes.begin(), lanes.end(), device) - lanes.begin()); };
    const int height = kTop + kRow * static_cast<int>(entry["placements"].size()) + 20, width = kLane * static_cast<int>(std::max<size_t>(lanes.size(), 1)) + 20;
    std::ostringstream svg;
    svg << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << width << "\" height=\"" << height << "\" font-family=\"sans-serif\" font-size=\"12\">\n"
        << "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
    for (size_t lane = 0; lane < lanes.size(); ++lane)
        svg << "<text x=\"" << lane * kLane + 20 << "\" y=\"24\" font-weight=\"bold\">" << escaped(lanes[lane]) << "</text>\n";
    int y = kTop, last_x = -1;
    for (const auto &row : entry["placements"]) {
        const int lane = lane_of(row["device"]), x = lane * kLane + 20;
        if (last_x >= 0)
            svg << "<line x1=\"" << last_x + 110 << "\" y1=\"" << y - kRow + 26 << "\" x2=\"" << x + 110 << "\" y2=\"" << y << "\" stroke=\"" << (last_x == x ? "#999" : "#d00000")
                << "\"/>\n";
        svg << "<g><title>" << escaped(row["node"].get<std::string>() + " " + row["reason"].get<std::string>()) << "</title><rect x=\"" << x << "\" y=\"" << y
            << "\" width=\"220\" height=\"26\" rx=\"5\" fill=\"" << kColours[lane % 5] << "\" stroke=\"#555\"/><text x=\"" << x + 8 << "\" y=\"" << y + 17 << "\">"
            << escaped(row["operation"]) << "</text></g>\n";
        last_x = x;
        y += kRow;
    }
    svg << "</svg>\n";
    return svg.str();
}

}  // namespace accel::tool
