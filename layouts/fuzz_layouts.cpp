// SPDX-License-Identifier: MIT
// Two lists from arbitrary bytes: the rule refuses them, or they are compared, printed, and converted there and back without touching anything but what they say.
#include <cstdlib>
#include <cstring>

#include "test_lists.h"

using namespace accel::layouts;

namespace {

class Reader {
public:
    Reader(const uint8_t *bytes, size_t count) : bytes_(bytes),
                                                 left_(count) {}
    uint8_t byte()
    {
        if (left_ == 0) return 0;
        --left_;
        return *bytes_++;
    }
    /// A small number mostly, any now and then.
    int64_t number()
    {
        const uint8_t first = byte();
        if (first < 250) return first;
        uint64_t any = 0;
        for (int i = 0; i < 8; ++i) any = any << 8 | byte();
        return static_cast<int64_t>(any);
    }
    bool ended() const { return left_ == 0; }

private:
    const uint8_t *bytes_;
    size_t left_;
};

struct Given {
    Steps steps;
    accel_layout layout{};
};

void read(Reader &in, Given &out)
{
    out.steps.resize(in.byte() % 8);
    for (accel_layout_step &step : out.steps) {
        step = {in.byte() % 5u, 0, in.number(), in.number()};
        if (in.byte() % 2) step.stride_bits = static_cast<int64_t>(static_cast<uint64_t>(step.stride_bits) * 8);
    }
    out.layout = {sizeof out.layout, ACCEL_LAYOUT_KIND_STEPS, in.byte() % 27u, in.byte() % 5u, in.byte() % 3u, out.steps.data(), static_cast<uint32_t>(out.steps.size()), 0, 0};
    out.layout.size_bytes = static_cast<uint64_t>(in.number()) * (in.byte() % 4 ? 16 : 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byte_count)
{
    Reader in(bytes, byte_count);
    const uint32_t type = in.byte() % 27u;
    std::vector<int64_t> sizes(in.byte() % 5);
    for (int64_t &size : sizes) size = in.byte() % 48;
    Given given[2];
    read(in, given[0]);
    read(in, given[1]);
    for (const Given &one : given)
        if (!broken_rule(one.layout, type, sizes).empty() || one.layout.size_bytes > 1 << 16) return 0;
    const Layout a = copy_of(given[0].layout), b = copy_of(given[1].layout);
    if (a.padding > 3 || b.sizing > 1) std::abort();
    if (same_places(a, b, sizes) != same_places(b, a, sizes) || !agree(a, a, sizes) || text(a).empty()) std::abort();
    (void)resized(a, sizes);
    // Exactly as large as they claim, so that every byte beyond is seen.
    std::vector<uint8_t> from(a.size_bytes), to(b.size_bytes), back(a.size_bytes);
    for (size_t i = 0; i < from.size(); ++i) from[i] = static_cast<uint8_t>(i * 37 + 11);
    Conversion(a, b, type, sizes, 0).run(from.data(), to.data());
    Conversion(b, a, type, sizes, 0).run(to.data(), back.data());
    if (test::Random::count(sizes) > 4096) return 0;
    test::for_each_index(sizes, [&](const std::vector<int64_t> &index) {
        const int64_t at = offset_bits(a, index);
        if (test::value_at(from, at, a.type, type) != test::value_at(back, at, a.type, type)) std::abort();
    });
    return 0;
}
