# SPDX-License-Identifier: MIT
"""One public model: inputs from one seed, results beside its own framework's (ONNX Runtime; LiteRT with reference kernels), and the time of both in turns."""
import dataclasses
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy

import sources

SEED = 42
TIMEOUT_S = 300
ROUNDS = 3
AGREEMENT = 1e-3  # of the largest magnitude of an output of floats
OUTCOMES = ("agrees", "differs", "refused", "crash")


@dataclasses.dataclass
class Ending:
    model: str
    outcome: str
    reason: str = ""
    error: float | None = None     # largest difference as a share of the largest magnitude; of integers the largest difference
    ours_ms: float | None = None
    ratio: float | None = None     # ours / the peer's, one thread each
    size_bytes: int = 0


class OnnxRuntime:
    """The peer of .onnx files."""

    def __init__(self, path, threads):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = threads
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.outputs = [port.name for port in self.session.get_outputs()]

    KINDS = {"tensor(float)": "float32", "tensor(double)": "float64", "tensor(float16)": "float16", "tensor(bool)": "bool"}

    def ports(self):
        for port in self.session.get_inputs():
            yield port.name, tuple(port.shape), numpy.dtype(self.KINDS.get(port.type, port.type[len("tensor("):-1]))

    def run(self, feed):
        return dict(zip(self.outputs, self.session.run(None, feed)))


class LiteRt:
    """The peer of .tflite files. Where a model has a signature, its names are those of the inputs and outputs; else the tensors' are."""

    def __init__(self, path, threads):
        from ai_edge_litert import interpreter
        self.interpreter = interpreter.Interpreter(str(path), num_threads=threads, experimental_op_resolver_type=interpreter.OpResolverType.BUILTIN_REF)
        self.interpreter.allocate_tensors()
        self.signature = self.interpreter.get_signature_runner() if self.interpreter.get_signature_list() else None

    def ports(self):
        details = self.signature.get_input_details() if self.signature else {port["name"]: port for port in self.interpreter.get_input_details()}
        for name, port in details.items():
            yield name, tuple(port["shape"]), numpy.dtype(port["dtype"])

    def run(self, feed):
        if self.signature:
            return self.signature(**feed)
        for port in self.interpreter.get_input_details():
            self.interpreter.set_tensor(port["index"], feed[port["name"]])
        self.interpreter.invoke()
        return {port["name"]: self.interpreter.get_tensor(port["index"]) for port in self.interpreter.get_output_details()}


def open_peer(path, threads=1):
    return (LiteRt if path.suffix == ".tflite" else OnnxRuntime)(path, threads)


def open_sizes(ports, feed):
    """The sizes that the feed gives to what a model leaves open, by the names that `--dim` knows them by."""
    return {size if size not in (None, "?") else f"{port}.dim{axis}": feed[port].shape[axis] for port, shape, _ in ports for axis, size in enumerate(shape) if not isinstance(size, (int, numpy.integer))}


def make_feed(name, ports):
    """Values for each input, from one seed, and the names of those that are known when a framework builds."""
    random, told = numpy.random.default_rng(SEED), sources.FEEDS.get(name, sources.Feed())
    feed = {}
    for port, shape, dtype in ports:
        shape = told.shapes.get(port, [size if isinstance(size, (int, numpy.integer)) else 1 for size in shape])
        if port in told.known:
            feed[port] = numpy.full(shape, told.known[port], dtype)
        elif dtype.kind == "f":
            feed[port] = random.uniform(*told.ranges.get(port, (-1, 1)), shape).astype(dtype)
        elif dtype == bool:
            feed[port] = random.integers(0, 2, shape).astype(bool)
        else:
            limits = (-128, 128) if dtype == numpy.int8 else (0, 256) if dtype == numpy.uint8 else (0, 100)
            feed[port] = random.integers(*told.ranges.get(port, limits), shape).astype(dtype)
    return feed, set(told.known)


def command(arguments, path, work, feed, known):
    parts = [arguments.accel, "run", path, "-d", arguments.device, "--threads", "1", "--json", "-o", work / "out"]
    for i, (name, values) in enumerate(feed.items()):
        numpy.save(work / f"in{i}.npy", values)
        parts += ["--known" if name in known else "-i", f"{name}={work / f'in{i}.npy'}"]
    return [str(part) for part in parts]


