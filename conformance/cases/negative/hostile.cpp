// SPDX-License-Identifier: MIT
// Models that mean harm, through the door: refused with a sentence, nothing lost, and the instance as usable as before.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdlib.h>

#include "support/heap.h"
#include "support/model_file.h"
#include "support/onnx_bytes.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

namespace fs = std::filesystem;

using namespace onnx_bytes;

/// y of x, both of one shape.
std::string model_of(const std::string &nodes, uint64_t output_type = kFloat, const std::vector<uint64_t> &sizes = {4}, const std::string &initializer = "")
{
    return model(nodes + text(2, "g") + initializer + field(11, value_info("x", kFloat, sizes)) + field(12, value_info("y", output_type, sizes)));
}
/// y = x + w, where the bytes of w are said to be in another file.
std::string with_external(const std::string &location)
{
    const std::string entry = text(1, "location") + field(2, location);
    const std::string tensor = field(1, uint64_t{4}) + field(2, kFloat) + text(8, "w") + field(13, entry) + field(14, uint64_t{1});
    return model_of(node("Add", {"x", "w"}, "y"), kFloat, {4}, field(5, tensor));
}
/// y = x + w, where w has the dimensions and four bytes.
std::string with_constant(const std::vector<uint64_t> &sizes)
{
    std::string tensor = field(2, kFloat) + text(8, "w") + text(9, "1234");
    for (const uint64_t size : sizes) tensor += field(1, size);
    return model_of(node("Add", {"x", "w"}, "y"), kFloat, {4}, field(5, tensor));
}

struct Hostile {
    std::string what;
    std::string bytes;
    std::set<accel_status> answers;
};

std::vector<Hostile> hostile_models(const fs::path &folder)
{
    const std::set<accel_status> corrupt{ACCEL_STATUS_CORRUPT}, refused{ACCEL_STATUS_CORRUPT, ACCEL_STATUS_UNSUPPORTED}, denied{ACCEL_STATUS_PERMISSION};
    const std::string good = model_of(node("Relu", {"x"}, "y"));
    std::vector<Hostile> all{
        {"a graph that is longer than the bytes", field(1, uint64_t{8}) + std::string("\x3a\xff\xff\xff\xff\x1f", 6) + good, corrupt},
        {"a number where a graph belongs", std::string("\x38\x01", 2), corrupt},
        {"bytes of nothing", std::string(5000, '\xff'), corrupt},
        {"nodes that wait for each other", model_of(node("Relu", {"b"}, "a") + node("Relu", {"a"}, "b") + node("Relu", {"a"}, "y")), corrupt},
        {"a node that waits for itself", model_of(node("Relu", {"y"}, "y")), corrupt},
        {"an input of 2^60 elements", model_of(node("Relu", {"x"}, "y"), kFloat, {uint64_t{1} << 30, uint64_t{1} << 30}), refused},
        {"an input of 2^63 elements and more", model_of(node("Relu", {"x"}, "y"), kFloat, {UINT64_MAX >> 1, UINT64_MAX >> 1}), refused},
        {"a constant of 2^40 elements in four bytes", with_constant({uint64_t{1} << 20, uint64_t{1} << 20}), corrupt},
        {"an output of another type than is made", model_of(node("Relu", {"x"}, "y"), kInt64), corrupt},
        {"an operation on nothing", model_of(node("Relu", {}, "y")), corrupt},
        {"external data above the folder", with_external("../outside.bin"), denied},
        {"external data by its full path", with_external((folder / "outside.bin").string()), denied},
        {"external data through a link out of the folder", with_external("link.bin"), denied},
    };
    for (const size_t left : {size_t{1}, good.size() / 4, good.size() / 2, good.size() - 1})
        all.push_back({"a model cut to " + std::to_string(left) + " bytes", good.substr(0, left), corrupt});
    return all;
}

/// A folder for the models, below one with a file that none of them may see.
class Folder {
public:
    Folder()
    {
        std::string name = fs::temp_directory_path() / "accel-hostile-XXXXXX";
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
        fs::create_directory(models());
        std::ofstream(path_ / "outside.bin") << std::string(16, '\0');
        fs::create_symlink("../outside.bin", models() / "link.bin");
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;
    const fs::path &path() const { return path_; }
    fs::path models() const { return path_ / "models"; }

private:
    fs::path path_;
};

/// The status of an import, whose model is dropped.
accel_status import(const Instance &instance, const char *path, const std::string *bytes)
{
    auto source = sized<accel_model_source>();
    source.path = path;
    source.format = "onnx";
    if (bytes) {
        source.bytes = bytes->data();
        source.byte_count = bytes->size();
    }
    accel_model *model = nullptr;
    const accel_status status = accel_model_import(instance.get(), &source, &model);
    if (status != ACCEL_STATUS_OK) CHECK(expect(model == nullptr, "the import answers " + name_of(status) + " and hands out a model, expected none"));
    accel_model_unref(model);
    return status;
}

size_t mapping_count(const fs::path &folder)
{
    std::ifstream maps("/proc/self/maps");
    size_t count = 0;
    for (std::string line; std::getline(maps, line);) count += line.find(folder.string()) != std::string::npos;
    return count;
}

}  // namespace

ACCEL_CASE("negative.import.hostile", "G-14", "models that mean harm are refused, lose nothing, and leave the instance as it was")
{
    const Room room;
    const ModelFile good;
    if (import(room.instance(), good.path(), nullptr) == ACCEL_STATUS_NOT_FOUND) skip("importer.onnx", accel_last_error()->message);
    const Folder folder;
    std::vector<std::pair<std::string, Hostile>> models;
    for (auto &hostile : hostile_models(folder.path())) {
        const fs::path path = folder.models() / (std::to_string(models.size()) + ".onnx");
        std::ofstream(path, std::ios::binary) << hostile.bytes;
        models.emplace_back(path, std::move(hostile));
    }
    for (const auto &[path, hostile] : models) {
        for (const bool by_path : {true, false}) {
            const accel_status status = import(room.instance(), by_path ? path.c_str() : nullptr, by_path ? nullptr : &hostile.bytes);
            INFO(hostile.what << (by_path ? ", as a file: " : ", as bytes: ") << name_of(status) << ": " << accel_last_error()->message);
            CHECK(hostile.answers.count(status) == 1);
            CHECK(std::string(accel_last_error()->message) != "");
        }
    }
    const auto import_all = [&] {
        for (const auto &[path, hostile] : models) {
            import(room.instance(), path.c_str(), nullptr);
            import(room.instance(), nullptr, &hostile.bytes);
        }
    };
    const size_t descriptors = open_fd_count();
    const double growth = heap_growth_per_round(import_all);
    CHECK(open_fd_count() == descriptors);
    CHECK(mapping_count(folder.path()) == 0);
    CHECK(growth < kNoLeakBytes);
    CHECK_STATUS(import(room.instance(), good.path(), nullptr), ACCEL_STATUS_OK);
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    sum.set(20, 3);
    REQUIRE(room.completes(sum.run));
    CHECK(sum.holds(23));
}

}  // namespace accel::conformance
