// SPDX-License-Identifier: MIT
// Reads the chunks of a RIFF file.
#include "wav.h"

#include <cstring>
#include <string_view>

#include "files.h"
#include "standard_input.h"

namespace accel::tool {
namespace {

constexpr uint16_t kPcm = 1, kFloat = 3, kExtensible = 0xfffe;
constexpr size_t kFormatBytes = 16, kExtensibleBytes = 26;

[[noreturn]] void refuse_wav(const std::string &path, const std::string &what)
{
    throw Failure(path + ": " + what + "; convert it, for example with ffmpeg -i FILE -c:a pcm_s16le out.wav");
}

/// Little endian, as this machine is.
template <class Number> Number number_at(std::string_view bytes, size_t at)
{
    Number number{};
    std::memcpy(&number, bytes.data() + at, sizeof number);
    return number;
}

/// The bytes of the first chunk of that name; the data of one that is cut short is refused.
std::string_view chunk(const std::string &path, std::string_view file, std::string_view name)
{
    for (size_t at = 12; at + 8 <= file.size();) {
        const size_t size = number_at<uint32_t>(file, at + 4);
        if (file.substr(at, 4) == name) {
            if (size > file.size() - at - 8) refuse_wav(path, "is cut short: " + std::to_string(file.size() - at - 8) + " bytes of '" + std::string(name) + "' are there, it promises " + std::to_string(size));
            return file.substr(at + 8, size);
        }
        if (size > file.size()) break;
        at += 8 + size + size % 2;
    }
    refuse_wav(path, "has no part '" + std::string(name) + "', which a .wav file has");
}

}  // namespace

bool is_sound(const std::string &path) { return ending_of(path) == ".wav"; }

Sound read_wav(const std::string &path)
{
    const std::string file = read_file(path);
    if (file.size() < 12 || file.compare(0, 4, "RIFF") != 0 || file.compare(8, 4, "WAVE") != 0) refuse_wav(path, "does not begin as a .wav file");
    const std::string_view format = chunk(path, file, "fmt "), data = chunk(path, file, "data");
    if (format.size() < kFormatBytes) refuse_wav(path, "has a format of " + std::to_string(format.size()) + " bytes, expected 16 at least");
    uint16_t kind = number_at<uint16_t>(format, 0);
    if (kind == kExtensible && format.size() >= kExtensibleBytes) kind = number_at<uint16_t>(format, 24);
    const auto channels = number_at<uint16_t>(format, 2), bits = number_at<uint16_t>(format, 14);
    const bool whole = kind == kPcm && bits == 16;
    if (channels == 0 || (!whole && !(kind == kFloat && bits == 32)))
        refuse_wav(path, "holds " + std::to_string(channels) + " channel(s) of samples of kind " + std::to_string(kind) + " with " + std::to_string(bits) + " bits, expected 16-bit PCM or 32-bit floats");
    Sound sound{channels, data.size() / (size_t{channels} * bits / 8), {}};
    sound.samples.resize(sound.channels * sound.frames);
    for (size_t frame = 0; frame < sound.frames; ++frame)
        for (size_t channel = 0; channel < sound.channels; ++channel) {
            const size_t index = frame * sound.channels + channel;
            sound.samples[channel * sound.frames + frame] = whole ? static_cast<float>(number_at<int16_t>(data, index * 2)) / 32768.0f : number_at<float>(data, index * 4);
        }
    return sound;
}

}  // namespace accel::tool
