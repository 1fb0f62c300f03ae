// SPDX-License-Identifier: MIT
// Questions that make lists of their own find no memory for them.
#include <catch2/catch_test_macros.hpp>

#include "fake/counters.h"
#include "fake/house.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

TEST_CASE("A-22 questions about programs and runs that find no memory answer so", "[program]")
{
    Shop shop(1);
    // How many buffers a job has left is counted beside inputs with defaults.
    shop.program->entries[0].segments[0].buffer_count_max = 3;
    shop.program->entries[0].ports[0].default_values = std::make_shared<const std::vector<uint8_t>>(16, uint8_t{7});
    static const uint8_t constant[16] = {};
    shop.program->blobs[0].constants = {{constant, sizeof constant}};
    accel_port_info port{};
    port.struct_size = sizeof port;
    accel_entry_info entry{};
    entry.struct_size = sizeof entry;
    accel_program_info program{};
    program.struct_size = sizeof program;
    const auto refusals = [](auto &&question) {
        return sweep_shortages(Shortage::Mode::FromThen, question, [](accel_status status) { CHECK(status == ACCEL_STATUS_OUT_OF_MEMORY); });
    };
    CHECK((refusals([&] { return accel_program_entry(shop.program.get(), 0, &entry); }) > 0 || !kCanRefuse));
    CHECK(entry.buffer_count_max == 2);
    refusals([&] { return accel_program_port(shop.program.get(), 0, 1, &port); });
    refusals([&] { return accel_run_port(shop.run, 0, &port); });
    CHECK((port.flags & ACCEL_PORT_FLAG_DEFAULT) != 0);
    CHECK((refusals([&] { return accel_program_query(shop.program.get(), &program); }) > 0 || !kCanRefuse));
    CHECK(program.constant_bytes == sizeof(FakeBlob) + sizeof constant);
}
