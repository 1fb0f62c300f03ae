// SPDX-License-Identifier: MIT
// .npy arrays through xtensor. Apart from its header this file is the only one that pays for its templates.
#include <xtensor/xarray.hpp>
#include <xtensor/xnpy.hpp>

#include "files.h"
#include "npy.h"

namespace accel::tool {
namespace {

template <class T> NpyArray load_as(const std::string &path)
{
    const xt::xarray<T> array = xt::load_npy<T>(path);
    NpyArray result;
    result.dims.assign(array.shape().begin(), array.shape().end());
    const auto *bytes = reinterpret_cast<const char *>(array.data());
    result.bytes.assign(bytes, bytes + array.size() * sizeof(T));
    return result;
}

template <class T> void save_as(const std::string &path, const std::vector<size_t> &dims, const std::vector<char> &bytes)
{
    xt::xarray<T> array(std::vector<size_t>(dims.begin(), dims.end()));
    std::memcpy(array.data(), bytes.data(), bytes.size());
    write_whole(path, xt::dump_npy(array));
}

}  // namespace

NpyArray load_npy(const std::string &path, uint32_t type)
{
    try {
        switch (type) {
        case ACCEL_TYPE_F32: return load_as<float>(path);
        case ACCEL_TYPE_I8: return load_as<int8_t>(path);
        case ACCEL_TYPE_U8: return load_as<uint8_t>(path);
        case ACCEL_TYPE_I32: return load_as<int32_t>(path);
        case ACCEL_TYPE_I64: return load_as<int64_t>(path);
        default: throw Failure(path + ": no .npy input for element type " + type_name(type) + "; give the model an input of type f32, i8, u8, i32 or i64");
        }
    } catch (const Failure &) {
        throw;
    } catch (const std::exception &error) {
        throw Failure(path + ": not a .npy array of element type " + type_name(type) + ": " + error.what() + "; write it with numpy.save in that type");
    }
}

void write_npy(const std::string &path, uint32_t type, const std::vector<size_t> &dims, const std::vector<char> &bytes)
{
    switch (type) {
    case ACCEL_TYPE_F32: return save_as<float>(path, dims, bytes);
    case ACCEL_TYPE_I8: return save_as<int8_t>(path, dims, bytes);
    case ACCEL_TYPE_U8: return save_as<uint8_t>(path, dims, bytes);
    case ACCEL_TYPE_I32: return save_as<int32_t>(path, dims, bytes);
    case ACCEL_TYPE_I64: return save_as<int64_t>(path, dims, bytes);
    default: throw Failure(path + ": no .npy output for element type " + type_name(type) + "; leave out --output or give the model an output of type f32, i8, u8, i32 or i64");
    }
}

}  // namespace accel::tool
