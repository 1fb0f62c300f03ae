// SPDX-License-Identifier: MIT
// Turns pictures and arrays into values of a port, and back.
#include "tensor_file.h"

#include <accel/graph/quantization.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "npy.h"
#include "picture.h"

namespace accel::tool {
namespace {

bool ends_with(const std::string &text, const char *suffix)
{
    const size_t length = std::strlen(suffix);
    return text.size() >= length && text.compare(text.size() - length, length, suffix) == 0;
}

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
    if (port.type == ACCEL_TYPE_F32) std::memcpy(target, &real, 4);
    else if (const auto scaling = scaling_of(port)) *target = quantised(real, port.type, *scaling);
    else *target = port.type == ACCEL_TYPE_I8 ? static_cast<char>(byte - 128) : static_cast<char>(byte);
}

Dense from_picture(const std::string &path, const accel_port_info &port, const PictureScale &scale)
{
    const PicturePort want = picture_port(path, port);
    if (port.type != ACCEL_TYPE_F32 && port.type != ACCEL_TYPE_U8 && port.type != ACCEL_TYPE_I8)
        throw Failure(path + ": a picture cannot become " + type_name(port.type) + "; use a .npy file");
    const Picture picture = read_png(path, want.channels);
    if (picture.width != want.width || picture.height != want.height)
        throw Failure(path + " is " + std::to_string(picture.width) + " x " + std::to_string(picture.height) + ", but '" + port.name + "' takes " + std::to_string(want.width) +
                      " x " + std::to_string(want.height) + "; scale it first, for example with ImageMagick's convert -resize");
    const uint32_t bytes = element_bytes(port.type);
    Dense dense(size_t{want.channels} * want.height * want.width * bytes);
    for (uint32_t channel = 0; channel < want.channels; ++channel)
        for (size_t pixel = 0; pixel < size_t{want.height} * want.width; ++pixel)
            store(&dense[(size_t{channel} * want.height * want.width + pixel) * bytes], port, picture.pixels[pixel * want.channels + channel],
                  scale.mean[channel % scale.mean.size()], scale.deviation[channel % scale.deviation.size()]);
    return dense;
}

Dense from_npy(const std::string &path, const accel_port_info &port)
{
    NpyArray array = load_npy(path, port.type);
    bool same = array.dims.size() == port.rank;
    for (uint32_t axis = 0; same && axis < port.rank; ++axis) same = array.dims[axis] == static_cast<size_t>(port.dims[axis]);
    if (same) return std::move(array.bytes);
    std::string shape;
    for (const size_t size : array.dims) shape += (shape.empty() ? "" : ",") + std::to_string(size);
    throw Failure(path + " has shape [" + shape + "], but '" + port.name + "' is " + shape_text(port) + "; save the array in that shape");
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
    if (ends_with(path, ".png")) return from_picture(path, port, scale);
    if (ends_with(path, ".npy")) return from_npy(path, port);
    throw Failure(path + ": inputs are .png pictures or .npy arrays; convert it, for example with numpy.save");
}

void save_npy(const std::string &path, const accel_port_info &port, const Dense &dense)
{
    write_npy(path, port.type, std::vector<size_t>(port.dims, port.dims + port.rank), dense);
}

}  // namespace accel::tool
