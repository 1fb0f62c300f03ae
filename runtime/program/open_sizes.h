// SPDX-License-Identifier: MIT
// The sizes that an entry point leaves open, and the sets of them that it is built for.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "build_recipe.h"
#include "parts/open_symbol.h"

namespace accel::runtime {

/// One set of sizes, and the program of that entry point alone that was built for them.
struct SizeVariant {
    std::vector<int64_t> sizes;  ///< by open symbol
    Ref<accel_program> program;  ///< null for the planned sizes: the program that leaves them open was built for these
};

/// Any thread. Sets are built one after the other; what is built already is found meanwhile.
class OpenSizes {
public:
    static constexpr uint32_t kVariantMax = 8;  ///< where the application does not say
    static constexpr int64_t kNone = -1;        ///< a symbol without a size

    /// variant_max: 0 means kVariantMax.
    /// compiles: another set of sizes needs a compiler.
    OpenSizes(std::vector<OpenSymbol> symbols, std::unique_ptr<const BuildRecipe> recipe, uint32_t variant_max, bool compiles);

    std::span<const OpenSymbol> symbols() const { return symbols_; }
    bool compiles() const { return compiles_; }
    /// Sets that are built now; 1 where one build is for all.
    uint32_t count() const;

    /// Put what is given in its places; the others stay. Errors: INVALID_ARGUMENT (P-7).
    accel_status take(std::span<const accel_symbol_value> given, const Object *asked, std::vector<int64_t> *sizes) const;
    /// "'batch', 'length'": those that have no size; "" if all have one.
    std::string missing(std::span<const int64_t> sizes) const;
    /// A set that is built; null if it is not.
    std::shared_ptr<const SizeVariant> find(std::span<const int64_t> sizes);
    /// Find it, or build it and let go of the one that was unused longest. Errors: of a build.
    accel_status get(std::span<const int64_t> sizes, accel_progress_fn progress, void *progress_user, std::shared_ptr<const SizeVariant> *out);
    /// A run uses that set no more: it ends if there are too many and nobody else uses it. One that was prepared and never used stays until the next is built. Allocates nothing.
    void let_go(std::shared_ptr<const SizeVariant> set);
    /// "batch 4, length 128"
    std::string text(std::span<const int64_t> sizes) const;

private:
    void add(const std::shared_ptr<const SizeVariant> &made);

    const std::vector<OpenSymbol> symbols_;
    const std::unique_ptr<const BuildRecipe> recipe_;
    const uint32_t variant_max_;
    const bool compiles_;
    const std::shared_ptr<const SizeVariant> planned_;
    std::mutex building_;                                    ///< taken before lock_
    mutable std::mutex lock_;                                ///< of built_
    std::vector<std::shared_ptr<const SizeVariant>> built_;  ///< the one used last is the last
};

}  // namespace accel::runtime
