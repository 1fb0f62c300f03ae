// SPDX-License-Identifier: MIT
// Copies what a build was given, and builds again for sizes.
#include "build_recipe.h"

#include "base/check.h"
#include "make.h"

namespace accel::runtime {

BuildRecipe::BuildRecipe(const accel_program_desc &desc, const ChosenEntry &chosen, std::span<const accel_symbol_value> given, std::shared_ptr<const OpenParts> open)
    : model_(desc.model),
      open_(std::move(open)),
      devices_(desc.devices, desc.devices + desc.device_count),
      entry_(keep(chosen.entry->name.c_str())),
      symbols_(given.begin(), given.end()),
      states_(chosen.states),
      options_(desc.options, desc.options + desc.option_count),
      desc_(desc)
{
    for (accel_symbol_value &symbol : symbols_) {
        symbol.name = keep(symbol.name);
        symbol.entry = nullptr;
    }
    keep_known(chosen.known);
    keep_ports(chosen.ports);
    for (accel_state_pair &pair : states_) pair = {keep(pair.input), keep(pair.output), nullptr};
    for (accel_option &option : options_) {
        option.name = keep(option.name);
        option.string = keep(option.string);
    }
    desc_.devices = devices_.data();
    desc_.target = keep(desc.target);
    desc_.known = known_.data();
    desc_.known_count = static_cast<uint32_t>(known_.size());
    desc_.known_size = sizeof(accel_known_value);
    desc_.states = states_.data();
    desc_.state_count = static_cast<uint32_t>(states_.size());
    desc_.state_size = sizeof(accel_state_pair);
    desc_.ports = ports_.data();
    desc_.port_count = static_cast<uint32_t>(ports_.size());
    desc_.port_size = sizeof(accel_port_choice);
    desc_.options = options_.data();
    desc_.entries = &entry_;
    desc_.entry_count = 1;
}

const char *BuildRecipe::keep(const char *text) { return text ? texts_.emplace_back(text).c_str() : nullptr; }

/// The build before has found nothing wrong with them.
void BuildRecipe::keep_known(std::span<const accel_known_value> known)
{
    for (accel_known_value value : known) {
        const auto *bytes = static_cast<const uint8_t *>(value.data);
        value.input = keep(value.input);
        value.entry = nullptr;
        if (value.data) value.data = value.data_bytes ? static_cast<const void *>(data_.emplace_back(bytes, bytes + value.data_bytes).data()) : this;  // of none any pointer but null
        if (value.dims) value.dims = dims_.emplace_back(value.dims, value.dims + value.rank).data();
        known_.push_back(value);
    }
}

/// Neither with them.
void BuildRecipe::keep_ports(std::span<const accel_port_choice> ports)
{
    for (accel_port_choice choice : ports) {
        choice.port = keep(choice.port);
        choice.entry = nullptr;
        if (choice.given) choice.given = &shown_.emplace_back(layouts_.emplace_back(layouts::copy_of(element(choice.given, 0, choice.given->struct_size))).view());
        ports_.push_back(choice);
    }
}

accel_status BuildRecipe::build(std::span<const OpenSymbol> open, std::span<const int64_t> sizes, accel_progress_fn progress, void *progress_user, accel_program **out) const
{
    std::vector<accel_symbol_value> symbols = symbols_;
    for (size_t i = 0; i < open.size(); ++i) symbols.push_back({open[i].name.c_str(), nullptr, sizes[i], 0, 0, 0});
    accel_program_desc desc = desc_;
    desc.symbols = symbols.data();
    desc.symbol_count = static_cast<uint32_t>(symbols.size());
    desc.symbol_size = sizeof(accel_symbol_value);
    desc.progress = progress;
    desc.progress_user = progress_user;
    return build_program(desc, open_, out);
}

}  // namespace accel::runtime
