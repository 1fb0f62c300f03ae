// SPDX-License-Identifier: MIT
// Reads and checks a manifest, field by field, and says where one is wrong.
#include "manifest.h"

#include <accel/border/fd.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <new>

#include "base/status.h"
#include "contract.h"
#include "json.h"
#include "text/printable.h"

namespace accel::runtime {

namespace {

constexpr off_t kManifestBytesMax = 1 << 20;

struct Problem {
    accel_status status;
    std::string message;
};

[[noreturn]] void reject(const std::string &message, accel_status status = ACCEL_STATUS_CORRUPT) { throw Problem{status, message}; }

/// An object of the manifest together with its place, for messages.
class Section {
public:
    Section(const Json &json, std::string place) : json_(json),
                                                   place_(std::move(place))
    {
        if (!json.is_object())
            reject("'" + place_ + "' is " + json.type_name() + ", expected an object");
    }

    const Json *find(const char *key) const { return json_.find(key); }

    std::string where(const char *key) const { return place_.empty() ? key : place_ + "." + key; }

    std::string text(const char *key) const
    {
        const Json *value = find(key);
        if (!value)
            return "";
        if (!value->is_string())
            reject("'" + where(key) + "' is " + value->type_name() + ", expected a string");
        return one_line(*value, key);
    }

    std::string required_text(const char *key) const
    {
        std::string value = text(key);
        if (value.empty())
            reject("'" + where(key) + "' is missing or empty");
        return value;
    }

    uint64_t number(const char *key, uint64_t largest) const
    {
        const Json *value = find(key);
        if (!value)
            return 0;
        if (!value->is_unsigned() || value->number() > largest)
            reject("'" + where(key) + "' is " + value->shown() + ", expected a whole number from 0 to " + std::to_string(largest));
        return value->number();
    }

    std::vector<std::string> texts(const char *key) const
    {
        const Json *value = find(key);
        std::vector<std::string> result;
        if (!value)
            return result;
        if (!value->is_array())
            reject("'" + where(key) + "' is " + value->type_name() + ", expected an array of strings");
        for (const Json &item : value->items()) {
            if (!item.is_string() || item.text().empty())
                reject("'" + where(key) + "' contains " + item.shown() + ", expected strings that are not empty");
            result.push_back(one_line(item, key));
        }
        return result;
    }

    Section child(const char *key) const
    {
        const Json *value = find(key);
        if (!value)
            reject("'" + where(key) + "' is missing");
        return Section(*value, where(key));
    }

private:
    /// Ids, names and paths end up in lists, messages and system calls.
    std::string one_line(const Json &value, const char *key) const
    {
        std::string result = value.text();
        if (const std::string shown = text::printable(result); shown != result)
            reject("'" + where(key) + "' is \"" + shown + "\", expected text without control characters");
        return result;
    }

