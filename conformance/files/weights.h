// SPDX-License-Identifier: MIT
// A model whose weights are read where its files have them, in a folder of its own, and what can happen to the files.
#pragma once

#include <string>

namespace accel::conformance {

enum class Place {
    Inside,   ///< in the model's own file, at an aligned offset
    External  ///< in weights.bin beside it
};

/// y = x + weights over 65,536 floats; weights[i] = i. The CPU device reads the weights in every run.
class Weights {
public:
    static constexpr size_t kCount = 65536;

    explicit Weights(Place place);
    ~Weights();
    Weights(const Weights &) = delete;
    Weights &operator=(const Weights &) = delete;

    const char *model() const { return model_.c_str(); }
    /// The file that holds the weights.
    const char *holder() const { return place_ == Place::External ? external_.c_str() : model_.c_str(); }
    std::string beside(const char *name) const { return folder_ + "/" + name; }

    void cut_bytes(long count) const;  ///< off the end of the holder
    void empty() const;
    void overwrite() const;  ///< the holder's last bytes, in place

private:
    Place place_;
    std::string folder_, model_, external_;
};

/// Cut bytes off the end of a file.
void cut_file(const char *path, long byte_count);
long file_bytes(const char *path);

}  // namespace accel::conformance
