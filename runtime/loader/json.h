// SPDX-License-Identifier: MIT
// A JSON text as a tree of values that can be dropped when there is no memory: dropping one asks for none, which the trees of the library that reads the text do.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace accel::runtime {

class JsonError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class Json {
public:
    using Array = std::vector<Json>;
    using Object = std::vector<std::pair<std::string, Json>>;  ///< few members: searched in order
    /// Deeper than any manifest, and shallow enough for one stack frame per level.
    static constexpr size_t kLevelsMax = 64;

    Json() = default;
    template <class Value> explicit Json(Value value) : value_(std::move(value)) {}

    /// Throws JsonError, with the place and what was expected there; std::bad_alloc.
    static Json parse(std::string_view text);

    bool is_object() const { return std::holds_alternative<Object>(value_); }
    bool is_array() const { return std::holds_alternative<Array>(value_); }
    bool is_string() const { return std::holds_alternative<std::string>(value_); }
    bool is_unsigned() const { return std::holds_alternative<uint64_t>(value_); }

    /// "object", "array", "string", "number", "boolean" or "null".
    const char *type_name() const;
    /// A value for a message; of nested ones only the type.
    std::string shown() const;

    /// The member of an object; null if there is none. Of two with one name the later.
    const Json *find(std::string_view key) const;
    const Array &items() const { return std::get<Array>(value_); }
    const std::string &text() const { return std::get<std::string>(value_); }
    uint64_t number() const { return std::get<uint64_t>(value_); }

private:
    friend class JsonBuilder;

    std::variant<std::nullptr_t, bool, int64_t, uint64_t, double, std::string, Array, Object> value_{nullptr};
};

}  // namespace accel::runtime
