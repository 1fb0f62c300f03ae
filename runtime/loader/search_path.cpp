// SPDX-License-Identifier: MIT
// Lists the folders where manifests may lie, and finds a module's library.
#include "search_path.h"

#include <dlfcn.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include "folder.h"

namespace accel::runtime {

namespace {

// Of the file that holds this code, so that a moved installation still finds its modules.
std::string own_folder()
{
    static const char anchor = 0;
    Dl_info facts{};
    if (!dladdr(&anchor, &facts) || !facts.dli_fname)
        return "";
    const std::string path = real_path(facts.dli_fname);
    const size_t slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

void split(const char *list, std::vector<std::string> &out)
{
    std::string rest = list;
    while (!rest.empty()) {
        const size_t colon = rest.find(':');
        if (colon != 0)
            out.push_back(rest.substr(0, colon));
        rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
    }
}

}  // namespace

std::vector<std::string> module_directories(const std::vector<std::string> &given, bool only_given)
{
    std::vector<std::string> found = given;
    if (!only_given) {
        const char *environment = getauxval(AT_SECURE) ? nullptr : getenv("ACCEL_BACKEND_PATH");
        if (environment)
            split(environment, found);
        const std::string here = own_folder();
        if (!here.empty()) {
            found.push_back(here + "/modules");
            found.push_back(here + "/../share/accel/modules.d");
            found.push_back(here + "/../../share/accel/modules.d");
        }
        split(ACCEL_DEFAULT_MODULE_DIRS, found);
    }
    // The same folder by two names is read once.
    std::vector<std::string> unique, seen;
    for (const std::string &directory : found) {
        const std::string real = real_path(directory);
        const std::string &key = real.empty() ? directory : real;
        if (std::find(seen.begin(), seen.end(), key) == seen.end()) {
            seen.push_back(key);
            unique.push_back(key);
        }
    }
    return unique;
}

bool list_manifests(const std::string &directory, std::vector<std::string> *paths)
{
    std::vector<std::string> names;
    if (!list_folder(directory, &names))
        return false;
    std::sort(names.begin(), names.end());
    for (const std::string &name : names)
        if (name.size() > 5 && name.ends_with(".json"))
            paths->push_back(directory + "/" + name);
    return true;
}

std::string find_library(const std::string &manifest_folder, const std::string &library)
{
    if (library[0] == '/')
        return access(library.c_str(), F_OK) == 0 ? library : "";
    const std::string here = own_folder();
    for (const std::string &candidate : {manifest_folder + "/" + library, here + "/accel/" + library})
        if (access(candidate.c_str(), F_OK) == 0)
            return candidate;
    return "";
}

}  // namespace accel::runtime
