// SPDX-License-Identifier: MIT
// The runtime's side of an import, as far as a test wants it.
#pragma once

#include "host.h"

#include <accel/backend.h>

#include <map>
#include <string>

namespace accel::importer::test {

struct TestHost {
    TestHost()
    {
        host.struct_size = sizeof host;
        host.context = this;
        host.set_error = [](void *self, const char *broken, const char *said) {
            static_cast<TestHost *>(self)->rule = broken;
            static_cast<TestHost *>(self)->sentence = said;
        };
        host.fault_point = [](void *self, const char *place) {
            return static_cast<TestHost *>(self)->fault == place ? ACCEL_STATUS_IO : ACCEL_STATUS_OK;
        };
        source.struct_size = sizeof source;
        source.name = "a.model";
        source.context = this;
        source.map = [](void *self, const char *location, const char *, const void **bytes, uint64_t *byte_count) {
            auto &here = *static_cast<TestHost *>(self);
            ++here.maps;
            const auto file = here.files.find(location);
            if (file == here.files.end()) {
                return ACCEL_STATUS_NOT_FOUND;
            }
            *bytes = file->second.data();
            *byte_count = file->second.size();
            return ACCEL_STATUS_OK;
        };
        source.charge = [](void *self, uint64_t byte_count, const char *what) {
            auto &here = *static_cast<TestHost *>(self);
            here.purpose = what;
            here.charged_bytes += byte_count;
            return here.charged_bytes > here.budget_bytes ? ACCEL_STATUS_LIMIT : ACCEL_STATUS_OK;
        };
    }
    TestHost(const TestHost &) = delete;
    TestHost &operator=(const TestHost &) = delete;

    accel_bk_host host{};
    accel_bk_source source{};
    std::map<std::string, std::string> files;
    std::string fault;  ///< the place that fails
    uint64_t budget_bytes = 1000;

    std::string rule, sentence;  ///< the last refusal
    std::string purpose;         ///< of the last charge
    uint64_t charged_bytes = 0;
    int maps = 0;
};

}  // namespace accel::importer::test
