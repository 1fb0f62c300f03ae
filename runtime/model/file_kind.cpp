// SPDX-License-Identifier: MIT
// Knows files by their first bytes.
#include "file_kind.h"

#include <algorithm>

namespace accel::runtime {

namespace {

using namespace std::string_view_literals;

struct Kind {
    size_t offset;
    std::string_view magic;
    const char *sentence;
};

// Magic numbers as file(1) and the formats' own documents give them.
constexpr Kind kKinds[] = {
    {0, "version https://git-lfs.github.com/spec/"sv, "is a Git LFS pointer, not the model; `git lfs pull` in its repository fetches the model"},
    {0, "\x1f\x8b"sv, "is compressed with gzip; unpack it first, for example with gunzip"},
    {0, "\x28\xb5\x2f\xfd"sv, "is compressed with zstd; unpack it first, for example with unzstd"},
    {0, "\xfd"
        "7zXZ\0"sv,
     "is compressed with xz; unpack it first, for example with unxz"},
    {0, "BZh"sv, "is compressed with bzip2; unpack it first, for example with bunzip2"},
    {0, "PK\x03\x04"sv, "is a ZIP archive, as PyTorch and Keras save models; export an ONNX model from there, or unpack the model that is in it"},
    {0, "7z\xbc\xaf\x27\x1c"sv, "is a 7-Zip archive; unpack it first"},
    {257, "ustar"sv, "is a tar archive; unpack it first, for example with tar -xf"},
    {4, "ORTM"sv, "is a model in ONNX Runtime's own format (.ort), which no importer here reads; take the ONNX model that it was made of"},
    {0, "GGUF"sv, "is a GGUF file, which no importer here reads; export an ONNX model from where its weights come from"},
    {0, "\x89HDF\r\n\x1a\n"sv, "is an HDF5 file, as Keras writes; export an ONNX model from Keras"},
    {0, "\x80\x02"sv, "is a Python pickle, as PyTorch saved models; export an ONNX model from PyTorch"},
    {0, "\x80\x04\x95"sv, "is a Python pickle, as scikit-learn models are kept; export an ONNX model, for example with skl2onnx"},
    {0, "ACPG"sv, "is a program saved by accel_program_save, not a model; load it as a program"},
    {0, "\x7f"
        "ELF"sv,
     "is an executable or a library, not a model; give the path of the model"},
    {0, "\x89PNG"sv, "is a PNG picture, not a model; give the path of the model"},
    {0, "\xff\xd8\xff"sv, "is a JPEG picture, not a model; give the path of the model"},
    {0, "\x93NUMPY"sv, "is a .npy array, not a model; give the path of the model"},
    {0, "<?xml"sv, "is XML, not a model; a download may have answered with an error page: fetch the file again"},
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool begins_as(std::string_view bytes, std::string_view lower_case)
{
    return bytes.size() >= lower_case.size() && std::equal(lower_case.begin(), lower_case.end(), bytes.begin(), [](char wanted, char there) { return wanted == lower(there); });
}

bool is_html(std::string_view bytes)
{
    if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
    bytes.remove_prefix(std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size()));
    return begins_as(bytes, "<!doctype html") || begins_as(bytes, "<html");
}

/// A length, then JSON that begins with a name.
bool is_safetensors(std::string_view bytes) { return bytes.size() > 10 && bytes[7] == 0 && bytes.substr(8, 2) == "{\""; }

/// "../../blobs/aaaa": git without links, and some archivers, leave the target's path as the file's text.
bool is_link_as_text(std::string_view bytes)
{
    return bytes.size() < 1024 && (bytes.starts_with("../") || bytes.starts_with("./") || bytes.starts_with("/")) &&
           std::all_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
}

}  // namespace

const char *foreign_kind(std::string_view bytes)
{
    for (const Kind &kind : kKinds)
        if (bytes.size() >= kind.offset && bytes.substr(kind.offset).starts_with(kind.magic)) return kind.sentence;
    if (is_html(bytes)) return "is an HTML page, not a model: the download was answered with a page; fetch the file itself, for a code host its raw form";
    if (is_safetensors(bytes)) return "is a safetensors file, which holds weights without the model; export an ONNX model from where they come from";
    if (is_link_as_text(bytes)) return "holds nothing but a path, as a symbolic link leaves that was copied as a file; give the file that the path leads to";
    const std::string_view head = bytes.substr(0, 64);
    if (head.size() >= 16 && head.find_first_not_of('\0') == std::string_view::npos) return "begins with zeros, as a download leaves that was broken off; fetch the file again";
    return nullptr;
}

}  // namespace accel::runtime
