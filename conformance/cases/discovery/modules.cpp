// SPDX-License-Identifier: MIT
// Manifests and modules that are not what they should be.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

namespace fs = std::filesystem;

/// A folder of modules that goes with the case.
class Folder {
public:
    Folder()
    {
        char name[] = "/tmp/accel-case-XXXXXX";
        if (!mkdtemp(name)) throw std::runtime_error("mkdtemp failed");
        path_ = name;
    }
    ~Folder()
    {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;
    const std::string &path() const { return path_; }
    void write(const std::string &name, const std::string &text) const { std::ofstream(path_ + "/" + name, std::ios::binary) << text; }

private:
    std::string path_;
};

std::string manifest(const std::string &name, const std::string &library, const std::string &device_id)
{
    return R"({"file_format": "1.0", "module": {"kind": "backend", "name": ")" + name + R"(", "library": ")" + library +
           R"(", "api_version": "0.2", "version": "0.1.0", "license": "MIT"}, "serves": {"always": {"id": ")" + device_id +
           R"(", "name": "Nothing", "kind": "npu", "target": ""}}})";
}

Instance only(const std::vector<std::string> &folders)
{
    Target target;
    target.module_paths = folders;
    target.only_given_paths = true;
    return make_instance(target);
}

struct Line {
    std::string subject, path, action, reason, remedy;
    uint32_t kind, status;
};

std::vector<Line> report(const Instance &instance)
{
    std::vector<Line> lines;
    check(accel_instance_report(
        instance.get(),
        [](void *user, const accel_report_entry *entry) {
            static_cast<std::vector<Line> *>(user)->push_back(
                {entry->subject, entry->path, entry->action, entry->reason, entry->remedy, entry->kind, entry->status});
            return ACCEL_STATUS_OK;
        },
        &lines));
    return lines;
}

const Line *line_of(const std::vector<Line> &lines, const std::string &file)
{
    for (const auto &line : lines)
        if (line.path.find(file) != std::string::npos) return &line;
    return nullptr;
}

/// The broken module is reported, its neighbour is listed, and the instance works.
void check_skipped(const Folder &folder, const std::string &file)
{
    folder.write("neighbour.json", manifest("neighbour", "libaccel-neighbour.so", "neighbour-0"));
    const auto instance = only({folder.path()});
    const auto lines = report(instance);
    const Line *line = line_of(lines, file);
    REQUIRE(expect(line != nullptr, "the report has no line for the manifest, expected one that says why its module is not there"));
    INFO(line->action << ": " << line->reason);
    CHECK(line->status != ACCEL_STATUS_OK);
    CHECK(expect(!line->reason.empty(), "the line of the report gives no reason, expected why the module is not there"));
    CHECK(Fence::create(instance).get() != nullptr);
    CHECK(line_of(lines, "neighbour.json") != nullptr);
}

/// A module whose library is bad is found out when its device is opened, with a sentence and without a crash.
void check_not_opened(const Folder &folder, const std::string &device_id)
{
    const auto instance = only({folder.path()});
    accel_device *device = nullptr;
    accel_status status = accel_instance_find_device(instance.get(), device_id.c_str(), &device);
    if (status == ACCEL_STATUS_OK) status = accel_device_open(device);
    INFO(accel_last_error()->message);
    CHECK(status != ACCEL_STATUS_OK);
    CHECK(std::string(accel_last_error()->message) != "");
    accel_device_unref(device);
    CHECK(Fence::create(instance).get() != nullptr);
}

}  // namespace

ACCEL_CASE("discovery.manifest.broken", "I-3", "a manifest that is no JSON is skipped and reported")
{
    const Folder folder;
    folder.write("broken.json", R"({"file_format": "1.0", "module": {)");
    check_skipped(folder, "broken.json");
}

ACCEL_CASE("discovery.manifest.hostile", "I-3", "manifests with wrong types, no name, foreign formats or deep nesting are skipped and reported")
{
    const std::string deep = std::string(100000, '[') + std::string(100000, ']');
    const std::vector<std::string> texts{
        "[]", "\"text\"", "", "null", deep, R"({"file_format": 7, "module": "x"})", R"({"file_format": "99.0", "module": {"kind": "backend", "name": "x"}})",
        R"({"file_format": "1.0", "module": {"kind": "backend", "name": "", "library": "x.so"}, "serves": {}})",
        R"({"file_format": "1.0", "module": {"kind": "teapot", "name": "x", "library": "x.so", "api_version": "0.2"}, "serves": {}})",
        R"({"file_format": "1.0", "module": {"kind": "backend", "name": ["x"], "library": {}, "api_version": 1e400}, "serves": []})"};
    for (const auto &text : texts) {
        INFO(text.substr(0, 80));
        const Folder folder;
        folder.write("hostile.json", text);
        check_skipped(folder, "hostile.json");
    }
}

