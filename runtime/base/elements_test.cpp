// SPDX-License-Identifier: MIT
// Tests of elements in sizes that other versions of the ABI have.
#include "elements.h"

#include <catch2/catch_test_macros.hpp>

#include "loader/contract.h"

using namespace accel::runtime;

namespace {

struct LongTensor {
    accel_tensor_desc known;
    uint64_t unknown;
};
struct LongNode {
    accel_node_desc known;
    uint64_t unknown[2];
};

accel_bk_sizes longer()
{
    accel_bk_sizes sizes = kNativeSizes;
    sizes.tensor = sizeof(LongTensor);
    sizes.node = sizeof(LongNode);
    sizes.attribute = sizeof(accel_attribute) + 8;
    sizes.symbol = sizeof(accel_symbol) + 8;
    sizes.variable = sizeof(accel_variable) + 16;
    return sizes;
}

}  // namespace

TEST_CASE("A-24 sizes of elements that no module has are refused with their number", "[loader]")
{
    accel_bk_sizes taken{};
    CHECK(take_sizes(&kNativeSizes, &taken).empty());
    CHECK(taken.port == sizeof(accel_bk_port));
    CHECK(take_sizes(nullptr, &taken).find("ACCEL_BK_SIZES") != std::string::npos);
    for (uint32_t accel_bk_sizes::*size : {&accel_bk_sizes::tensor, &accel_bk_sizes::node, &accel_bk_sizes::support, &accel_bk_sizes::port, &accel_bk_sizes::memory, &accel_bk_sizes::attribute, &accel_bk_sizes::symbol, &accel_bk_sizes::variable})
        for (const uint32_t wrong : {0u, kNativeSizes.*size - 8, kNativeSizes.*size + 4, 4104u, 1u << 31}) {
            accel_bk_sizes given = kNativeSizes;
            given.*size = wrong;
            CHECK(take_sizes(&given, &taken).find(" " + std::to_string(wrong) + " bytes") != std::string::npos);
        }
    accel_bk_sizes given = longer();
    CHECK(take_sizes(&given, &taken).empty());
    given.struct_size = 8;
    CHECK(!take_sizes(&given, &taken).empty());
}

namespace {

/// Two nodes, of which the second has a region, and two symbols and variables, of which the second has a name.
struct Described {
    accel_tensor_desc tensors[3]{};
    accel_node_desc nodes[2]{};
    accel_symbol symbols[2]{};
    accel_variable variables[2]{};
    accel_graph_desc graph{}, region{};
    const accel_capture capture{1, 0};
    const accel_region body{sizeof body, &region, &capture, nullptr, nullptr, ACCEL_REGION_ROLE_CUSTOM, 1};
    const accel_region *regions[1] = {&body};
    const accel_attribute attributes[2] = {{0, ACCEL_ATTRIBUTE_KIND_INT, "a", nullptr, 3}, {0, ACCEL_ATTRIBUTE_KIND_INT, "b", nullptr, 4}};

    Described()
    {
        for (uint32_t i = 0; i < 3; ++i) tensors[i].type = i + 1;
        nodes[0].operation = 7;
        nodes[1].operation = 9;
        nodes[0].attributes = attributes;
        nodes[0].attribute_count = 2;
        nodes[1].regions = regions;
        nodes[1].region_count = 1;
        symbols[1].name = "S";
        variables[1].name = "cache";
        region.struct_size = sizeof region;
        region.tensors = tensors;
        region.tensor_count = 2;
        region.tensor_size = sizeof tensors[0];
        region.symbols = symbols;
        region.symbol_count = 2;
        region.symbol_size = sizeof symbols[0];
        graph = region;
        graph.tensor_count = 3;
        graph.nodes = nodes;
        graph.node_count = 2;
        graph.node_size = sizeof nodes[0];
        graph.variables = variables;
        graph.variable_count = 2;
        graph.variable_size = sizeof variables[0];
    }
    Described(const Described &) = delete;
    Described &operator=(const Described &) = delete;
};

}  // namespace

