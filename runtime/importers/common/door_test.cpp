// SPDX-License-Identifier: MIT
// Tests of imports that end well, badly, or because nobody wants them any more.
#include "door.h"

#include "failure.h"
#include "test_host.h"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <new>
#include <stdexcept>

using namespace accel::importer;
using accel::importer::test::TestHost;

namespace {

accel_status refused(TestHost &host, ReadModel read)
{
    auto *model = reinterpret_cast<accel_bk_model *>(&host);
    const accel_status status = import_model("lines", &host.host, host.source, read, &model);
    CHECK(model == nullptr);
    return status;
}

const accel_graph_desc *read_nothing(Host &, const accel_bk_source &, ModelMemory &memory)
{
    const accel_graph_desc desc{};
    return memory.copy(std::span(&desc, 1));
}

}  // namespace

TEST_CASE("a model that was read is handed out and let go of", "[door]")
{
    TestHost host;
    accel_bk_model *model = nullptr;
    REQUIRE(import_model("lines", &host.host, host.source, read_nothing, &model) == ACCEL_STATUS_OK);
    CHECK(model->struct_size >= sizeof(accel_bk_model));
    REQUIRE(model->entry_count == 1);
    CHECK(std::string_view(model->entries[0].name).empty());
    CHECK(model->entries[0].graph != nullptr);
    model->release(model);
    CHECK(import_model("lines", nullptr, host.source, read_nothing, &model) == ACCEL_STATUS_OK);
    model->release(model);
}

TEST_CASE("what ends an import is a status, a rule and a sentence with the model's name", "[door]")
{
    TestHost host;
    CHECK(refused(host, [](Host &, const accel_bk_source &, ModelMemory &) -> const accel_graph_desc * { corrupt("byte ", 7); }) == ACCEL_STATUS_CORRUPT);
    CHECK(host.sentence == "a.model: byte 7");
    CHECK(host.rule == "G-9");
    CHECK(refused(host, [](Host &, const accel_bk_source &, ModelMemory &) -> const accel_graph_desc * { unsupported("a thing"); }) == ACCEL_STATUS_UNSUPPORTED);
    CHECK(host.rule == "");
    CHECK(refused(host, [](Host &, const accel_bk_source &, ModelMemory &) -> const accel_graph_desc * { throw std::bad_alloc(); }) == ACCEL_STATUS_OUT_OF_MEMORY);
    CHECK(host.sentence == "a.model: no memory to import the model");
    CHECK(refused(host, [](Host &, const accel_bk_source &, ModelMemory &) -> const accel_graph_desc * { throw std::logic_error("no"); }) == ACCEL_STATUS_INTERNAL);
    CHECK(host.sentence == "a.model: no");
    host.source.name = nullptr;
    host.fault = "lines.import";
    CHECK(refused(host, read_nothing) == ACCEL_STATUS_IO);
    CHECK(host.sentence == "the import failed");
}

TEST_CASE("a refusal of the runtime keeps the runtime's sentence", "[door]")
{
    TestHost host;
    host.budget_bytes = 9;
    CHECK(refused(host, [](Host &asked, const accel_bk_source &, ModelMemory &) -> const accel_graph_desc * {
              asked.charge(10, "ten bytes");
              return nullptr;
          }) == ACCEL_STATUS_LIMIT);
    CHECK(host.purpose == "ten bytes");
    CHECK(host.sentence == "");
}

TEST_CASE("an application that wants no more ends an import", "[door]")
{
    TestHost host;
    host.source.progress = [](void *, const accel_progress *) { return 1; };
    CHECK(refused(host, [](Host &asked, const accel_bk_source &, ModelMemory &) -> const accel_graph_desc * {
              asked.look(1, 2);
              return nullptr;
          }) == ACCEL_STATUS_CANCELLED);
    CHECK(host.rule == "P-5");
}
