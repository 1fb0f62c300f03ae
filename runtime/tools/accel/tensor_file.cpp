// SPDX-License-Identifier: MIT
// Turns pictures and arrays into values of a port, and back.
#include "tensor_file.h"

#include <absl/strings/str_join.h>
#include <accel/graph/quantization.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iostream>

#include "array_file.h"
#include "npy.h"
#include "picture.h"
#include "wav.h"

namespace accel::tool {
namespace {

/// A port that a picture fits: [1, C, H, W] or [C, H, W] with C of 1 or 3.
struct PicturePort {
    uint32_t channels, height, width;
};

PicturePort picture_port(const std::string &path, const accel_port_info &port)
{
    const uint32_t first = port.rank == 4 ? 1 : 0;
    const bool fits = (port.rank == 3 || (port.rank == 4 && port.dims[0] == 1)) && (port.dims[first] == 1 || port.dims[first] == 3);
    if (!fits) throw Failure(path + ": a picture needs an input of shape [1,1,H,W] or [1,3,H,W]; '" + port.name + "' is " + shape_text(port) + "; use a .npy file");
    return {static_cast<uint32_t>(port.dims[first]), static_cast<uint32_t>(port.dims[first + 1]), static_cast<uint32_t>(port.dims[first + 2])};
}

/// What is stored for a real value: ONNX's QuantizeLinear.
char quantised(float real, uint32_t type, const Scaling &scaling)
{
    const float low = type == ACCEL_TYPE_I8 ? -128.0f : 0.0f;
    const float value = std::nearbyint(real / scaling.scale) + static_cast<float>(scaling.zero_point);
    return static_cast<char>(static_cast<int>(std::clamp(value, low, low + 255.0f)));
}

void store(char *target, const accel_port_info &port, uint8_t byte, float mean, float deviation)
{
    const float real = (static_cast<float>(byte) - mean) / deviation;
    if (port.type == ACCEL_TYPE_F32)
        std::memcpy(target, &real, 4);
    else if (const auto scaling = scaling_of(port))
        *target = quantised(real, port.type, *scaling);
    else
        *target = port.type == ACCEL_TYPE_I8 ? static_cast<char>(byte - 128) : static_cast<char>(byte);
}

Dense from_picture(const std::string &path, const accel_port_info &port, const PictureScale &scale)
{
    const PicturePort want = picture_port(path, port);
    if (port.type != ACCEL_TYPE_F32 && port.type != ACCEL_TYPE_U8 && port.type != ACCEL_TYPE_I8)
        throw Failure(path + ": a picture cannot become " + type_name(port.type) + "; use a .npy file");
    Picture picture = read_picture(path, want.channels);
    const bool fits = picture.width == want.width && picture.height == want.height;
    if (!fits && scale.resize == Resize::None)
        throw Failure(path + " is " + std::to_string(picture.width) + " x " + std::to_string(picture.height) + ", but '" + port.name + "' takes " + std::to_string(want.width) +
                      " x " + std::to_string(want.height) + "; scale it first, or give --resize fit, fill or stretch");
    if (!fits) picture = resized(picture, {want.width, want.height}, scale.resize);
    const uint32_t bytes = element_bytes(port.type);
    Dense dense(size_t{want.channels} * want.height * want.width * bytes);
    for (uint32_t channel = 0; channel < want.channels; ++channel)
        for (size_t pixel = 0; pixel < size_t{want.height} * want.width; ++pixel)
            store(&dense[(size_t{channel} * want.height * want.width + pixel) * bytes], port, picture.pixels[pixel * want.channels + channel],
                  scale.mean[channel % scale.mean.size()], scale.deviation[channel % scale.deviation.size()]);
    return dense;
}

Dense from_array(const std::string &path, const accel_port_info &port)
{
    Array array = load_array(path, port.type);
    bool same = array.dims.size() == port.rank;
    for (uint32_t axis = 0; same && axis < port.rank; ++axis) same = array.dims[axis] == static_cast<size_t>(port.dims[axis]);
    if (same) return std::move(array.bytes);
    throw Failure(path + " has shape [" + absl::StrJoin(array.dims, ",") + "], but '" + port.name + "' is " + shape_text(port) + "; save the array in that shape");
}

/// One channel for an input with one axis; for two axes a row each.
Dense from_wav(const std::string &path, const accel_port_info &port)
{
    const Sound sound = read_wav(path);
    const bool one = port.rank == 1 && sound.channels == 1 && port.dims[0] == static_cast<int64_t>(sound.frames);
    const bool rows = port.rank == 2 && port.dims[0] == static_cast<int64_t>(sound.channels) && port.dims[1] == static_cast<int64_t>(sound.frames);
    if (port.type != ACCEL_TYPE_F32 || !(one || rows))
        throw Failure(path + " has " + std::to_string(sound.channels) + " channel(s) of " + std::to_string(sound.frames) + " samples, but '" + port.name + "' is " + shape_text(port) + "; a sound fits f32[samples] or f32[channels,samples], cut it or use a .npy file");
    Dense dense(sound.samples.size() * sizeof(float));
    if (!dense.empty()) std::memcpy(dense.data(), sound.samples.data(), dense.size());
    return dense;
}

}  // namespace

std::optional<Scaling> scaling_of(const accel_port_info &port)
{
    if (!port.quantization) return std::nullopt;
    const auto plain = graph::plain_form(*port.quantization, {port.dims, port.rank});
    if (!plain || !plain->per_tensor()) return std::nullopt;
    return Scaling{plain->scales[0], plain->zero_points[0]};
}

Dense load_tensor(const std::string &path, const accel_port_info &port, const PictureScale &scale)
{
    if (is_picture(path)) return from_picture(path, port, scale);
    if (is_array_file(path)) return from_array(path, port);
    if (is_sound(path)) return from_wav(path, port);
    throw Failure(path + ": inputs are .png and .jpg pictures, .wav sounds or .npy arrays, or tensors of ONNX in .pb; convert it, for example with numpy.save");
}

void save_npy(const std::string &path, const accel_port_info &port, const Dense &dense)
{
    write_npy(path, port.type, std::vector<size_t>(port.dims, port.dims + port.rank), dense);
}

void print_npy(const accel_port_info &port, const Dense &dense)
{
    const std::string bytes = npy_file("standard output", port.type, std::vector<size_t>(port.dims, port.dims + port.rank), dense);
    std::cout.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace accel::tool
