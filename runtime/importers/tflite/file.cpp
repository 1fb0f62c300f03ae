// SPDX-License-Identifier: MIT
// Runs the FlatBuffers verifier over the tables, and finds constants.
#include "file.h"

#include "common/failure.h"

#include <algorithm>

namespace accel::tflite {
namespace {

using namespace importer;

constexpr uint32_t kVersion = 3;
/// A model nests tables five deep: model, subgraph, operator, options.
constexpr flatbuffers::uoffset_t kDepthMax = 16;
/// Before the number had 32 bits it had 7, of which the last says that it is elsewhere.
constexpr int kOldCodesMax = 127;

struct Compiled {
    std::string_view custom_code, by;
};
constexpr Compiled kCompiled[] = {
    {"ethos-u", "Arm's Vela, for an Ethos-U"},
    {"edgetpu-custom-op", "the Edge TPU compiler, for a Coral Edge TPU"},
};

const schema::Model *verified(std::span<const char> bytes)
{
    const auto *begin = reinterpret_cast<const uint8_t *>(bytes.data());
    if (bytes.size() < 8 || std::string_view(bytes.data() + 4, 4) != schema::ModelIdentifier()) {
        corrupt("a TensorFlow Lite file has 'TFL3' at byte 4; this one of ", bytes.size(), " bytes has not");
    }
    flatbuffers::Verifier::Options options;
    options.max_depth = kDepthMax;
    options.max_tables = kStepsMax;
    // What is behind the tables of a larger file are constants, which are looked at one by one.
    flatbuffers::Verifier verifier(begin, std::min<size_t>(bytes.size(), FLATBUFFERS_MAX_BUFFER_SIZE - 1), options);
    if (!schema::VerifyModelBuffer(verifier)) {
        corrupt("the FlatBuffers verifier refuses the file: a table, list or text of it reaches outside of its ", bytes.size(), " bytes, lies crooked, or nests deeper than ", kDepthMax,
                "; it may be cut short or damaged");
    }
    return schema::GetModel(begin);
}

}  // namespace

bool is_text(std::string_view text)
{
    for (size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4
                                            : lead >= 0xe0   ? 3
                                                             : 2;
        if (lead < 0x20 || lead == 0x7f || (lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || length > text.size() - i) {
            return false;
        }
        for (size_t k = 1; k < length; ++k) {
            if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) {
                return false;
            }
        }
        i += length;
    }
    return !text.empty();
}

File::File(std::span<const char> bytes) : bytes_(bytes),
                                          model_(verified(bytes))
{
    if (model_->version() != kVersion) {
        unsupported("schema version ", model_->version(), " of TensorFlow Lite; version ", kVersion, " is read here");
    }
    if (model_->subgraphs() == nullptr || model_->subgraphs()->size() == 0) {
        corrupt("the file has no subgraph");
    }
    refuse_compiled();
}

/// Its operators are a device's commands, not a model.
void File::refuse_compiled() const
{
    if (model_->operator_codes() == nullptr) {
        return;
    }
    for (const schema::OperatorCode *code : *model_->operator_codes()) {
        for (const Compiled &compiled : kCompiled) {
            if (text_of(code->custom_code()) == compiled.custom_code) {
                unsupported("the file was compiled by ", compiled.by, ": its operator '", compiled.custom_code, "' is commands of that device; give the .tflite file that the compiler was given");
            }
        }
    }
}

std::span<const char> File::constant(uint32_t buffer) const
{
    if (buffer == 0) {
        return {};
    }
    if (model_->buffers() == nullptr || buffer >= model_->buffers()->size()) {
        corrupt("a tensor names buffer ", buffer, " of ", model_->buffers() == nullptr ? 0 : model_->buffers()->size());
    }
    const schema::Buffer &found = *model_->buffers()->Get(buffer);
    // 0 and 1 stand for "not here" and "not yet known".
    if (found.offset() <= 1) {
        return found.data() == nullptr ? std::span<const char>() : std::span(reinterpret_cast<const char *>(found.data()->data()), found.data()->size());
    }
    if (found.offset() > bytes_.size() || found.size() > bytes_.size() - found.offset()) {
        corrupt("buffer ", buffer, " is said to be bytes ", found.offset(), " + ", found.size(), " of a file of ", bytes_.size());
    }
    return bytes_.subspan(found.offset(), found.size());
}

File::Code File::code(const schema::OperatorCode &code) const
{
    const int old = code.deprecated_builtin_code();
    const auto builtin = old < kOldCodesMax && static_cast<int>(code.builtin_code()) < old ? static_cast<schema::BuiltinOperator>(old) : code.builtin_code();
    Code out{builtin, {}, static_cast<uint32_t>(std::max(code.version(), 0))};
    out.name = builtin == schema::BuiltinOperator::CUSTOM ? text_of(code.custom_code()) : std::string_view(schema::EnumNameBuiltinOperator(builtin));
    return out;
}

File::Code File::code_of(const schema::Operator &op) const
{
    const size_t count = model_->operator_codes() == nullptr ? 0 : model_->operator_codes()->size();
    if (op.opcode_index() >= count) {
        corrupt("the operator at byte ", offset_of(&op), " names operator code ", op.opcode_index(), " of ", count);
    }
    return code(*model_->operator_codes()->Get(op.opcode_index()));
}

}  // namespace accel::tflite
