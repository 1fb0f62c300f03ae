// SPDX-License-Identifier: MIT
// Declares the options, and loads the files.
#include "input_files.h"

#include <map>

#include "inputs.h"
#include "number_check.h"
#include "standard_input.h"

namespace accel::tool {
namespace {

std::vector<std::string> input_names(const Session &session)
{
    std::vector<std::string> names;
    for (uint32_t index = 0; index < session.input_count(); ++index) names.emplace_back(session.input(index).name);
    return names;
}

}  // namespace

void InputOptions::add_to(CLI::App &app, const std::string &what)
{
    app.add_option("-i,--input", files, what)->allow_extra_args(false)->transform([](std::string text) {
        if (text == "-" || text.ends_with("=-")) text.replace(text.size() - 1, 1, hold_standard_input());
        return text;
    });
    const std::map<std::string, Resize> ways{{"fit", Resize::Fit}, {"fill", Resize::Fill}, {"stretch", Resize::Stretch}};
    app.add_option_function<std::string>(
           "--resize", [this, ways](const std::string &way) { scale.resize = ways.at(way); }, "of a picture of another size than the input's: fit (black beside it), fill (its middle) or stretch; without it such a picture is refused")
        ->check(CLI::IsMember({"fit", "fill", "stretch"}));
    app.add_option("--mean", scale.mean, "of pictures: value = (byte - mean) / std, per channel")->delimiter(',')->allow_extra_args(false)->check(finite_number())->capture_default_str();
    app.add_option("--std", scale.deviation, "see --mean")->delimiter(',')->allow_extra_args(false)->check(number_above_zero())->capture_default_str();
}

std::vector<std::string> files_by_port(const Session &session, const std::vector<std::string> &given)
{
    const auto names = input_names(session);
    const auto files = assign_files(names, given);
    for (size_t index = 0; index < files.size(); ++index)
        if (files[index].empty() && !(session.input(static_cast<uint32_t>(index)).flags & ACCEL_PORT_FLAG_DEFAULT)) throw Failure("input '" + names[index] + "' has no file; add --input '" + names[index] + "=FILE'");
    return files;
}

void write_inputs(Session &session, const std::vector<std::string> &files, const PictureScale &scale)
{
    for (uint32_t index = 0; index < session.input_count(); ++index)
        if (!files[index].empty()) session.write(index, load_tensor(files[index], session.input(index), scale));
}

}  // namespace accel::tool
