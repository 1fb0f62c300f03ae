// SPDX-License-Identifier: MIT
// A TensorFlow Lite file whose tables have been verified.
#pragma once

#include <tflite_schema.h>

#include <span>
#include <string_view>

namespace accel::tflite {

/// So many tables and list elements at most are walked, whatever a file says: tables may share lists, so that few bytes could ask for many steps.
inline constexpr size_t kStepsMax = size_t{1} << 22;

/// The bytes of a file. Whatever its tables refer to lies inside; what they mean is for others to judge.
class File {
public:
    /// bytes begin at a multiple of kAlignBytes, and outlive this. CORRUPT where the verifier refuses them, UNSUPPORTED where another version, or a device's compiler, has made them.
    explicit File(std::span<const char> bytes);
    static constexpr size_t kAlignBytes = 16;

    const schema::Model &model() const { return *model_; }
    const schema::SubGraph &main() const { return *model_->subgraphs()->Get(0); }
    /// What buffer a constant's tensor names; empty: it has none.
    std::span<const char> constant(uint32_t buffer) const;
    /// Where this lies in the file, for messages.
    uint64_t offset_of(const void *part) const { return static_cast<uint64_t>(static_cast<const char *>(part) - bytes_.data()); }

    /// Which operation an operator is, and of which version. CORRUPT where it names no operator code.
    struct Code {
        schema::BuiltinOperator builtin = schema::BuiltinOperator::CUSTOM;
        std::string_view name;  ///< of a custom one, its own
        uint32_t version = 1;
    };
    Code code_of(const schema::Operator &op) const;

private:
    Code code(const schema::OperatorCode &code) const;
    void refuse_compiled() const;

    std::span<const char> bytes_;
    const schema::Model *model_ = nullptr;
};

inline std::string_view text_of(const flatbuffers::String *string)
{
    return string == nullptr ? std::string_view() : std::string_view(string->c_str(), string->size());
}

/// Can every reader show it? UTF-8 without control characters, and not empty.
bool is_text(std::string_view text);

/// The elements of a list that may be absent.
template <typename T>
std::span<const T> list_of(const flatbuffers::Vector<T> *vector)
{
    return vector == nullptr ? std::span<const T>() : std::span<const T>(vector->data(), vector->size());
}

}  // namespace accel::tflite
