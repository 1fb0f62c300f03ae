// SPDX-License-Identifier: MIT
// Chooses by the format that is given, else by the first bytes, the file's ending, and at last by asking.
#include "importer_choice.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/check.h"
#include "instance/instance.h"

namespace accel::runtime {

namespace {

bool contains(const std::vector<std::string> &list, const std::string &wanted) { return std::find(list.begin(), list.end(), wanted) != list.end(); }

class Choice {
public:
    Choice(const accel_instance &instance, const accel_model_source &given, std::string_view bytes) : given_(given),
                                                                                                      bytes_(bytes)
    {
        for (Module *module : instance.modules())
            if (module->manifest().kind == ModuleKind::Importer)
                importers_.push_back(module);
    }

    accel_status make(Module **out)
    {
        *out = given_.format ? by_format() : by_pattern();
        if (!*out && !given_.format && given_.path)
            *out = by_suffix();
        if (!*out && !given_.format)
            *out = by_asking([](const Module *module) { return module->manifest().first_bytes.empty(); });
        return *out ? ACCEL_STATUS_OK : refuse();
    }

private:
    accel_status refuse() const
    {
        std::string known;
        for (const Module *module : importers_)
            for (const std::string &format : module->manifest().formats)
                known += (known.empty() ? "" : ", ") + format;
        const char *name = given_.path ? given_.path : "given as bytes";
        if (known.empty())
            return fail(ACCEL_STATUS_NOT_FOUND, "G-9", nullptr, "no importer module is installed for the model '%s'", name);
        if (failed_ != ACCEL_STATUS_OK)
            return failed_;
        if (given_.format)
            return fail(ACCEL_STATUS_NOT_FOUND, "G-9", nullptr, "there is no importer for format '%s'; there is: %s", given_.format, known.c_str());
        return fail(ACCEL_STATUS_NOT_FOUND, "G-9", nullptr, "no importer recognises the model '%s'; there is: %s", name, known.c_str());
    }

    bool loads(Module *module)
    {
        const accel_status status = module->load();
        if (status == ACCEL_STATUS_OK && module->importer())
            return true;
        failed_ = status != ACCEL_STATUS_OK ? status
                                            : fail(ACCEL_STATUS_INTERNAL, "A-10", nullptr, "module '%s' is listed as importer and has no importer table", module->name());
        return false;
    }

    Module *by_format()
    {
        for (Module *module : importers_)
            if (contains(module->manifest().formats, given_.format) && loads(module))
                return module;
        return nullptr;
    }

    /// How much of the beginning a manifest knows; 0: it does not fit.
    uint32_t fit(const Module *module) const
    {
        uint32_t best = 0;
        for (const FirstBytes &pattern : module->manifest().first_bytes)
            if (pattern.fits(bytes_))
                best = std::max(best, pattern.known_digits());
        return best;
    }

    Module *by_pattern()
    {
        std::vector<uint32_t> fits;
        for (const Module *module : importers_)
            if (const uint32_t digits = fit(module))
                fits.push_back(digits);
        std::sort(fits.rbegin(), fits.rend());
        fits.erase(std::unique(fits.begin(), fits.end()), fits.end());
        for (const uint32_t digits : fits)
            if (Module *module = by_asking([&](const Module *each) { return fit(each) == digits; }))
                return module;
        return nullptr;
    }

    /// The surest of those that are admitted.
    template <class Admit> Module *by_asking(Admit &&admit)
    {
        Module *best = nullptr;
        uint32_t best_score = 0;
        for (Module *module : importers_) {
            if (!admit(module) || !loads(module))
                continue;
            const uint32_t score = std::min(module->importer()->probe(bytes_.data(), bytes_.size()), 100u);
            if (score > best_score)
                best = module, best_score = score;
        }
        return best;
    }

    Module *by_suffix()
    {
        for (Module *module : importers_)
            for (const std::string &suffix : module->manifest().suffixes)
                if (std::string_view(given_.path).ends_with(suffix) && loads(module))
                    return module;
        return nullptr;
    }

    const accel_model_source &given_;
    const std::string_view bytes_;
    std::vector<Module *> importers_;
    accel_status failed_ = ACCEL_STATUS_OK;
};

}  // namespace

accel_status choose_importer(const accel_instance &instance, const accel_model_source &given, std::string_view bytes, Module **out_module)
{
    return Choice(instance, given, bytes).make(out_module);
}

}  // namespace accel::runtime
