// SPDX-License-Identifier: MIT
// Reads bundles, whose sizes are not trusted.
#include "bundle.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace accel::devices::ethosu {
namespace {

constexpr uint32_t kMagic = 0x31425545;  // "EUB1"
constexpr uint32_t kMaxTensors = 64;
constexpr uint32_t kMaxRegionBytes = 1u << 30;

class Reader {
public:
    Reader(std::string path, std::vector<uint8_t> bytes) : path_(std::move(path)),
                                                           bytes_(std::move(bytes)) {}

    uint32_t word()
    {
        need(4);
        const uint8_t *b = bytes_.data() + position_;
        position_ += 4;
        return uint32_t{b[0]} | uint32_t{b[1]} << 8 | uint32_t{b[2]} << 16 | uint32_t{b[3]} << 24;
    }

    std::vector<uint8_t> blob(uint64_t size_bytes)
    {
        need(size_bytes);
        const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(position_);
        position_ += size_bytes;
        return {begin, begin + static_cast<std::ptrdiff_t>(size_bytes)};
    }

    bool at_end() const { return position_ == bytes_.size(); }

    [[noreturn]] void fail(const std::string &what) const { throw std::runtime_error(path_ + ": " + what); }

private:
    void need(uint64_t size_bytes) const
    {
        if (size_bytes > bytes_.size() - position_) fail("the file ends early");
    }

    std::string path_;
    std::vector<uint8_t> bytes_;
    uint64_t position_ = 0;
};

std::vector<BundleTensor> read_tensors(Reader &reader, uint32_t count)
{
    std::vector<BundleTensor> tensors(count);
    for (BundleTensor &tensor : tensors) {
        tensor.region = reader.word();
        tensor.offset = reader.word();
        tensor.size_bytes = reader.word();
    }
    return tensors;
}

}  // namespace

std::vector<uint8_t> load_file(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error(path + ": cannot be opened");
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

uint64_t total_size_bytes(const std::vector<BundleTensor> &tensors)
{
    uint64_t total = 0;
    for (const BundleTensor &tensor : tensors) total += tensor.size_bytes;
    return total;
}

Bundle load_bundle(const std::string &path)
{
    Reader reader(path, load_file(path));
    if (reader.word() != kMagic) reader.fail("not a program bundle");
    Bundle bundle;
    const uint32_t stream_bytes = reader.word();
    const uint32_t constants_bytes = reader.word();
    bundle.constants_region = reader.word();
    bundle.scratch.size_bytes = reader.word();
    bundle.scratch.region = reader.word();
    bundle.fast.size_bytes = reader.word();
    bundle.fast.region = reader.word();
    const uint32_t input_count = reader.word();
    const uint32_t output_count = reader.word();
    if (input_count > kMaxTensors || output_count > kMaxTensors) reader.fail("too many inputs or outputs");
    if (bundle.scratch.size_bytes > kMaxRegionBytes || bundle.fast.size_bytes > kMaxRegionBytes) {
        reader.fail("a region is larger than 1 GiB");
    }
    bundle.inputs = read_tensors(reader, input_count);
    bundle.outputs = read_tensors(reader, output_count);
    bundle.stream = reader.blob(stream_bytes);
    bundle.constants = reader.blob(constants_bytes);
    if (reader.at_end()) return bundle;
    bundle.input_bytes = reader.blob(total_size_bytes(bundle.inputs));
    bundle.expected_bytes = reader.blob(total_size_bytes(bundle.outputs));
    if (!reader.at_end()) reader.fail("bytes follow the expected outputs");
    return bundle;
}

}  // namespace accel::devices::ethosu
