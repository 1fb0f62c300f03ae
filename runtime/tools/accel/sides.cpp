// SPDX-License-Identifier: MIT
// Builds for a side, and runs it.
#include "sides.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include "building.h"
#include "device_choice.h"
#include "rounding_choice.h"

namespace accel::tool {

std::string TensorValue::text() const { return absl::StrCat(type_name(type), "[", absl::StrJoin(dims, ","), "]"); }

Side::Side(const Instance &instance, ModelOptions options, const InputOptions &inputs, uint32_t seed)
    : instance_(instance),
      options_(std::move(options)),
      inputs_(inputs),
      seed_(seed),
      devices_(choose_devices(instance, options_))
{
}

std::string Side::name() const { return options_.devices.empty() ? "auto" : absl::StrJoin(options_.devices, ","); }

void Side::force_rounding(uint32_t rounding) { options_.rounding = rounding_name(rounding); }

std::vector<TensorValue> Side::run(const Model &model, const std::string &entry)
{
    notes_.clear();
    return values_of(make_program_of(instance_, model, devices_, options_, notes_), entry);
}

std::vector<TensorValue> Side::run_saved(const std::string &entry) { return values_of(make_program(instance_, devices_, options_), entry); }

std::vector<TensorValue> Side::values_of(Program program, const std::string &entry)
{
    entry_ = find_entry(program, entry);
    rounding_ = program.info().rounding;
    Session session(instance_, devices_, std::move(program), entry_);
    if (inputs_.files.empty())
        session.fill_inputs(seed_);
    else
        write_inputs(session, files_by_port(session, inputs_.files), inputs_.scale);
    session.run();
    std::vector<TensorValue> values;
    for (uint32_t index = 0; index < session.output_count(); ++index) {
        const auto port = session.output(index);
        if (element_bytes(port.type) == 0)
            throw Failure(std::string("output '") + port.name + "' is " + shape_text(port) + ", whose elements are parts of a byte, which this command does not read; give the model a Cast as its last operation");
        values.push_back({port.name, port.type, {port.dims, port.dims + port.rank}, session.read(index)});
    }
    program_ = session.program();
    return values;
}

std::string Side::device_of(const std::string &node) const
{
    for (const accel_placement &row : program_.placements(entry_))
        if (row.node == node && row.device) return Device(accel_device_ref(row.device)).info().id;
    return "";
}

}  // namespace accel::tool