ACCEL_CASE("discovery.library.missing", "I-3", "a module whose library does not exist fails when it is needed, with a sentence")
{
    const Folder folder;
    folder.write("ghost.json", manifest("ghost", "libaccel-ghost.so", "ghost-0"));
    check_not_opened(folder, "ghost-0");
}

ACCEL_CASE("discovery.library.not-elf", "I-3", "a module whose library is no shared object fails when it is needed, with a sentence")
{
    const Folder folder;
    folder.write("text.json", manifest("text", "libaccel-text.so", "text-0"));
    folder.write("libaccel-text.so", "this is no shared object\n");
    check_not_opened(folder, "text-0");
}

ACCEL_CASE("discovery.library.no-entry", "I-3", "a shared object without the entry symbol fails when it is needed, with a sentence")
{
    const Folder folder;
    std::string libc;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
        if (line.find("/libm.so") != std::string::npos) libc = line.substr(line.find('/'));
    REQUIRE(libc != "");
    folder.write("plain.json", manifest("plain", libc, "plain-0"));
    check_not_opened(folder, "plain-0");
}

ACCEL_CASE("discovery.report.reasons", "I-5", "the report has a line for every listed device, and every line that is not OK has a reason")
{
    const auto instance = make_instance(Target::current());
    const auto lines = report(instance);
    for (const Device &device : instance.devices()) {
        const std::string id = device.info().id;
        bool found = false;
        for (const auto &line : lines) found = found || (line.kind == ACCEL_REPORT_KIND_DEVICE && line.subject == id);
        CHECK(expect(found, "the report has no line for device '" + id + "', expected one for each that is listed"));
    }
    for (const auto &line : lines) {
        INFO(line.subject << " " << line.path);
        CHECK(line.action != "");
        CHECK(expect(line.status == ACCEL_STATUS_OK || !line.reason.empty(), "a line with status " + name_of(static_cast<accel_status>(line.status)) + " gives no reason, expected one"));
    }
}

ACCEL_CASE("discovery.paths.only-given", "I-6", "with ONLY_GIVEN_PATHS nothing but the given folders is searched")
{
    const Folder empty, other;
    other.write("elsewhere.json", manifest("elsewhere", "x.so", "elsewhere-0"));
    setenv("ACCEL_BACKEND_PATH", other.path().c_str(), 1);
    const auto instance = only({empty.path()});
    Target with_environment;
    const auto open_instance = make_instance(with_environment);
    unsetenv("ACCEL_BACKEND_PATH");
    CHECK(instance.devices().size() == 0);
    CHECK(line_of(report(instance), "elsewhere.json") == nullptr);
    CHECK(line_of(report(open_instance), "elsewhere.json") != nullptr);
}

namespace {

/// A folder with a module that can be loaded, named as the suite's witness is.
void put_witness(const Folder &folder, const char *device_id)
{
    const std::string library = Target::current().suite_module_folder("witness") + "/libaccel-witness.so";
    if (!fs::exists(library)) skip("suite.modules", "the witness module is not at " + library);
    fs::create_symlink(fs::absolute(library), folder.path() + "/libaccel-witness.so");
    folder.write("witness.json", manifest("witness", "libaccel-witness.so", device_id));
}

/// The device that two folders' modules of one name give, which is one; the other folder is reported.
void check_twins(const Folder &first, const Folder &second, const char *expected_id, const Folder &reported)
{
    const auto instance = only({first.path(), second.path()});
    REQUIRE(instance.devices().size() == 1);
    CHECK(std::string(instance.devices()[0].info().id) == expected_id);
    const auto lines = report(instance);
    const Line *line = line_of(lines, reported.path());
    REQUIRE(expect(line != nullptr, "the report has no line for the manifest, expected one that says why its module is not there"));
    CHECK(expect(!line->reason.empty(), "the line of the report gives no reason, expected why the module is not there"));
}

}  // namespace

ACCEL_CASE("discovery.paths.first-wins", "I-7", "of two modules with one name the first folder's is used and the other is reported")
{
    const Folder first, second;
    put_witness(first, "first-0");
    put_witness(second, "second-0");
    check_twins(first, second, "first-0", second);
}

ACCEL_CASE("discovery.paths.broken-gives-way", "I-7", "a module that cannot be loaded hides no good one of its name, and is reported")
{
    const Folder first, second;
    first.write("libaccel-witness.so", "no library");
    first.write("witness.json", manifest("witness", "libaccel-witness.so", "first-0"));
    put_witness(second, "second-0");
    check_twins(first, second, "second-0", first);
}

}  // namespace accel::conformance