    const Json &json_;
    std::string place_;
};

template <class Value, size_t N>
Value choice(const Section &section, const char *key, const std::pair<const char *, Value> (&choices)[N], std::optional<Value> otherwise)
{
    const std::string given = section.text(key);
    if (given.empty() && otherwise)
        return *otherwise;
    std::string names;
    for (const auto &[name, value] : choices) {
        if (given == name)
            return value;
        names += (names.empty() ? "" : ", ") + std::string(name);
    }
    reject("'" + section.where(key) + "' is \"" + given + "\", expected one of: " + names);
}

constexpr std::pair<const char *, ModuleKind> kKinds[] = {
    {"backend", ModuleKind::Backend}, {"importer", ModuleKind::Importer}, {"device-model", ModuleKind::DeviceModel}};
constexpr std::pair<const char *, bool> kWaits[] = {{"watched", false}, {"inline", true}};
constexpr std::pair<const char *, uint32_t> kDeviceKinds[] = {
    {"cpu", ACCEL_DEVICE_KIND_CPU}, {"npu", ACCEL_DEVICE_KIND_NPU}, {"gpu", ACCEL_DEVICE_KIND_GPU}, {"other", ACCEL_DEVICE_KIND_OTHER}};
constexpr std::pair<const char *, bool> kTransports[] = {{"node", false}, {"none", true}};
constexpr std::pair<const char *, bool> kMemories[] = {{"separate", false}, {"coherent", true}};
constexpr std::pair<const char *, bool> kUses[] = {{"default", false}, {"by-name", true}};
constexpr std::pair<const char *, uint32_t> kIsolations[] = {{"process", ACCEL_ISOLATION_PROCESS},
                                                             {"iommu", ACCEL_ISOLATION_IOMMU},
                                                             {"kernel-validator", ACCEL_ISOLATION_KERNEL_VALIDATOR},
                                                             {"none", ACCEL_ISOLATION_NONE}};

DeviceFacts parse_device(const Section &section)
{
    DeviceFacts facts;
    facts.id = section.text("id");
    facts.name = section.text("name");
    facts.target = section.text("target");
    facts.no_import = section.text("no_import");
    facts.kind = choice<uint32_t>(section, "kind", kDeviceKinds, ACCEL_DEVICE_KIND_OTHER);
    facts.isolation = choice<uint32_t>(section, "isolation", kIsolations, ACCEL_ISOLATION_UNKNOWN);
    facts.queue_depth = static_cast<uint32_t>(section.number("queue_depth", 1 << 16));
    facts.context_count = static_cast<uint32_t>(section.number("context_count", 1 << 16));
    facts.job_timeout_ns = section.number("job_timeout_ns", UINT64_MAX);
    facts.memory_bytes = section.number("memory_bytes", UINT64_MAX);
    facts.buffer_align_bytes = section.number("buffer_align_bytes", 1 << 30);
    facts.coherent = choice<bool>(section, "memory", kMemories, false);
    facts.by_name = choice<bool>(section, "use", kUses, false);
    return facts;
}

void parse_pci(const std::vector<std::string> &ids)
{
    for (const std::string &id : ids) {
        const bool hexadecimal = id.find_first_not_of("0123456789abcdef:") == std::string::npos;
        if (id.size() != 9 || id[4] != ':' || !hexadecimal)
            reject("'serves.pci' contains \"" + id + "\", expected \"vvvv:dddd\" in lower-case hexadecimal");
    }
}

void parse_first_bytes(const std::vector<std::string> &patterns, Manifest &manifest)
{
    for (const std::string &text : patterns) {
        FirstBytes pattern;
        if (!FirstBytes::parse(text, &pattern))
            reject("'serves.first_bytes' contains \"" + text + "\", expected two hexadecimal digits per byte, '?' for any, at least one known and at most 64 bytes");
        manifest.first_bytes.push_back(std::move(pattern));
    }
}

void parse_serves(const Section &serves, Manifest &manifest)
{
    manifest.drivers = serves.texts("drivers");
    manifest.render_drivers = serves.texts("render_drivers");
    manifest.device_names = serves.texts("device_names");
    manifest.of = serves.texts("of");
    manifest.pci = serves.texts("pci");
    parse_pci(manifest.pci);
    manifest.opens_itself = choice<bool>(serves, "transport", kTransports, false);
    manifest.targets = serves.texts("targets");
    manifest.formats = serves.texts("formats");
    manifest.suffixes = serves.texts("suffixes");
    parse_first_bytes(serves.texts("first_bytes"), manifest);
    manifest.model_of = serves.text("model_of");
    manifest.device_id = serves.text("device_id");
    if (serves.find("device"))
        manifest.device = parse_device(serves.child("device"));
    if (serves.find("always")) {
        manifest.always = parse_device(serves.child("always"));
        if (manifest.always->id.empty())
            reject("'serves.always.id' is missing or empty");
    }
}

void check_serves(const Manifest &manifest)
{
    const bool serves_devices =
        !manifest.drivers.empty() || !manifest.render_drivers.empty() || !manifest.device_names.empty() || manifest.always || !manifest.targets.empty();
    if (manifest.kind == ModuleKind::Backend && !serves_devices)
        reject("a backend serves at least one of 'drivers', 'render_drivers', 'device_names', 'always', 'targets'; 'serves' has none of them");
    if (manifest.kind == ModuleKind::Importer && manifest.formats.empty())
        reject("'serves.formats' is missing or empty; an importer names what it reads");
    if (manifest.kind == ModuleKind::DeviceModel && (manifest.model_of.empty() || manifest.device_id.empty()))
        reject("a device model needs 'serves.model_of' and 'serves.device_id'");
}

/// "major.minor", whatever follows.
ContractVersion required_version(const Section &section, const char *key)
{
    const std::string given = section.required_text(key);
    ContractVersion version{};
    const char *end = given.data() + given.size();
    const auto [dot, error] = std::from_chars(given.data(), end, version.major);
    const bool goes_on = error == std::errc() && end - dot >= 2 && *dot == '.';
    if (!goes_on || std::from_chars(dot + 1, end, version.minor).ec != std::errc())
        reject("'" + section.where(key) + "' is \"" + given + "\", expected a version such as \"1.0\"");
    return version;
}

void check_file_format(const Section &root)
{
    if (required_version(root, "file_format").major != 1)
        reject("'file_format' is \"" + root.text("file_format") + "\", this library reads 1.x", ACCEL_STATUS_INCOMPATIBLE);
}

/// So a module that cannot be used is not even loaded.
void check_contract(const Section &module)
{
    if (const std::string why = why_not_served(required_version(module, "api_version")); !why.empty())
        reject("'module.api_version' is \"" + module.text("api_version") + "\": the module was " + why, ACCEL_STATUS_INCOMPATIBLE);
}

Manifest parse(const Json &json, const std::string &path)
{
    Manifest manifest;
    manifest.path = path;
    const size_t slash = path.rfind('/');
    manifest.folder = slash == std::string::npos ? "." : path.substr(0, slash);
    const Section root(json, "");
    check_file_format(root);
    const Section module = root.child("module");
    manifest.kind = choice<ModuleKind>(module, "kind", kKinds, std::nullopt);
    manifest.name = module.required_text("name");
    if (manifest.name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != std::string::npos)
        reject("'module.name' is \"" + manifest.name + "\", expected letters, digits, '.', '_' and '-'");
    manifest.library = module.required_text("library");
    check_contract(module);
    manifest.version = module.text("version");
    manifest.license = module.text("license");
    manifest.waits_inline = choice<bool>(module, "waits", kWaits, false);
    parse_serves(root.child("serves"), manifest);
    check_serves(manifest);
    return manifest;
}

std::string read_file(const std::string &path)
{
    const border::Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (file.get() < 0 && errno == ENOMEM)
        throw std::bad_alloc();
    if (file.get() < 0)
        reject(std::string("cannot be opened: ") + strerror(errno), status_from_errno(errno));
    struct stat facts {};
    std::string text;
    const char *trouble = nullptr;
    if (fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode))
        trouble = "is no regular file";
    else if (facts.st_size > kManifestBytesMax)
        trouble = "is larger than 1 MiB";
    char chunk[4096];
    ssize_t got = 1;
    while (!trouble && got != 0 && text.size() <= kManifestBytesMax) {
        got = read(file.get(), chunk, sizeof chunk);
        if (got > 0)
            text.append(chunk, static_cast<size_t>(got));
        else if (got < 0 && errno != EINTR)
            trouble = "cannot be read";
    }
    if (trouble)
        reject(trouble, ACCEL_STATUS_IO);
    return text;
}

Json parse_json(std::string_view text)
{
    const bool wide = text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff") || (text.size() > 1 && (text[0] == '\0' || text[1] == '\0'));
    if (wide)
        reject("is UTF-16, expected UTF-8; save it as UTF-8");
    return Json::parse(text);
}

template <class Make> std::optional<Manifest> attempt(const std::string &path, ManifestError *error, Make &&make)
{
    try {
        return make();
    } catch (const Problem &problem) {
        *error = {problem.status, path + ": " + problem.message};
    } catch (const JsonError &exception) {
        *error = {ACCEL_STATUS_CORRUPT, path + ": " + exception.what()};
    }
    return std::nullopt;
}

}  // namespace

