// SPDX-License-Identifier: MIT
// Finds the options of a module, checks their kinds, and refuses by name what it does not have.
#include "module/option.h"

#include "module/host.h"

#include <algorithm>
#include <string>

namespace accel::module {

std::optional<std::string_view> Options::own_name(const accel_option &option) const
{
    const std::string_view name(option.name);
    if (!name.starts_with(module_) || name.substr(module_.size(), 1) != ".")
        return std::nullopt;
    return name.substr(module_.size() + 1);
}

accel_status Options::find(const char *name, accel_option_kind kind, const accel_option *&out)
{
    known_.emplace_back(name);
    out = nullptr;
    for (const accel_option &option : given_) {
        if (own_name(option) != name)
            continue;
        if (option.kind != static_cast<uint32_t>(kind))
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-10", "option '%.64s' is of kind %u, expected %s (%u)", option.name, option.kind,
                        kind == ACCEL_OPTION_KIND_INTEGER ? "INTEGER" : "STRING", static_cast<uint32_t>(kind));
        out = &option;
    }
    return ACCEL_STATUS_OK;
}

accel_status Options::integer(const char *name, int64_t least, int64_t most, int64_t &value)
{
    const accel_option *option = nullptr;
    if (const accel_status status = find(name, ACCEL_OPTION_KIND_INTEGER, option); status != ACCEL_STATUS_OK || option == nullptr)
        return status;
    if (option->integer < least || option->integer > most)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-10", "option '%.64s' is %lld, expected a number from %lld to %lld", option->name,
                    static_cast<long long>(option->integer), static_cast<long long>(least), static_cast<long long>(most));
    value = option->integer;
    return ACCEL_STATUS_OK;
}

accel_status Options::string(const char *name, std::string_view &value)
{
    const accel_option *option = nullptr;
    if (const accel_status status = find(name, ACCEL_OPTION_KIND_STRING, option); status != ACCEL_STATUS_OK || option == nullptr)
        return status;
    value = option->string;
    return ACCEL_STATUS_OK;
}

accel_status Options::end() const
{
    for (const accel_option &option : given_) {
        const auto name = own_name(option);
        if (!name || option.optional != 0 || std::ranges::find(known_, *name) != known_.end())
            continue;
        std::string there;
        for (const std::string_view known : known_)
            there.append(there.empty() ? "" : ", ").append(known);
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-10", "option '%.64s' is unknown; the options of its module: %s", option.name,
                    there.empty() ? "none" : there.c_str());
    }
    return ACCEL_STATUS_OK;
}

}  // namespace accel::module
