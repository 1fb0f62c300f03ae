// SPDX-License-Identifier: MIT
// What an entry point of a program was built from, kept to build it again for other sizes.
#pragma once

#include <accel/accel.h>
#include <accel/layouts/layout.h>

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "build_entries.h"
#include "model/model.h"
#include "parts/open_symbol.h"

namespace accel::runtime {

struct OpenParts;

class BuildRecipe {
public:
    /// given: the symbols of the entry point that have a size. open: what is built for all sizes; null: nothing. The devices are kept alive by the program that has the recipe.
    BuildRecipe(const accel_program_desc &desc, const ChosenEntry &chosen, std::span<const accel_symbol_value> given, std::shared_ptr<const OpenParts> open = nullptr);
    BuildRecipe(const BuildRecipe &) = delete;
    BuildRecipe &operator=(const BuildRecipe &) = delete;

    /// A program of this entry point alone, for these sizes of the open symbols. Sets the error detail.
    accel_status build(std::span<const OpenSymbol> open, std::span<const int64_t> sizes, accel_progress_fn progress, void *progress_user, accel_program **out) const;

private:
    const char *keep(const char *text);
    void keep_known(std::span<const accel_known_value> known);
    void keep_ports(std::span<const accel_port_choice> ports);

    Ref<accel_model> model_;
    std::shared_ptr<const OpenParts> open_;
    std::vector<accel_device *> devices_;
    std::deque<std::string> texts_;
    std::deque<std::vector<uint8_t>> data_;
    std::deque<std::vector<int64_t>> dims_;
    const char *entry_;
    std::vector<accel_symbol_value> symbols_;
    std::vector<accel_known_value> known_;
    std::vector<accel_state_pair> states_;
    std::vector<accel_port_choice> ports_;
    std::deque<layouts::Layout> layouts_;
    std::deque<accel_layout> shown_;
    std::vector<accel_option> options_;
    accel_program_desc desc_;  ///< points into what is above
};

}  // namespace accel::runtime
