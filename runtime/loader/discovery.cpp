// SPDX-License-Identifier: MIT
// Matches manifests with nodes, and lists devices in order.
#include "discovery.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "base/status.h"
#include "registry.h"
#include "search_path.h"

namespace accel::runtime {

namespace {

bool contains(const std::vector<std::string> &list, const std::string &item) { return std::find(list.begin(), list.end(), item) != list.end(); }

// "rknn.2.auto" -> "rknn": the kernel numbers platform devices of one name.
std::string without_instance(const std::string &device_name)
{
    return device_name.substr(0, device_name.find('.'));
}

bool narrower_match(const Manifest &manifest, const DeviceNode &node)
{
    if (!manifest.pci.empty() && !node.pci_id.empty())
        return contains(manifest.pci, node.pci_id);
    if (!manifest.of.empty() && !node.compatibles.empty())
        return std::any_of(node.compatibles.begin(), node.compatibles.end(), [&](const std::string &name) { return contains(manifest.of, name); });
    return true;
}

bool serves(const Manifest &manifest, const DeviceNode &node)
{
    if (manifest.kind != ModuleKind::Backend)
        return false;
    if (node.driver.empty())
        return contains(manifest.device_names, without_instance(node.device_name));
    const auto &drivers = node.node_class == NodeClass::Accel ? manifest.drivers : manifest.render_drivers;
    return contains(drivers, node.driver) && narrower_match(manifest, node);
}

class Search {
public:
    explicit Search(const DiscoveryRequest &request) : request_(request) {}

    Discovery run()
    {
        for (Module *module : request_.built_in)
            add_module(module);
        read_directories();
        list_nodes(NodeClass::Accel);
        const bool render = std::any_of(found_.modules.begin(), found_.modules.end(), [](Module *m) { return !m->manifest().render_drivers.empty(); });
        if (render)
            list_nodes(NodeClass::Render);
        list_always(ListPart::Accelerators);
        if (request_.simulated)
            list_simulated();
        list_always(ListPart::Cpus);
        return std::move(found_);
    }

private:
    void line(accel_report_kind kind, accel_status status, const std::string &subject, const std::string &path, const char *action, std::string reason,
              std::string remedy = "")
    {
        found_.report.push_back({kind, status, subject, path, action, std::move(reason), std::move(remedy)});
    }

    void read_directories()
    {
        bool any_read = false;
        for (const std::string &directory : module_directories(request_.module_paths, request_.only_given_paths)) {
            std::vector<std::string> paths;
            if (list_manifests(directory, &paths)) {
                any_read = true;
                for (const std::string &path : paths)
                    read_one(path);
                continue;
            }
            const int error = errno;
            // The built-in places need not exist; what was asked for should.
            const bool given = contains(request_.module_paths, directory);
            if (!given && error == ENOENT)
                continue;
            const accel_status status = status_from_errno(error);
            const char *remedy = error == EACCES ? "make the folder readable" : status == ACCEL_STATUS_RESOURCE ? "close files or raise the limit of open files"
                                                                                                                : "check the path";
            line(ACCEL_REPORT_KIND_MANIFEST, status, directory, directory, "skipped", std::string("the folder cannot be read: ") + strerror(error), remedy);
            if (error != ENOENT && !any_read) {
                const bool known = status == ACCEL_STATUS_PERMISSION || status == ACCEL_STATUS_RESOURCE;
                found_.status = known ? status : ACCEL_STATUS_IO;
                found_.error = directory + " cannot be read: " + strerror(error);
            }
        }
        if (any_read || !found_.modules.empty())
            found_.status = ACCEL_STATUS_OK;
    }

    void read_one(const std::string &path)
    {
        ManifestError error;
        const std::optional<Manifest> manifest = read_manifest(path, &error);
        if (!manifest) {
            line(ACCEL_REPORT_KIND_MANIFEST, error.status, path.substr(path.rfind('/') + 1), path, "skipped", error.message, "correct or remove the manifest");
            return;
        }
        const std::string library = find_library(manifest->folder, manifest->library);
        if (library.empty()) {
            line(ACCEL_REPORT_KIND_MANIFEST, ACCEL_STATUS_NOT_FOUND, manifest->name, path, "skipped",
                 "its library '" + manifest->library + "' is neither beside the manifest nor among the installed modules", "install the module again");
            return;
        }
        if (is_shadowed(*manifest))
            return;
        add_module(Registry::get().module(*manifest, library));
    }

    /// Of two modules with one name the first wins, if it can be loaded: only then is that tried while listing.
    bool is_shadowed(const Manifest &manifest)
    {
        const auto other = std::find_if(found_.modules.begin(), found_.modules.end(), [&](const Module *module) { return manifest.name == module->name(); });
        if (other == found_.modules.end())
            return false;
        // What it cannot have at the moment is no fault of its own, and leaves no error behind.
        (*other)->try_load();
        const std::string error = (*other)->load_error();
        if (error.empty()) {
            line(ACCEL_REPORT_KIND_MANIFEST, ACCEL_STATUS_OK, manifest.name, manifest.path, "shadowed",
                 "a module of this name was found earlier, in " + (*other)->manifest().path);
            return true;
        }
        const auto told = std::find_if(found_.report.begin(), found_.report.end(), [&](const ReportLine &each) { return each.path == (*other)->manifest().path; });
        *told = broken_line(**other, error);
        found_.modules.erase(other);
        return false;
    }

    static ReportLine broken_line(const Module &module, const std::string &error)
    {
        return {ACCEL_REPORT_KIND_MANIFEST, ACCEL_STATUS_INCOMPATIBLE, module.name(), module.manifest().path, "skipped", error, "install a module that fits this library"};
    }

