// SPDX-License-Identifier: MIT
// Options of a module, named `<module>.<option>`.
#pragma once

#include <accel/backend.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace accel::module {

// Read each one that the module has, then call end:
//
//     Options options("acme", given);
//     if (const accel_status status = options.integer("lanes", 1, 8, lanes))
//         return status;
//     return options.end();
//
// Options of other modules are passed over. One thread per object. Errors: INVALID_ARGUMENT, with a sentence (P-10).
class Options {
public:
    // Ownership: both are borrowed, and so are the names that are asked for.
    Options(const char *module, std::span<const accel_option> given) : module_(module),
                                                                       given_(given) {}

    // The value of an option, or what is in `value` already where it is not given; the last one counts. `least` and `most` are admitted.
    accel_status integer(const char *name, int64_t least, int64_t most, int64_t &value);
    // Ownership: value lives as long as the options.
    accel_status string(const char *name, std::string_view &value);

    // One that was not read is unknown, and refused unless it is optional.
    accel_status end() const;

private:
    // The last one of that name, or null; notes that the module has it. One of another kind is an error.
    accel_status find(const char *name, accel_option_kind kind, const accel_option *&out);
    // "lanes" of "acme.lanes"; nothing where it is another module's.
    std::optional<std::string_view> own_name(const accel_option &option) const;

    std::string_view module_;
    std::span<const accel_option> given_;
    std::vector<std::string_view> known_;
};

}  // namespace accel::module
