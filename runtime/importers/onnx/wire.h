// SPDX-License-Identifier: MIT
// The wire format of protocol buffers, read without trust.
#pragma once

#include "uses.h"

#include <protozero/pbf_reader.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace accel::onnx {

/// A message or field inside the model's bytes, with where the bytes began so that errors can name an offset.
struct Bytes {
    const char *origin = nullptr;
    std::string_view view;

    uint64_t offset() const { return static_cast<uint64_t>(view.data() - origin); }
    const char *data() const { return view.data(); }
    uint64_t size() const { return view.size(); }
    bool empty() const { return view.empty(); }
};

/// Walks the fields of one message. Every wire type, length and varint is checked; a fault is CORRUPT with message, field and offset.
class WireReader {
public:
    WireReader(Bytes message, const char *message_name);

    bool next();
    uint32_t field() const { return static_cast<uint32_t>(reader_.tag()); }
    void skip();

    Bytes bytes(const char *field_name);
    /// UTF-8 without a NUL inside.
    std::string_view string(const char *field_name);
    int64_t integer(const char *field_name);
    float real32(const char *field_name);
    /// A repeated integer: one value, or a packed run of them.
    void integers(const char *field_name, std::vector<int64_t> &values);
    /// A repeated fixed-width value as its little-endian bytes: one, or a packed run.
    std::string_view fixed(const char *field_name, size_t value_bytes);

    [[noreturn]] void fail(const char *field_name, const char *why) const;

private:
    uint64_t offset() const;
    void expect(protozero::pbf_wire_type type, const char *field_name) const;
    uint64_t checked_length(const char *field_name) const;

    const char *origin_;
    const char *message_name_;
    protozero::pbf_reader reader_;
};

bool is_utf8(std::string_view bytes);

}  // namespace accel::onnx
