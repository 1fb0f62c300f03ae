// SPDX-License-Identifier: MIT
// .npy arrays. xtensor reads and writes the header; the values behind it are counted and copied here, for xtensor takes a file that ends too soon and knows no f16.
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xnpy.hpp>

#include <algorithm>
#include <complex>
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

struct TypeRow {
    uint32_t type;
    const char *descr;  ///< as numpy writes it on a little-endian machine
    const char *numpy;  ///< what x.astype takes, as text in Python
};

constexpr TypeRow kTypes[] = {
    {ACCEL_TYPE_F32, "<f4", "'<f4'"},
    {ACCEL_TYPE_I8, "|i1", "'|i1'"},
    {ACCEL_TYPE_U8, "|u1", "'|u1'"},
    {ACCEL_TYPE_I32, "<i4", "'<i4'"},
    {ACCEL_TYPE_I64, "<i8", "'<i8'"},
    {ACCEL_TYPE_F16, "<f2", "'<f2'"},
    {ACCEL_TYPE_I16, "<i2", "'<i2'"},
    {ACCEL_TYPE_BOOL, "|b1", "'|b1'"},
    {ACCEL_TYPE_F64, "<f8", "'<f8'"},
    {ACCEL_TYPE_U16, "<u2", "'<u2'"},
    {ACCEL_TYPE_U32, "<u4", "'<u4'"},
    {ACCEL_TYPE_U64, "<u8", "'<u8'"},
    {ACCEL_TYPE_C64, "<c8", "'<c8'"},
    {ACCEL_TYPE_C128, "<c16", "'<c16'"},
    {ACCEL_TYPE_BF16, "<V2", "ml_dtypes.bfloat16"},
    {ACCEL_TYPE_F8E4M3FN, "<V1", "ml_dtypes.float8_e4m3fn"},
    {ACCEL_TYPE_F8E4M3FNUZ, "<V1", "ml_dtypes.float8_e4m3fnuz"},
    {ACCEL_TYPE_F8E5M2, "<V1", "ml_dtypes.float8_e5m2"},
    {ACCEL_TYPE_F8E5M2FNUZ, "<V1", "ml_dtypes.float8_e5m2fnuz"},
    {ACCEL_TYPE_F8E8M0, "<V1", "ml_dtypes.float8_e8m0fnu"},
    {ACCEL_TYPE_F4E2M1, "<V1", "ml_dtypes.float4_e2m1fn"},
    {ACCEL_TYPE_I4, "<V1", "ml_dtypes.int4"},
    {ACCEL_TYPE_U4, "<V1", "ml_dtypes.uint4"},
    {ACCEL_TYPE_I2, "<V1", "ml_dtypes.int2"},
    {ACCEL_TYPE_U2, "<V1", "ml_dtypes.uint2"},
};

/// Refuses what is no number.
const TypeRow &row_of(const std::string &path, uint32_t type)
{
    const auto *found = std::ranges::find(kTypes, type, &TypeRow::type);
    if (found == std::end(kTypes)) throw Failure(path + ": .npy files cannot hold " + type_name(type) + "; give the model ports of numbers");
    return *found;
}

