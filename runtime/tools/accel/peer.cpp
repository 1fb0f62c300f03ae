// SPDX-License-Identifier: MIT
// The Python program, and the pipe to it.
#include "peer.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>

#include "common.h"

namespace accel::tool {
namespace {

// Inputs are random in [0, 1); integers count up. Symbolic dimensions become 1.
constexpr const char *kScript = R"py(
import json, sys, time
try:
    import numpy, onnxruntime
except ImportError as error:
    print(json.dumps({"error": f"{error}, which `python3 -m pip install onnxruntime` installs"}), flush=True); sys.exit(0)
try:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(sys.argv[2])
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
    random = numpy.random.default_rng(1)
    feed = {}
    for port in session.get_inputs():
        shape = [size if isinstance(size, int) else 1 for size in port.shape]
        kind = {"tensor(float)": numpy.float32, "tensor(int64)": numpy.int64, "tensor(int32)": numpy.int32, "tensor(uint8)": numpy.uint8, "tensor(int8)": numpy.int8}[port.type]
        feed[port.name] = random.random(shape).astype(kind)
    for _ in range(5): session.run(None, feed)
except Exception as error:
    print(json.dumps({"error": str(error)}), flush=True); sys.exit(0)
print(json.dumps({"version": onnxruntime.__version__}), flush=True)
for line in sys.stdin:
    time.sleep(0.04); session.run(None, feed); session.run(None, feed)  # the other side's thread pool has to come to rest first
    times = []
    for _ in range(int(line)):
        start = time.perf_counter_ns(); session.run(None, feed); times.append(time.perf_counter_ns() - start)
    print(json.dumps(times), flush=True)
)py";

}  // namespace

Peer::Peer(const std::string &python, const std::string &model, unsigned threads)
{
    int to[2], from[2];
    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0) throw Failure("cannot make a pipe for ONNX Runtime; close files or raise the limit of open files (ulimit -n)");
    signal(SIGPIPE, SIG_IGN);
    const std::string count = std::to_string(threads);
    pid_ = fork();
    if (pid_ == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        execlp(python.c_str(), python.c_str(), "-c", kScript, model.c_str(), count.c_str(), nullptr);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    to_ = fdopen(to[1], "w");
    from_ = fdopen(from[0], "r");
    const std::string line = read_line();
    if (line.empty()) throw Failure("'" + python + "' did not start; give --python PATH of a Python 3 that has the package onnxruntime");
    const auto hello = nlohmann::json::parse(line, nullptr, false);
    if (hello.is_discarded() || hello.contains("error")) throw Failure("ONNX Runtime: " + (hello.is_discarded() ? line : hello["error"].get<std::string>()) + "; check that --python has the package onnxruntime and that it takes this model");
    version_ = hello["version"];
}

Peer::~Peer()
{
    if (to_) fclose(to_);
    if (from_) fclose(from_);
    if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

std::string Peer::read_line()
{
    char *line = nullptr;
    size_t capacity = 0;
    const ssize_t length = getline(&line, &capacity, from_);
    std::string text(length > 0 ? line : "");
    free(line);
    return text;
}

std::vector<double> Peer::round(unsigned count)
{
    std::fprintf(to_, "%u\n", count);
    std::fflush(to_);
    const auto times = nlohmann::json::parse(read_line(), nullptr, false);
    if (!times.is_array()) throw Failure("ONNX Runtime ended in the middle of a measurement; measure again, and look for a lack of memory if it happens again");
    return times.get<std::vector<double>>();
}

}  // namespace accel::tool
