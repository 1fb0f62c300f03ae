// SPDX-License-Identifier: MIT
// Decodes one weight stream with the model, so that another decoder can be compared.
//
// ethosu-decode-weights STREAM WEIGHTS   decodes a compressed weight stream into 16-bit little-endian integers
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>

#include "bundle.h"
#include "fault.h"
#include "weight_stream.h"

int main(int argc, char **argv)
{
    using namespace accel::devices::ethosu;
    if (argc != 3) {
        std::fprintf(stderr, "usage: ethosu-decode-weights STREAM WEIGHTS\n");
        return 2;
    }
    try {
        const std::vector<uint8_t> stream = load_file(argv[1]);
        const std::vector<int16_t> weights = decode_weight_stream(stream.data(), stream.size(), UINT32_MAX);
        std::ofstream file(argv[2], std::ios::binary);
        for (const int16_t weight : weights) {
            const auto bits = static_cast<uint16_t>(weight);
            file.put(static_cast<char>(bits & 0xff)).put(static_cast<char>(bits >> 8));
        }
        file.close();
        return file ? 0 : 2;
    } catch (const Fault &fault) {
        std::fprintf(stderr, "ethosu-decode-weights: %s\n", fault.detail.c_str());
        return 3;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "ethosu-decode-weights: %s\n", error.what());
        return 2;
    }
}
