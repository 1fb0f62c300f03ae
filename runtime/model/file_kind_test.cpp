// SPDX-License-Identifier: MIT
// Tests of what is known by its first bytes, and of what is not.
#include "file_kind.h"

#include <catch2/catch_test_macros.hpp>

#include <string>

using accel::runtime::foreign_kind;

namespace {

bool says(std::string_view bytes, const char *expected)
{
    const char *sentence = foreign_kind(bytes);
    INFO((sentence ? sentence : "nothing"));
    const bool good = sentence && std::string_view(sentence).find(expected) != std::string_view::npos && std::string_view(sentence).find("; ") != std::string_view::npos;
    CHECK(good);
    return good;
}

}  // namespace

TEST_CASE("G-15 a file that is no model is called by its name, with a remedy", "[import]")
{
    using namespace std::string_view_literals;
    says("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "Git LFS pointer");
    for (const char *page : {"<!DOCTYPE html><html>", "<html lang=\"en\">", "\n  <!doctype HTML>", "\xef\xbb\xbf<!doctype html>"}) says(page, "HTML page");
    says("../../blobs/4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393", "symbolic link");
    says("\x1f\x8b\x08\0\0"sv, "gzip");
    says("\x28\xb5\x2f\xfd\0"sv, "zstd");
    says("PK\x03\x04"sv, "ZIP archive");
    says("\x1c\0\0\0ORTM"sv, ".ort");
    says("\x50\0\0\0\0\0\0\0{\"w\":{\"dtype\""sv, "safetensors");
    says(std::string(257, 'a') + "ustar", "tar archive");
    says(std::string(100, '\0'), "zeros");
}

TEST_CASE("G-15 what may be a model is called nothing", "[import]")
{
    using namespace std::string_view_literals;
    CHECK_FALSE(foreign_kind(""));
    CHECK_FALSE(foreign_kind("\x08\x08\x12\x07pytorch"sv));  // as ONNX models begin
    CHECK_FALSE(foreign_kind("<"));
    CHECK_FALSE(foreign_kind(std::string(8, '\0')));
    CHECK_FALSE(foreign_kind("\x1c\0\0\0TFL3"sv));  // as TensorFlow Lite models begin
    CHECK_FALSE(foreign_kind("../\x01"));
}
