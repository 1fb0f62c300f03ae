// SPDX-License-Identifier: MIT
// .npy arrays. xtensor reads and writes the header; the values behind it are counted and copied here, for xtensor takes a file that ends too soon and knows no f16.
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xnpy.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "files.h"
#include "npy.h"

namespace accel::tool {
namespace {

constexpr size_t kHeaderBytesMax = 1 << 20;

struct Header {
    std::string descr;  ///< "<f4": byte order, kind, bytes of an element
    bool fortran_order = false;
    std::vector<size_t> dims;
};

/// As numpy writes them on a little-endian machine; null for what numpy has no type of.
const char *descr_of(uint32_t type)
{
    switch (type) {
    case ACCEL_TYPE_F32: return "<f4";
    case ACCEL_TYPE_I8: return "|i1";
    case ACCEL_TYPE_U8: return "|u1";
    case ACCEL_TYPE_I32: return "<i4";
    case ACCEL_TYPE_I64: return "<i8";
    case ACCEL_TYPE_F16: return "<f2";
    case ACCEL_TYPE_I16: return "<i2";
    case ACCEL_TYPE_BOOL: return "|b1";
    case ACCEL_TYPE_F64: return "<f8";
    default: return nullptr;
    }
}

[[noreturn]] void refuse(const std::string &path, const std::string &what)
{
    throw Failure(path + " is not a .npy array that can be read: " + what + "; write it with numpy.save");
}

/// What is said of elements without a number type, which numpy writes as well; empty where the text of a header names none.
std::string foreign_elements(const std::string &header)
{
    constexpr std::string_view kKey = "'descr':";
    const size_t key = header.find(kKey);
    if (key == std::string::npos) return {};
    const size_t begin = header.find_first_not_of(' ', key + kKey.size());
    if (begin == std::string::npos) return {};
    if (header[begin] == '[') return "holds records, not numbers; save one of its fields, for example numpy.save(file, x['name'])";
    const size_t end = header[begin] == '\'' ? header.find('\'', begin + 1) : std::string::npos;
    const std::string descr = end == std::string::npos ? "" : header.substr(begin + 1, end - begin - 1);
    if (descr.size() < 2 || std::string_view("biufc").find(descr[1]) != std::string_view::npos) return {};
    return "holds elements '" + descr + "', not numbers; convert it, for example with x.astype('<f4')";
}

/// Leaves the stream at the first value.
Header read_header(std::istream &file, const std::string &path)
{
    char start[12] = {};
    file.read(start, 10);
    if (std::string_view(start, 4) == std::string_view("PK\x03\x04", 4)) throw Failure(path + " is an archive, as numpy.savez writes; save the one array alone with numpy.save");
    if (!file || std::string_view(start, 6) != std::string_view("\x93NUMPY", 6)) refuse(path, "it does not begin as one");
    const bool wide = start[6] >= 2;
    if (start[6] < 1 || start[6] > 3) refuse(path, "format version " + std::to_string(static_cast<unsigned char>(start[6])) + ", expected 1 to 3");
    if (wide && !file.read(start + 10, 2)) refuse(path, "it ends inside the header");
    size_t length = 0;
    for (int byte = wide ? 3 : 1; byte >= 0; --byte) length = length << 8 | static_cast<unsigned char>(start[8 + byte]);
    if (length == 0 || length > kHeaderBytesMax) refuse(path, "a header of " + std::to_string(length) + " bytes");
    std::string text(length, '\0');
    if (!file.read(text.data(), static_cast<std::streamsize>(length))) refuse(path, "it ends inside the header");
    Header header;
    try {
        xt::detail::parse_header(text, header.descr, &header.fortran_order, header.dims);
    } catch (const std::exception &error) {
        if (const std::string said = foreign_elements(text); !said.empty()) throw Failure(path + ' ' + said);
        refuse(path, std::string("the header: ") + error.what());
    }
    return header;
}

std::ifstream open_npy(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Failure("cannot read " + path + ": " + std::strerror(errno) + "; check the path and who may read it");
    return file;
}

/// Bytes that so many elements take; refuses what no file can hold.
size_t bytes_of(const std::string &path, const std::vector<size_t> &dims, size_t element_bytes)
{
    size_t bytes = element_bytes;
    for (const size_t dim : dims)
        if (__builtin_mul_overflow(bytes, dim, &bytes) || bytes > (size_t{1} << 46)) refuse(path, "a shape that no file can hold");
    return bytes;
}

/// Exactly the bytes that the shape promises. Read in order and piece by piece: the file may be a pipe, and its head may promise more than memory holds.
std::vector<char> read_values(std::istream &file, const std::string &path, size_t promised)
{
    constexpr size_t kPieceBytes = size_t{1} << 20;
    std::vector<char> bytes;
    while (file && bytes.size() < promised) {
        const size_t before = bytes.size(), wanted = std::min(kPieceBytes, promised - before);
        bytes.resize(before + wanted);
        file.read(bytes.data() + before, static_cast<std::streamsize>(wanted));
        bytes.resize(before + static_cast<size_t>(file.gcount()));
    }
    const char *remedy = "; write the file again with numpy.save, whole";
    if (bytes.size() < promised)
        throw Failure(path + " is cut short: " + std::to_string(bytes.size()) + " bytes of values are there, the shape promises " + std::to_string(promised) + remedy);
    if (file.peek() != std::istream::traits_type::eof())
        throw Failure(path + " goes on behind its array, for which the shape promises " + std::to_string(promised) + " bytes" + remedy);
    return bytes;
}

template <class T> void to_row_major(NpyArray &array)
{
    const auto *values = reinterpret_cast<const T *>(array.bytes.data());
    const auto columns = xt::adapt<xt::layout_type::column_major>(values, array.bytes.size() / sizeof(T), xt::no_ownership(), array.dims);
    const xt::xarray<T> rows = columns;
    std::vector<char> result(array.bytes.size());
    if (!result.empty()) std::memcpy(result.data(), rows.data(), result.size());
    array.bytes = std::move(result);
}

void reorder(NpyArray &array, size_t element_bytes)
{
    switch (element_bytes) {
    case 1: return to_row_major<uint8_t>(array);
    case 2: return to_row_major<uint16_t>(array);
    case 4: return to_row_major<uint32_t>(array);
    default: return to_row_major<uint64_t>(array);
    }
}

}  // namespace

NpyArray load_npy(const std::string &path, uint32_t type)
{
    const char *wanted = descr_of(type);
    if (!wanted) throw Failure(path + ": .npy files cannot hold " + type_name(type) + "; give the model a Cast from f32 as its first operation");
    std::ifstream file = open_npy(path);
    const Header header = read_header(file, path);
    // One byte has no order: numpy writes '|' and takes '<' and '>'.
    if (header.descr.substr(1) != wanted + 1 || (header.descr[0] != *wanted && wanted[2] != '1'))
        throw Failure(path + " holds elements '" + header.descr + "', but the input is " + type_name(type) + ", '" + wanted + "' in numpy; convert it, for example with x.astype('" + wanted + "')");
    NpyArray array;
    array.dims = header.dims;
    const auto element_bytes = static_cast<size_t>(wanted[2] - '0');
    array.bytes = read_values(file, path, bytes_of(path, header.dims, element_bytes));
    if (type == ACCEL_TYPE_BOOL)
        for (const char byte : array.bytes)
            if (byte != 0 && byte != 1) throw Failure(path + " holds a bool of " + std::to_string(static_cast<unsigned char>(byte)) + ", expected 0 or 1; write it with numpy.save");
    if (header.fortran_order) reorder(array, element_bytes);
    return array;
}

std::vector<size_t> npy_dims(const std::string &path)
{
    std::ifstream file = open_npy(path);
    return read_header(file, path).dims;
}

void write_npy(const std::string &path, uint32_t type, const std::vector<size_t> &dims, const std::vector<char> &bytes)
{
    const char *descr = descr_of(type);
    if (!descr) throw Failure(path + ": .npy files cannot hold " + type_name(type) + "; give the model a Cast to f32 as its last operation");
    std::ostringstream head;
    xt::detail::write_header(head, descr, false, dims);
    std::string file = head.str();
    file.append(bytes.data(), bytes.size());
    write_whole(path, file);
}

}  // namespace accel::tool
