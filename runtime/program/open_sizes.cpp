// SPDX-License-Identifier: MIT
// Finds, builds and lets go of the sets of sizes of an entry point.
#include "open_sizes.h"

#include <algorithm>

#include "base/check.h"
#include "program.h"

namespace accel::runtime {

namespace {

constexpr accel_status kBad = ACCEL_STATUS_INVALID_ARGUMENT;

std::string range_text(const OpenSymbol &symbol)
{
    const std::string from = std::to_string(symbol.min_size);
    const std::string range = symbol.max_size == ACCEL_SIZE_UNBOUNDED ? "at least " + from : from + " to " + std::to_string(symbol.max_size);
    return symbol.multiple == 1 ? range : range + ", a multiple of " + std::to_string(symbol.multiple);
}

std::shared_ptr<const SizeVariant> planned_variant(const std::vector<OpenSymbol> &symbols)
{
    SizeVariant variant;
    for (const OpenSymbol &symbol : symbols) variant.sizes.push_back(symbol.planned_size);
    return std::make_shared<const SizeVariant>(std::move(variant));
}

}  // namespace

OpenSizes::OpenSizes(std::vector<OpenSymbol> symbols, std::unique_ptr<const BuildRecipe> recipe, uint32_t variant_max, bool compiles)
    : symbols_(std::move(symbols)),
      recipe_(std::move(recipe)),
      variant_max_(variant_max ? variant_max : kVariantMax),
      compiles_(compiles),
      planned_(planned_variant(symbols_)),
      built_{planned_}
{
}

uint32_t OpenSizes::count() const
{
    const std::lock_guard guard(lock_);
    return compiles_ ? static_cast<uint32_t>(built_.size()) : 1;
}

accel_status OpenSizes::take(std::span<const accel_symbol_value> given, const Object *asked, std::vector<int64_t> *sizes) const
{
    std::vector<bool> named(symbols_.size());
    for (const accel_symbol_value &value : given) {
        if (!value.name) return fail_null("symbols[].name");
        const auto found = std::find_if(symbols_.begin(), symbols_.end(), [&](const OpenSymbol &symbol) { return symbol.name == value.name; });
        if (found == symbols_.end())
            return fail(kBad, "P-7", asked, "symbol '%s' is not open in this program; open are %s", value.name, missing(std::vector<int64_t>(symbols_.size(), kNone)).c_str());
        const auto index = static_cast<size_t>(found - symbols_.begin());
        if (named[index]) return fail(kBad, "P-7", asked, "symbol '%s' is given twice", value.name);
        named[index] = true;
        if (value.min_size || value.max_size || value.typical_size || value.entry)
            return fail(kBad, "P-7", asked, "symbol '%s': a range or an entry is given, expected a size alone; ranges are given when the program is built", value.name);
        const bool admitted = value.size >= found->min_size && value.size <= found->max_size && value.size % found->multiple == 0;
        if (!admitted)
            return fail(kBad, "P-7", asked, "symbol '%s' is %lld, expected %s; give such a size, or build the program with another range", value.name, static_cast<long long>(value.size),
                        range_text(*found).c_str());
        (*sizes)[index] = value.size;
    }
    return ACCEL_STATUS_OK;
}

std::string OpenSizes::missing(std::span<const int64_t> sizes) const
{
    std::string names;
    for (size_t i = 0; i < symbols_.size(); ++i) {
        if (sizes[i] == kNone) names += (names.empty() ? "'" : ", '") + symbols_[i].name + "' (" + range_text(symbols_[i]) + ")";
    }
    return names;
}

std::string OpenSizes::text(std::span<const int64_t> sizes) const
{
    std::string text;
    for (size_t i = 0; i < symbols_.size(); ++i) text += (text.empty() ? "" : ", ") + symbols_[i].name + " " + std::to_string(sizes[i]);
    return text;
}

std::shared_ptr<const SizeVariant> OpenSizes::find(std::span<const int64_t> sizes)
{
    const std::lock_guard guard(lock_);
    const auto found = std::find_if(built_.begin(), built_.end(), [&](const auto &variant) { return std::ranges::equal(variant->sizes, sizes); });
    if (found == built_.end()) return nullptr;
    std::rotate(found, found + 1, built_.end());
    return built_.back();
}

accel_status OpenSizes::get(std::span<const int64_t> sizes, accel_progress_fn progress, void *progress_user, std::shared_ptr<const SizeVariant> *out)
{
    if ((*out = find(sizes))) return ACCEL_STATUS_OK;
    const std::lock_guard guard(building_);
    if ((*out = find(sizes))) return ACCEL_STATUS_OK;
    accel_program *program = nullptr;
    ACCEL_TRY(recipe_->build(symbols_, sizes, progress, progress_user, &program));
    auto held = Ref<accel_program>::adopt(program);
    const auto made = std::make_shared<const SizeVariant>(SizeVariant{{sizes.begin(), sizes.end()}, std::move(held)});
    add(made);
    *out = made;
    return ACCEL_STATUS_OK;
}

/// Sets that somebody uses stay, whatever the application wanted.
void OpenSizes::add(const std::shared_ptr<const SizeVariant> &made)
{
    std::vector<std::shared_ptr<const SizeVariant>> gone;  // ends with the lock open
    const std::lock_guard guard(lock_);
    built_.push_back(made);
    for (size_t i = 0; i + 1 < built_.size() && built_.size() > variant_max_;) {
        if (built_[i] == planned_ || built_[i].use_count() > 1) {
            ++i;
            continue;
        }
        gone.push_back(std::move(built_[i]));
        built_.erase(built_.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

void OpenSizes::let_go(std::shared_ptr<const SizeVariant> set)
{
    std::shared_ptr<const SizeVariant> gone;  // ends with the lock open
    const std::lock_guard guard(lock_);
    const auto found = std::find(built_.begin(), built_.end(), set);
    if (built_.size() <= variant_max_ || set == planned_ || found == built_.end() || set.use_count() > 2) return;
    gone = std::move(*found);
    built_.erase(found);
}

}  // namespace accel::runtime