def difference(ours, theirs):
    """(agrees, how far apart); floats by the largest magnitude, integers by value."""
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        return False, None
    if not theirs.size:
        return True, 0.0
    if theirs.dtype.kind != "f":
        apart = int(numpy.abs(ours.astype(numpy.int64) - theirs.astype(numpy.int64)).max())
        return apart == 0, apart
    finite = numpy.isfinite(theirs)
    if not numpy.array_equal(ours[~finite], theirs[~finite], equal_nan=True) or not numpy.isfinite(ours[finite]).all():
        return False, None
    if not finite.any():
        return True, 0.0
    apart = float(numpy.abs(ours[finite] - theirs[finite]).max() / max(numpy.abs(theirs[finite]).max(), 1e-30))
    return apart <= AGREEMENT, apart


def judge(answer, expected):
    """(what is wrong or "", largest difference) of what `accel run` wrote."""
    written = {output["name"]: output["file"] for output in json.loads(answer)["results"][0]["outputs"]}
    worst = 0.0
    for name, theirs in expected.items():
        if name not in written:
            return f"output '{name}' was not written", None
        ours = numpy.load(written[name])
        agrees, apart = difference(ours, theirs)
        if not agrees:
            return f"output '{name}' is {ours.dtype}{list(ours.shape)}, {'' if apart is None else f'{apart:.3g} '}away from {theirs.dtype}{list(theirs.shape)}", apart
        worst = max(worst, apart)
    return "", worst


def time_peer(peer, feed, seconds):
    """Its median, in ms."""
    times, until = [], time.monotonic() + seconds
    peer.run(feed)
    while time.monotonic() < until or not times:
        begin = time.perf_counter_ns()
        peer.run(feed)
        times.append((time.perf_counter_ns() - begin) / 1e6)
    return statistics.median(times)


def measure(arguments, path, peer, feed, known):
    """(our time in ms, ours / the peer's): medians of rounds taken in turns, one thread each."""
    parts = [arguments.accel, "bench", path, "-d", arguments.device, "--threads", "1", "--seconds", arguments.seconds, "--json"]
    for name in known:
        parts += ["--known", f"{name}={feed[name].flat[0]}"]
    for name, size in open_sizes([port for port in peer.ports() if port[0] not in known], feed).items():
        parts += ["--dim", f"{name}={size}"]
    ours, ratios = [], []
    for _ in range(ROUNDS):
        ended = subprocess.run([str(part) for part in parts], capture_output=True, text=True, errors="replace", timeout=TIMEOUT_S, check=True)
        ours.append(json.loads(ended.stdout)["latency"]["median_ns"] / 1e6)
        ratios.append(ours[-1] / time_peer(peer, feed, arguments.seconds))
    return statistics.median(ours), statistics.median(ratios)


def run(arguments, path):
    """How a model ended."""
    ending = Ending(path.name, "refused", size_bytes=path.stat().st_size)
    try:
        peer = open_peer(path)
        feed, known = make_feed(path.name, list(peer.ports()))
        expected = peer.run(feed)
    except Exception as error:  # whatever a peer raises
        ending.reason = f"the peer does not run it: {str(error).strip().splitlines()[0]}"
        return ending
    with tempfile.TemporaryDirectory(prefix="accel-models-") as folder:
        try:
            ended = subprocess.run(command(arguments, path, pathlib.Path(folder), feed, known), capture_output=True, text=True, errors="replace", timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            ending.outcome, ending.reason = "crash", f"no end after {TIMEOUT_S} s"
            return ending
        last = (ended.stderr.strip().splitlines() or [""])[-1].replace(folder + "/", "")
        if ended.returncode != 0:
            refused = ended.returncode == 1 and last.startswith("error: ") and not last.startswith("error: INTERNAL")
            ending.outcome, ending.reason = ("refused", last.removeprefix("error: ")) if refused else ("crash", f"exit code {ended.returncode}: {last}")
            return ending
        ending.reason, ending.error = judge(ended.stdout, expected)
    ending.outcome = "differs" if ending.reason else "agrees"
    if ending.outcome == "agrees" and arguments.seconds:
        ending.ours_ms, ending.ratio = measure(arguments, path, peer, feed, known)
    return ending
