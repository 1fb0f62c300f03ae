// SPDX-License-Identifier: MIT
// Builds the tree from what the reader finds.
#include "json.h"

#include <nlohmann/json.hpp>

namespace accel::runtime {

/// Receives what the reader finds, in the order of the text.
class JsonBuilder {
public:
    using Reader = nlohmann::json;

    bool null() { return add(Json(nullptr)); }
    bool boolean(bool value) { return add(Json(value)); }
    bool number_integer(int64_t value) { return add(Json(value)); }
    bool number_unsigned(uint64_t value) { return add(Json(value)); }
    bool number_float(double value, const std::string &) { return add(Json(value)); }
    bool string(std::string &value) { return add(Json(std::move(value))); }
    bool binary(Reader::binary_t &) { return false; }
    bool start_object(size_t) { return open(Json(Json::Object())); }
    bool start_array(size_t) { return open(Json(Json::Array())); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(std::string &name)
    {
        std::get<Json::Object>(levels_.back()->value_).emplace_back(std::move(name), Json());
        return true;
    }
    bool parse_error(size_t, const std::string &, const nlohmann::detail::exception &error) { throw JsonError(error.what()); }

    Json take() { return std::move(root_); }

private:
    Json *add(Json value)
    {
        if (levels_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        Json &parent = *levels_.back();
        if (auto *members = std::get_if<Json::Object>(&parent.value_)) {
            members->back().second = std::move(value);
            return &members->back().second;
        }
        auto &items = std::get<Json::Array>(parent.value_);
        items.push_back(std::move(value));
        return &items.back();
    }
    // The open levels are the last values of their parents, so nothing moves them.
    bool open(Json value)
    {
        if (levels_.size() == Json::kLevelsMax)
            throw JsonError("values are nested more than " + std::to_string(Json::kLevelsMax) + " deep");
        levels_.push_back(add(std::move(value)));
        return true;
    }
    bool close()
    {
        levels_.pop_back();
        return true;
    }

    Json root_;
    std::vector<Json *> levels_;
};

Json Json::parse(std::string_view text)
{
    JsonBuilder builder;
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder))
        throw JsonError("the text holds something that is not JSON");
    return builder.take();
}

const char *Json::type_name() const
{
    constexpr const char *kNames[] = {"null", "boolean", "number", "number", "number", "string", "array", "object"};
    return kNames[value_.index()];
}

std::string Json::shown() const
{
    // The library's own trees are safe as long as they hold one value.
    return std::visit(
        [&](const auto &value) -> std::string {
            using Value = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<Value, Array> || std::is_same_v<Value, Object>)
                return type_name();
            else
                return nlohmann::json(value).dump();
        },
        value_);
}

const Json *Json::find(std::string_view key) const
{
    const auto *members = std::get_if<Object>(&value_);
    if (!members)
        return nullptr;
    for (auto member = members->rbegin(); member != members->rend(); ++member)
        if (member->first == key)
            return &member->second;
    return nullptr;
}

}  // namespace accel::runtime