    void add_module(Module *module)
    {
        const std::string &path = module->manifest().path;
        const std::string failed = module->load_error();
        if (!failed.empty()) {
            found_.report.push_back(broken_line(*module, failed));
            return;
        }
        line(ACCEL_REPORT_KIND_MANIFEST, ACCEL_STATUS_OK, module->name(), path, module->is_loaded() ? "loaded" : "listed",
             std::string("a module of kind ") + kind_name(module->manifest().kind));
        found_.modules.push_back(module);
    }

    void list_nodes(NodeClass node_class)
    {
        for (const DeviceNode &node : scan_nodes(request_.sysfs_root, request_.dev_root, node_class)) {
            const auto server = std::find_if(found_.modules.begin(), found_.modules.end(), [&](Module *m) { return serves(m->manifest(), node); });
            if (server != found_.modules.end())
                list_node(node, *server);
            else if (node_class == NodeClass::Accel)
                report_unserved(node);
        }
    }

    void report_unserved(const DeviceNode &node)
    {
        if (node.driver.empty())
            line(ACCEL_REPORT_KIND_NODE, ACCEL_STATUS_UNSUPPORTED, node.name, node.path, "skipped",
                 "no kernel driver is bound to its device '" + node.device_name + "', and no module claims that device by name",
                 "load the driver, or install a module that names the device");
        else
            line(ACCEL_REPORT_KIND_NODE, ACCEL_STATUS_UNSUPPORTED, node.name, node.path, "skipped",
                 "no module serves driver '" + node.driver + "'" + (node.pci_id.empty() ? "" : " for PCI device " + node.pci_id),
                 "install a backend for this driver");
    }

    void list_node(const DeviceNode &node, Module *backend)
    {
        DeviceIdentity identity;
        identity.way = backend->manifest().opens_itself ? Way::None : Way::Node;
        identity.backend = backend;
        identity.node = node;
        identity.driver = node.driver.empty() ? backend->manifest().name : node.driver;
        identity.id = identity.driver + "@" + node.device_name;
        identity.facts = backend->manifest().device;
        std::string remedy;
        const int error = check_access(node.path, &remedy);
        line(ACCEL_REPORT_KIND_NODE, error ? status_from_errno(error) : ACCEL_STATUS_OK, node.name, node.path, "listed",
             error ? "it is served by module '" + std::string(backend->name()) + "', but this process cannot open it: " + strerror(error)
                   : "served by module '" + std::string(backend->name()) + "'",
             remedy);
        list_device(std::move(identity));
    }

    void list_simulated()
    {
        for (Module *model : found_.modules) {
            const Manifest &manifest = model->manifest();
            if (manifest.kind != ModuleKind::DeviceModel)
                continue;
            const auto backend = std::find_if(found_.modules.begin(), found_.modules.end(), [&](Module *m) {
                return m->manifest().kind == ModuleKind::Backend && contains(m->manifest().drivers, manifest.model_of);
            });
            if (backend == found_.modules.end()) {
                line(ACCEL_REPORT_KIND_DEVICE, ACCEL_STATUS_UNSUPPORTED, manifest.device_id, "", "skipped",
                     "no module serves driver '" + manifest.model_of + "', which this model plays", "install a backend for this driver");
                continue;
            }
            DeviceIdentity identity;
            identity.way = Way::Model;
            identity.backend = *backend;
            identity.model = model;
            identity.driver = manifest.model_of;
            identity.id = manifest.device_id;
            identity.facts = (*backend)->manifest().device;
            if (!manifest.device.name.empty())
                identity.facts.name = manifest.device.name;
            list_device(std::move(identity));
        }
    }

    enum class ListPart { Accelerators,
                          Cpus };

    /// Devices without a node. The CPU comes last of all, other ones stand with the accelerators (I-2).
    void list_always(ListPart part)
    {
        for (Module *module : found_.modules) {
            if (module->manifest().kind != ModuleKind::Backend || !module->manifest().always)
                continue;
            const bool cpu = module->manifest().always->kind == ACCEL_DEVICE_KIND_CPU;
            if (cpu != (part == ListPart::Cpus))
                continue;
            DeviceIdentity identity;
            identity.backend = module;
            identity.facts = *module->manifest().always;
            identity.id = identity.facts.id;
            list_device(std::move(identity));
        }
    }

    void list_device(DeviceIdentity identity)
    {
        const std::string wanted = identity.id;
        // Numbered among all that there are, so that a filter changes no id.
        for (int number = 2; !ids_.insert(identity.id).second; ++number) identity.id = wanted + "#" + std::to_string(number);
        const auto &filters = request_.filters;
        if (!filters.empty() && !contains(filters, identity.id) && !contains(filters, identity.backend->name()) &&
            (identity.driver.empty() || !contains(filters, identity.driver))) {
            line(ACCEL_REPORT_KIND_DEVICE, ACCEL_STATUS_OK, identity.id, identity.node.path, "skipped", "no device filter of the instance names it");
            return;
        }
        line(ACCEL_REPORT_KIND_DEVICE, ACCEL_STATUS_OK, identity.id, identity.node.path, "listed",
             std::string("served by module '") + identity.backend->name() + "'" + (identity.model ? ", played by module '" + std::string(identity.model->name()) + "'" : ""));
        found_.devices.push_back(Registry::get().device(identity));
    }

    const DiscoveryRequest &request_;
    Discovery found_;
    std::set<std::string> ids_;  ///< of all devices, listed or skipped
};

}  // namespace

Discovery discover(const DiscoveryRequest &request) { return Search(request).run(); }

}  // namespace accel::runtime
