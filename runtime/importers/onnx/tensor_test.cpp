// SPDX-License-Identifier: MIT
// Constants: in place or converted, checked against type and dims, and files beside the model.
#include "test_require.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace accel::onnx::test;

namespace {

std::string add_constant(const std::string &tensor)
{
    return single(13, {2}, {"Add", {"x", "c"}, {}, {}}, {tensor});
}

template <typename Fill>
std::string typed_tensor(int32_t type, const std::vector<int64_t> &dims, Fill fill)
{
    std::string bytes;
    protozero::pbf_writer writer(bytes);
    writer.add_packed_int64(1, dims.begin(), dims.end());
    writer.add_int32(2, type);
    writer.add_string(8, "c");
    fill(writer);
    return bytes;
}

const float *floats_of(const Imported &model) { return static_cast<const float *>(model.named("c").data); }

/// A folder with a file of weights, gone at the end.
class Folder {
public:
    Folder()
    {
        char name[] = "/tmp/onnx-external-XXXXXX";
        path = mkdtemp(name);
        std::filesystem::create_directory(path / "model");
        write(path / "model/w.bin", "0123" + floats({5, 6, 7}));
        write(path / "outside.bin", floats({1, 2}));
        fd = open((path / "model").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    ~Folder()
    {
        close(fd);
        std::filesystem::remove_all(path);
    }
    static void write(const std::filesystem::path &file, const std::string &bytes) { std::ofstream(file, std::ios::binary) << bytes; }
    static std::string floats(const std::vector<float> &values) { return {reinterpret_cast<const char *>(values.data()), values.size() * 4}; }

    std::filesystem::path path;
    int fd = -1;
};

using Entries = std::vector<std::pair<std::string, std::string>>;

std::string external(const Entries &entries) { return add_constant(external_tensor("c", {2}, entries)); }

size_t open_descriptors()
{
    size_t count = 0;
    for ([[maybe_unused]] const auto &entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        ++count;
    }
    return count;
}

}  // namespace

TEST_CASE("raw data is used in place when it is aligned")
{
    // Padding in a name moves the data through all alignments; one of four is in place.
    int in_place = 0, copied = 0;
    for (size_t padding = 0; padding < 4; ++padding) {
        ModelText text;
        text.nodes = {node({"Add", {"x", "c"}, {"y"}, {}, std::string(padding, 'n')})};
        text.initializers = {floats_tensor("c", {2}, {3, 4})};
        text.inputs = {value_info("x", kFloat, {2})};
        text.outputs = {value_info("y", kFloat, {2})};
        const Imported model_(model(text));
        REQUIRE(model_.status == ACCEL_STATUS_OK);
        CHECK(model_.broken_rule() == "");
        CHECK(floats_of(model_)[1] == 4.0f);
        const bool said = !model_.log.empty() && model_.log.front().find("copied") != std::string::npos;
        (said ? copied : in_place) += 1;
    }
    CHECK(in_place == 1);
    CHECK(copied == 3);
}

namespace {

/// Two layers and what they add, their constants moved by the lengths of two comments.
std::string layers(const std::vector<size_t> &comment_lengths)
{
    const auto commented = [](std::string tensor, size_t length) {
        std::string comment;
        protozero::pbf_writer(comment).add_string(12, std::string(length, 'c'));
        return comment + tensor;
    };
    ModelText text;
    text.inputs = {value_info("x", kFloat, {1, 8})};
    text.outputs = {value_info("y", kFloat, {1, 8})};
    text.nodes = {node({"MatMul", {"x", "w"}, {"h"}, {}}), node({"Add", {"h", "c"}, {"y"}, {}})};
    text.initializers = {commented(floats_tensor("w", {8, 8}, std::vector<float>(64, 3.5f)), comment_lengths[0]),
                         commented(floats_tensor("c", {8}, std::vector<float>(8, 7.25f)), comment_lengths[1])};
    return model(text);
}

}  // namespace

TEST_CASE("a model whose constants are all aligned is not copied at all")
{
    constexpr uint64_t kAllBytes = (64 + 8) * sizeof(float);
    int without_copies = 0;
    for (size_t first = 1; first <= 4; ++first) {
        for (size_t second = 1; second <= 4; ++second) {
            const Imported model_(layers({first, second}));
            REQUIRE(model_.status == ACCEL_STATUS_OK);
            CHECK(model_.broken_rule() == "");
            const Imported::Placed placed = model_.constant_bytes();
            CHECK(placed.in_place + placed.elsewhere == kAllBytes);
            CHECK((placed.elsewhere == 0) == model_.log.empty());
            without_copies += placed.elsewhere == 0 ? 1 : 0;
        }
    }
    CHECK(without_copies == 1);
}

TEST_CASE("typed fields are converted")
{
    const Imported packed(add_constant(typed_tensor(kFloat, {2}, [](auto &w) {
        const float values[] = {1.5f, 2.5f};
        w.add_packed_float(4, values, values + 2);
    })));
    REQUIRE(packed.status == ACCEL_STATUS_OK);
    CHECK(floats_of(packed)[1] == 2.5f);
    const Imported unpacked(add_constant(typed_tensor(kFloat, {2}, [](auto &w) {
        w.add_float(4, 1.5f);
        w.add_float(4, 2.5f);
    })));
    REQUIRE(unpacked.status == ACCEL_STATUS_OK);
    CHECK(floats_of(unpacked)[1] == 2.5f);
    const Imported bytes(single(13, {2}, {"DequantizeLinear", {"c", "s"}, {}, {}},
                                {typed_tensor(kInt8, {3}, [](auto &w) {
                                     const int32_t values[] = {-128, 5, 127};
                                     w.add_packed_int32(5, values, values + 3);
                                 }),
                                 scalar_tensor("s", 1)}));
    INFO(bytes.message);
    REQUIRE(bytes.status == ACCEL_STATUS_OK);
    CHECK(static_cast<const int8_t *>(bytes.named("c").data)[0] == -128);
}

TEST_CASE("constants that contradict themselves")
{
    const auto none = [](auto &) {};
    require_refused(Imported(add_constant(typed_tensor(kFloat, {2}, none))), ACCEL_STATUS_CORRUPT, "0 bytes");
    require_refused(Imported(add_constant(raw_tensor("c", kFloat, {2}, "1234567"))), ACCEL_STATUS_CORRUPT, "7 bytes");
    require_refused(Imported(add_constant(raw_tensor("c", kFloat, {-2}, "12345678"))), ACCEL_STATUS_CORRUPT, "-2");
    require_refused(Imported(add_constant(raw_tensor("c", kFloat, {1 << 30, 1 << 30, 1 << 30}, "1234"))), ACCEL_STATUS_CORRUPT, "more elements");
    require_refused(Imported(add_constant(raw_tensor("c", kFloat, {INT64_MAX}, "1234"))), ACCEL_STATUS_CORRUPT, "dims");
    require_refused(Imported(add_constant(raw_tensor("c", kFloat, std::vector<int64_t>(9, 1), "1234"))), ACCEL_STATUS_CORRUPT, "rank 9");
    require_refused(Imported(add_constant(raw_tensor("c", 99, {1}, "1234"))), ACCEL_STATUS_CORRUPT, "data_type 99");
    require_refused(Imported(add_constant(raw_tensor("c", kBool, {1}, "\x02"))), ACCEL_STATUS_CORRUPT, "bool");
    require_refused(Imported(add_constant(typed_tensor(kInt8, {1}, [](auto &w) {
                        const int32_t values[] = {300};
                        w.add_packed_int32(5, values, values + 1);
                    }))),
                    ACCEL_STATUS_CORRUPT, "300");
    require_refused(Imported(add_constant(typed_tensor(kInt32, {1}, [](auto &w) {
                        w.add_int64(7, 1);
                    }))),
                    ACCEL_STATUS_CORRUPT, "another");
}

TEST_CASE("G-13 external data is mapped from the model's folder and from nowhere else")
{
    const Folder folder;
    const size_t before = open_descriptors();
    {
        const Imported model_(external({{"location", "w.bin"}, {"offset", "4"}, {"length", "8"}}), folder.fd);
        INFO(model_.message);
        REQUIRE(model_.status == ACCEL_STATUS_OK);
        CHECK(floats_of(model_)[0] == 5.0f);
        CHECK(floats_of(model_)[1] == 6.0f);
        CHECK(model_.log.empty());
    }
    {
        const Imported unaligned(external({{"location", "./w.bin"}, {"offset", "2"}}), folder.fd);
        CHECK(unaligned.status == ACCEL_STATUS_OK);
        CHECK(unaligned.log.size() == 1);
    }
    // A copy is paid for: many tensors may lie over each other in a small file.
    require_refused(Imported(external({{"location", "w.bin"}, {"offset", "2"}}), folder.fd, 7), ACCEL_STATUS_LIMIT, "a copy of tensor 'c' needs 8 bytes");
    CHECK(Imported(external({{"location", "w.bin"}, {"offset", "2"}}), folder.fd, 8).status == ACCEL_STATUS_OK);
    require_refused(Imported(external({{"location", "w.bin"}, {"offset", "9"}}), folder.fd), ACCEL_STATUS_CORRUPT, "beyond the end");
    require_refused(Imported(external({{"location", "w.bin"}, {"offset", "18446744073709551615"}}), folder.fd), ACCEL_STATUS_CORRUPT, "beyond the end");
    require_refused(Imported(external({{"location", "w.bin"}, {"offset", "-1"}}), folder.fd), ACCEL_STATUS_CORRUPT, "no number");
    require_refused(Imported(external({{"location", "w.bin"}, {"length", "12"}}), folder.fd), ACCEL_STATUS_CORRUPT, "length is 12");
    require_refused(Imported(external({{"location", ""}}), folder.fd), ACCEL_STATUS_CORRUPT, "no location");
    require_refused(Imported(external({{"location", "."}}), folder.fd), ACCEL_STATUS_CORRUPT, "ordinary file");
    require_refused(Imported(external({{"location", "missing.bin"}}), folder.fd), ACCEL_STATUS_NOT_FOUND, "missing.bin");
    CHECK(open_descriptors() == before);
}

TEST_CASE("external data outside of the folder is refused")
{
    const Folder folder;
    std::filesystem::create_symlink("../outside.bin", folder.path / "model/link.bin");
    std::filesystem::create_symlink("w.bin", folder.path / "model/inside.bin");
    require_refused(Imported(external({{"location", "../outside.bin"}}), folder.fd), ACCEL_STATUS_PERMISSION, "outside the model's folder");
    require_refused(Imported(external({{"location", (folder.path / "outside.bin").string()}}), folder.fd), ACCEL_STATUS_PERMISSION, "outside");
    require_refused(Imported(external({{"location", "link.bin"}}), folder.fd), ACCEL_STATUS_PERMISSION, "outside");
    require_refused(Imported(external({{"location", "/proc/self/fd/0"}}), folder.fd), ACCEL_STATUS_PERMISSION, "outside");
    require_refused(Imported(external({{"location", "w.bin"}}), -1), ACCEL_STATUS_PERMISSION, "without a folder");
    CHECK(Imported(external({{"location", "inside.bin"}}), folder.fd).status == ACCEL_STATUS_OK);
    REQUIRE(mkfifo((folder.path / "model/pipe").c_str(), 0600) == 0);
    require_refused(Imported(external({{"location", "pipe"}}), folder.fd), ACCEL_STATUS_CORRUPT, "ordinary file");
}
