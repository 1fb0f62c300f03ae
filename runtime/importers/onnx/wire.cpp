// SPDX-License-Identifier: MIT
// Walks fields, and refuses with message, field and offset.
#include "wire.h"

#include "common/failure.h"

namespace accel::onnx {

using protozero::pbf_wire_type;

WireReader::WireReader(Bytes message, const char *message_name)
    : origin_(message.origin),
      message_name_(message_name),
      reader_(message.view.data(), message.view.size()) {}

uint64_t WireReader::offset() const
{
    return static_cast<uint64_t>(reader_.data().data() - origin_);
}

void WireReader::fail(const char *field_name, const char *why) const
{
    corrupt("at byte ", offset(), ", field ", message_name_, ".", field_name, ": ", why);
}

bool WireReader::next()
{
    try {
        return reader_.next();
    } catch (const protozero::exception &) {
        corrupt("at byte ", offset(), ", in ", message_name_, ": no valid field tag");
    }
}

void WireReader::skip()
{
    try {
        if (reader_.wire_type() == pbf_wire_type::length_delimited) {
            checked_length("unknown field");
        }
        reader_.skip();
    } catch (const protozero::exception &) {
        fail("unknown field", "the message ends inside it");
    }
}

void WireReader::expect(pbf_wire_type type, const char *field_name) const
{
    if (reader_.wire_type() != type) {
        fail(field_name, "wrong wire type");
    }
}

// protozero keeps only the low 32 bits of a length; a longer one has to be caught before it.
uint64_t WireReader::checked_length(const char *field_name) const
{
    const char *cursor = reader_.data().data();
    const char *end = cursor + reader_.data().size();
    const uint64_t length = protozero::decode_varint(&cursor, end);
    const uint64_t left = static_cast<uint64_t>(end - cursor);
    if (length > left) {
        corrupt("at byte ", offset(), ", field ", message_name_, ".", field_name, ": length ", length, ", but only ", left, " bytes are left");
    }
    return length;
}

Bytes WireReader::bytes(const char *field_name)
{
    expect(pbf_wire_type::length_delimited, field_name);
    try {
        checked_length(field_name);
        const protozero::data_view view = reader_.get_view();
        return {origin_, {view.data(), view.size()}};
    } catch (const protozero::exception &) {
        fail(field_name, "the message ends inside it");
    }
}

std::string_view WireReader::string(const char *field_name)
{
    const std::string_view view = bytes(field_name).view;
    if (view.find('\0') != std::string_view::npos || !is_utf8(view)) {
        fail(field_name, "not UTF-8 text");
    }
    return view;
}

int64_t WireReader::integer(const char *field_name)
{
    expect(pbf_wire_type::varint, field_name);
    try {
        return reader_.get_int64();
    } catch (const protozero::exception &) {
        fail(field_name, "broken integer");
    }
}

float WireReader::real32(const char *field_name)
{
    expect(pbf_wire_type::fixed32, field_name);
    try {
        return reader_.get_float();
    } catch (const protozero::exception &) {
        fail(field_name, "the message ends inside it");
    }
}

void WireReader::integers(const char *field_name, std::vector<int64_t> &values)
{
    if (reader_.wire_type() == pbf_wire_type::varint) {
        values.push_back(integer(field_name));
        return;
    }
    expect(pbf_wire_type::length_delimited, field_name);
    try {
        checked_length(field_name);
        for (const int64_t value : reader_.get_packed_int64()) {
            values.push_back(value);
        }
    } catch (const protozero::exception &) {
        fail(field_name, "broken packed integers");
    }
}

std::string_view WireReader::fixed(const char *field_name, size_t value_bytes)
{
    if (reader_.wire_type() == pbf_wire_type::length_delimited) {
        const std::string_view run = bytes(field_name).view;
        if (run.size() % value_bytes != 0) {
            fail(field_name, "packed length is no multiple of the value size");
        }
        return run;
    }
    expect(value_bytes == 4 ? pbf_wire_type::fixed32 : pbf_wire_type::fixed64, field_name);
    const char *begin = reader_.data().data();
    skip();
    return {begin, value_bytes};
}

bool is_utf8(std::string_view bytes)
{
    for (size_t i = 0; i < bytes.size();) {
        const auto lead = static_cast<unsigned char>(bytes[i]);
        const size_t length = lead < 0x80 ? 1 : (lead >> 5) == 6 ? 2
                                            : (lead >> 4) == 14  ? 3
                                            : (lead >> 3) == 30  ? 4
                                                                 : 0;
        if (length == 0 || i + length > bytes.size()) {
            return false;
        }
        uint32_t code = length == 1 ? lead : lead & (0x7fu >> length);
        for (size_t k = 1; k < length; ++k) {
            const auto next = static_cast<unsigned char>(bytes[i + k]);
            if ((next & 0xc0) != 0x80) {
                return false;
            }
            code = code << 6 | (next & 0x3fu);
        }
        constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
        if (code < kSmallest[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
            return false;
        }
        i += length;
    }
    return true;
}

}  // namespace accel::onnx
