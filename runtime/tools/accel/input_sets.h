// SPDX-License-Identifier: MIT
// What a model is run on, one set of files after the other.
#pragma once

#include <string>
#include <vector>

namespace accel::tool {

/// One run: what --input would say for it.
struct InputSet {
    std::string name;                ///< what its results are called after; "" for the only set of no files
    std::vector<std::string> files;  ///< FILE or NAME=FILE
};

/// Files are one set. Of folders, FOLDER or NAME=FOLDER for each input, files of the same stem are one; a single folder is a set for each file, or for each folder that it holds, whose files are
/// called NAME.npy after their input or input_0.pb, input_1.pb after its place (what begins with "output" is passed over). Sorted by name, numbers by value. What lies in a folder and is no
/// input is told once, on standard error. Throws Failure for files beside folders, for a file whose partner is missing, and for a folder without inputs.
std::vector<InputSet> input_sets(const std::vector<std::string> &given);

}  // namespace accel::tool