bool holds(const std::string &descr, const TypeRow &row)
{
    const std::string_view wanted = row.descr;
    // What numpy.save makes of this one type, and numpy.load does not take.
    if (row.type == ACCEL_TYPE_F8E5M2 && descr.substr(1) == "f1") return true;
    // One byte has no order: numpy writes '|' and takes '<' and '>'; so it does where it does not know what the bytes are.
    return descr.substr(1) == wanted.substr(1) && (descr[0] == wanted[0] || wanted.substr(2) == "1" || (wanted[1] == 'V' && descr[0] == '|'));
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

/// Where a header has the 'V' of elements of one or two bytes, of which numpy knows no more; npos where it has other ones.
size_t raw_elements(const std::string &header)
{
    for (const char *descr : {"'<V1'", "'|V1'", "'<V2'", "'|V2'"})
        if (const size_t found = header.find(descr); found != std::string::npos) return found + 2;
    return std::string::npos;
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
    const size_t raw = raw_elements(text);
    if (raw != std::string::npos) text[raw] = 'u';  // of so many bytes; xtensor knows types of numbers only
    try {
        xt::detail::parse_header(text, header.descr, &header.fortran_order, header.dims);
    } catch (const std::exception &error) {
        if (const std::string said = foreign_elements(text); !said.empty()) throw Failure(path + ' ' + said);
        refuse(path, std::string("the header: ") + error.what());
    }
    if (raw != std::string::npos) header.descr[1] = 'V';
    return header;
}

std::ifstream open_npy(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Failure("cannot read " + path + ": " + std::strerror(errno) + "; check the path and who may read it");
    return file;
}

/// Bytes that so many elements take; refuses what no file can hold.
size_t bytes_of(const std::string &path, const std::vector<size_t> &dims, size_t unit_bytes)
{
    size_t bytes = unit_bytes;
    for (const size_t dim : dims)
        if (__builtin_mul_overflow(bytes, dim, &bytes) || bytes > (size_t{1} << 46)) refuse(path, "a shape that no file can hold");
    return bytes;
}

/// Exactly the bytes that the shape promises. Read in order and piece by piece: the file may be a pipe, and its head may promise more than memory holds.
Dense read_values(std::istream &file, const std::string &path, size_t promised)
{
    constexpr size_t kPieceBytes = size_t{1} << 20;
    Dense bytes;
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

template <class T> void to_row_major(Array &array)
{
    const auto *values = reinterpret_cast<const T *>(array.bytes.data());
    const auto columns = xt::adapt<xt::layout_type::column_major>(values, array.bytes.size() / sizeof(T), xt::no_ownership(), array.dims);
    const xt::xarray<T> rows = columns;
    Dense result(array.bytes.size());
    if (!result.empty()) std::memcpy(result.data(), rows.data(), result.size());
    array.bytes = std::move(result);
}

void reorder(Array &array, size_t unit_bytes)
{
    switch (unit_bytes) {
    case 1: return to_row_major<uint8_t>(array);
    case 2: return to_row_major<uint16_t>(array);
    case 4: return to_row_major<uint32_t>(array);
    case 8: return to_row_major<uint64_t>(array);
    default: return to_row_major<std::complex<double>>(array);
    }
}

/// What the type does not have is not cut off in silence.
void check_bits(const std::string &path, uint32_t type, Dense &values)
{
    const uint32_t bits = accel_type_bits(type);
    if (type == ACCEL_TYPE_BOOL)
        for (const char byte : values)
            if (byte != 0 && byte != 1) throw Failure(path + " holds a bool of " + std::to_string(static_cast<unsigned char>(byte)) + ", expected 0 or 1; write it with numpy.save");
    if (bits >= 8) return;
    const int largest = (1 << bits) - 1;
    for (char &byte : values) {
        const auto value = static_cast<uint8_t>(byte);
        const bool negative = (type == ACCEL_TYPE_I4 || type == ACCEL_TYPE_I2) && (value | largest >> 1) == 0xff;  // the sign in all higher bits, as a cast from int8 has it
        if (value > largest && !negative)
            throw Failure(path + " holds a byte of " + std::to_string(value) + ", of which " + type_name(type) + " has the low " + std::to_string(bits) + " bits only; write it with numpy.save, of an array with ml_dtypes' type");
        byte = static_cast<char>(value & largest);
    }
}

}  // namespace

Array load_npy(const std::string &path, uint32_t type)
{
    const TypeRow &row = row_of(path, type);
    std::ifstream file = open_npy(path);
    const Header header = read_header(file, path);
    if (!holds(header.descr, row))
        throw Failure(path + " holds elements '" + header.descr + "', but the input is " + type_name(type) + ", '" + row.descr + "' in numpy; convert it, for example with x.astype(" + row.numpy + ")");
    Array array;
    array.dims = header.dims;
    array.bytes = read_values(file, path, bytes_of(path, header.dims, element_bytes(type)));
    check_bits(path, type, array.bytes);
    if (header.fortran_order) reorder(array, element_bytes(type));
    return array;
}

std::vector<size_t> npy_dims(const std::string &path)
{
    std::ifstream file = open_npy(path);
    return read_header(file, path).dims;
}

std::string npy_file(const std::string &path, uint32_t type, const std::vector<size_t> &dims, const Dense &dense)
{
    std::ostringstream head;
    xt::detail::write_header(head, row_of(path, type).descr, false, dims);
    std::string file = head.str();
    file.append(dense.data(), dense.size());
    return file;
}

void write_npy(const std::string &path, uint32_t type, const std::vector<size_t> &dims, const Dense &dense) { write_whole(path, npy_file(path, type, dims, dense)); }

}  // namespace accel::tool