TEST_CASE("H-11 a module gets the tensors, nodes and attributes of a graph, and of its regions, in its own sizes", "[loader]")
{
    const Described described;
    const accel_graph_desc &graph = described.graph;
    const ModuleGraph native(graph, kNativeSizes);
    CHECK(&native.get() == &graph);

    const accel_bk_sizes sizes = longer();
    const ModuleGraph laid(graph, sizes);
    const auto *long_tensors = reinterpret_cast<const LongTensor *>(laid.get().tensors);
    const auto *long_nodes = reinterpret_cast<const LongNode *>(laid.get().nodes);
    CHECK(laid.get().tensor_size == sizeof(LongTensor));
    CHECK(laid.get().node_size == sizeof(LongNode));
    CHECK(laid.get().attribute_size == sizeof(accel_attribute) + 8);
    const accel_attribute *second = accel_graph_attribute(&laid.get(), &long_nodes[0].known, 1);
    CHECK(second->count == 4);
    CHECK(reinterpret_cast<const uint64_t *>(second)[4] == 0);
    for (uint32_t i = 0; i < 3; ++i) {
        CHECK(long_tensors[i].known.type == i + 1);
        CHECK(long_tensors[i].unknown == 0);
    }
    CHECK(long_nodes[1].known.operation == 9);
    CHECK(long_nodes[1].unknown[1] == 0);
    REQUIRE(long_nodes[1].known.regions);
    CHECK(long_nodes[1].known.regions[0]->captures == &described.capture);
    const accel_graph_desc &inner = *long_nodes[1].known.regions[0]->graph;
    CHECK(inner.tensor_size == sizeof(LongTensor));
    CHECK(reinterpret_cast<const LongTensor *>(inner.tensors)[1].known.type == 2);
    CHECK(laid.get().symbol_size == sizeof(accel_symbol) + 8);
    CHECK(accel_graph_symbol(&laid.get(), 1)->name == described.symbols[1].name);
    CHECK(laid.get().variable_size == sizeof(accel_variable) + 16);
    CHECK(accel_graph_variable(&laid.get(), 1)->name == described.variables[1].name);
    // A region has the table of the outermost graph.
    CHECK(inner.symbols == laid.get().symbols);
    CHECK(inner.symbol_size == laid.get().symbol_size);
}

TEST_CASE("A-17 a struct that a module hands out has a size that can be, and nothing that this library would leave out", "[loader]")
{
    struct {
        accel_bk_model known;
        uint64_t unknown;
    } made{};
    accel_bk_model taken{};
    made.known.entry_count = 3;
    for (const size_t wrong : {size_t{0}, size_t{8}, sizeof(accel_bk_model) - 8, size_t{4097}, SIZE_MAX}) {
        made.known.struct_size = wrong;
        CHECK(take_struct(&made.known, &taken).find("has struct_size " + std::to_string(wrong)) == 0);
    }
    made.known.struct_size = sizeof made.known;
    CHECK(take_struct(&made.known, &taken).empty());
    CHECK(taken.entry_count == 3);
    made.known.struct_size = sizeof made;
    CHECK(take_struct(&made.known, &taken).empty());
    CHECK(taken.struct_size == sizeof taken);
    made.unknown = 1;
    CHECK(take_struct(&made.known, &taken).find("a newer library does") != std::string::npos);
}

TEST_CASE("H-11 answers in a module's elements come back without what the library does not know", "[loader]")
{
    accel_bk_support answers[2]{};
    constexpr uint32_t kSize = sizeof(accel_bk_support) + 8;
    ModuleArray<accel_bk_support> shown(answers, 2, kSize);
    auto *bytes = reinterpret_cast<char *>(shown.data_to_write());
    for (uint32_t i = 0; i < 2; ++i) {
        accel_bk_support answer{};
        answer.group = i + 5;
        std::memcpy(bytes + i * kSize, &answer, sizeof answer);
        std::memset(bytes + i * kSize + sizeof answer, 0xff, 8);
    }
    shown.take_back(answers, 2);
    CHECK(answers[0].group == 5);
    CHECK(answers[1].group == 6);
    CHECK(element_of(shown.data(), 1, kSize).group == 6);
}

TEST_CASE("A-9 contracts that are served", "[loader]")
{
    CHECK(why_not_served({0, 1}) == "built for contract 0.1; this library serves 0.2 and newer: build it with newer headers");
    CHECK(why_not_served({0, 2}).empty());
    CHECK(why_not_served({0, 900}).empty());
    CHECK(why_not_served({1, 0}).find("install a newer library") != std::string::npos);
}