bool FirstBytes::parse(std::string_view text, FirstBytes *out)
{
    constexpr size_t kDigitsMax = 128;
    out->digits_ = text;
    return text.size() % 2 == 0 && text.size() <= kDigitsMax && text.find_first_not_of("0123456789abcdef?") == std::string_view::npos && out->known_digits() > 0;
}

bool FirstBytes::fits(std::string_view bytes) const
{
    constexpr char kDigits[] = "0123456789abcdef";
    if (bytes.size() < digits_.size() / 2)
        return false;
    for (size_t i = 0; i < digits_.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i / 2]);
        if (digits_[i] != '?' && digits_[i] != kDigits[i % 2 ? byte & 15 : byte >> 4])
            return false;
    }
    return true;
}

uint32_t FirstBytes::known_digits() const { return static_cast<uint32_t>(digits_.size() - static_cast<size_t>(std::count(digits_.begin(), digits_.end(), '?'))); }

std::optional<Manifest> parse_manifest(std::string_view text, const std::string &path, ManifestError *error)
{
    return attempt(path, error, [&] { return parse(parse_json(text), path); });
}

std::optional<Manifest> read_manifest(const std::string &path, ManifestError *error)
{
    return attempt(path, error, [&] { return parse(parse_json(read_file(path)), path); });
}

const char *kind_name(ModuleKind kind)
{
    switch (kind) {
    case ModuleKind::Backend: return "backend";
    case ModuleKind::Importer: return "importer";
    case ModuleKind::DeviceModel: return "device-model";
    }
    return "?";
}

}  // namespace accel::runtime
