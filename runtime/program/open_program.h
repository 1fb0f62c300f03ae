// SPDX-License-Identifier: MIT
// Entry points with open sizes: built for the planned ones, told about with bounds.
#pragma once

#include "build_recipe.h"
#include "compiler/open_plan.h"
#include "program.h"

namespace accel::runtime {

/// The entry was built for what is planned: from now on it has those sizes open.
void open_entry(ProgramEntry &entry, const OpenPlan &plan, std::unique_ptr<const BuildRecipe> recipe, uint32_t variant_max);

}  // namespace accel::runtime
