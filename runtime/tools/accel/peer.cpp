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

// Inputs are random in [0, 1), integers 0. What follows the number of threads is told to both sides: dim:NAME=SIZE, known:NAME=FILE.npy or NUMBER[,NUMBER...]. Other symbolic dimensions become 1.
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
    feed, told = {}, {"dim": {}, "known": {}}
    for word in sys.argv[3:]:
        what, _, rest = word.partition(":")
        name, _, value = rest.rpartition("=")
        told[what][name] = value
    kinds = {"float": "float32", "double": "float64"}
    for port in session.get_inputs():
        kind = port.type[len("tensor("):-1]
        kind = kinds.get(kind, kind)
        shape = [size if isinstance(size, int) else int(told["dim"].get(size, told["dim"].get(f"{port.name}.dim{axis}", 1))) for axis, size in enumerate(port.shape)]
        known = told["known"].get(port.name, "")
        if known.endswith(".npy"):
            feed[port.name] = numpy.load(known)
        elif known:
            feed[port.name] = numpy.array(known.split(","), kind).reshape(shape)
        else:
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

Peer::Peer(const std::string &python, const std::string &model, unsigned threads, const std::vector<std::string> &told)
{
    int to[2], from[2];
    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0) throw Failure("cannot make a pipe for ONNX Runtime; close files or raise the limit of open files (ulimit -n)");
    signal(SIGPIPE, SIG_IGN);
    const std::string count = std::to_string(threads);
    std::vector<const char *> words{python.c_str(), "-c", kScript, model.c_str(), count.c_str()};
    for (const std::string &word : told) words.push_back(word.c_str());
    words.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        execvp(python.c_str(), const_cast<char *const *>(words.data()));
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
