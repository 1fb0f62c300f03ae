// SPDX-License-Identifier: MIT
// The tables of remedies, by status and by rule.
#include "remedy.h"

namespace accel::tool {

const char *remedy_of(accel_status status, std::string_view rule)
{
    if (rule == "P-7") return "give each open dimension its size with --dim NAME=SIZE, for example --dim batch=1, and no other";
    if (rule == "G-16") return "run the command again when the file's writer has finished, with --copy if it may change meanwhile";
    if (rule == "G-17") return "--constant-budget admits more, such as --constant-budget 2GB";
    switch (status) {
    case ACCEL_STATUS_UNSUPPORTED: return "`accel inspect MODEL --support` says what each device takes, and cpu in --device takes the rest";
    case ACCEL_STATUS_INVALID_ARGUMENT: return "correct the option or the model";
    case ACCEL_STATUS_INCOMPATIBLE: return "compile the model again, or install modules and library of one release";
    case ACCEL_STATUS_OUT_OF_MEMORY: return "end other programs, raise the limit of this process (ulimit -v, memory.max), or take a smaller model";
    case ACCEL_STATUS_JOB_FAILED: return "correct the input that the sentence names; if it names none, `accel doctor` checks this machine";
    case ACCEL_STATUS_BUSY: return "wait for other programs that use the device";
    default: return "`accel doctor` checks this machine, `--verbose` shows what the library does";
    }
}

const char *remedy_of_import(accel_status status, std::string_view rule)
{
    constexpr const char *kPath = "MODEL is the path of an ONNX model or of a program saved by `accel compile`";
    if (rule == "G-15" || rule == "G-16" || rule == "G-17") return "";
    switch (status) {
    case ACCEL_STATUS_CORRUPT: return "export or fetch the model again";
    case ACCEL_STATUS_UNSUPPORTED: return "docs/operations.md lists what is imported; exporting again, with another opset or after onnxsim, may avoid the rest";
    case ACCEL_STATUS_NOT_FOUND:
    case ACCEL_STATUS_PERMISSION: return rule == "G-9" ? kPath : "keep the files with its data beside the model, as it was exported";
    case ACCEL_STATUS_INVALID_ARGUMENT: return kPath;
    default: return remedy_of(status, rule);
    }
}

}  // namespace accel::tool
