#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The accel command as people use it: every subcommand, --json and --help, and one clear sentence for every mistake.

Usage: tool_test.py ACCEL
"""
import ctypes
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts/lib"))
import onnx_bytes

from tool_inputs import broken_npy, empty_folder, fake_peer, npy_zeros, png

ROOT = pathlib.Path(__file__).resolve().parents[3]
DIGITS = ROOT / "docs/examples/digits"
FAILURES = []


def call(*arguments, stdout=None):
    return subprocess.run([ACCEL, *map(str, arguments)], text=True, stdout=stdout or subprocess.PIPE, stderr=subprocess.PIPE)


def require(condition, sentence, detail=""):
    if not condition:
        FAILURES.append(sentence)
        print(f"FAILED: {sentence}\n{detail}")


def answers_json(*arguments):
    result = call(*arguments, "--json")
    try:
        return json.loads(result.stdout)
    except json.JSONDecodeError:
        require(False, f"accel {' '.join(map(str, arguments))} --json prints JSON", result.stdout + result.stderr)
        return {}


def refuses(expected, remedy, *arguments, code=1):
    """Ends with the code and one line, an `error:` that says what is expected and, after the last semicolon, a remedy."""
    result = call(*arguments)
    lines = result.stderr.splitlines()
    sentence, _, advice = lines[0].rpartition("; ") if lines else ("", "", "")
    good = result.returncode == code and len(lines) == 1 and re.search(f"^error: .*({expected})", sentence) and re.search(remedy, advice)
    require(good, f"accel {' '.join(map(str, arguments))} is refused with /{expected}/ and the remedy /{remedy}/", f"exit {result.returncode}: {result.stderr}")


def check_reports():
    devices = answers_json("devices", "--simulated", "--report")
    ids = [row["id"] for row in devices.get("devices", [])]
    require("cpu" in ids and "ethosu-sim" in ids, "devices lists the CPU and the simulated NPU", ids)
    require(all(not row["open"] for row in devices["devices"]), "listing opens nothing")
    require(all(row["status"] == "OK" or row["reason"] for row in devices["report"]), "every line of the report that is not OK has a reason")
    doctor = answers_json("doctor", "--simulated")
    require(all(row["level"] == "ok" or row["remedy"] for row in doctor["findings"]), "doctor has a remedy for every finding that is not ok", doctor)
    contracts = {row["what"].split(":")[0]: row["what"] for row in doctor["findings"] if row["what"].startswith("module ")}
    for module in ("cpu", "ethosu", "ethosu-sim", "onnx", "tflite"):
        said = [what for name, what in contracts.items() if name.split()[1] == module]
        require(len(said) == 1 and re.search(r"module contract 0\.\d+, this tool was compiled for 0\.\d+$", said[0]), f"doctor names the contract of module {module}", contracts)


def check_exit_codes(work):
    """0: nothing is wrong; 1: something is; 2: the arguments are."""
    (work / "manifests").mkdir()
    (work / "manifests/broken.json").write_text("{ not json")
    result = call("doctor", "--module-path", work / "manifests", "--json")
    problems = [row for row in json.loads(result.stdout)["findings"] if row["level"] == "problem"]
    require(result.returncode == 1 and len(problems) == 1 and "broken.json" in problems[0]["what"], "doctor ends with 1 when it has found a problem", result.stdout)
    require([row["remedy"] for row in problems] == ["correct or remove the manifest"], "doctor says what to do about a broken manifest", problems)


NODE = "4a900000.npu"


def node_tree(work, name, driver="ethosu", node=True):
    """A system with one accelerator, as sysfs shows it, and its node, which is a plain file."""
    tree = work / name
    device, link = tree / "sys/devices/platform" / NODE, tree / "sys/class/accel/accel0/device"
    for folder in (device, tree / "sys/bus/platform/drivers" / driver, link.parent, tree / "dev/accel"):
        folder.mkdir(parents=True)
    link.symlink_to(device)
    (device / "driver").symlink_to(tree / "sys/bus/platform/drivers" / driver)
    if node:
        (tree / "dev/accel/accel0").write_text("")
    return tree


def drop_access_capabilities():
    """Root opens what its permissions forbid unless it lets go of this right."""
    pr_capbset_drop, dac_override, dac_read_search = 24, 1, 2
    for capability in (dac_override, dac_read_search):
        ctypes.CDLL(None).prctl(pr_capbset_drop, capability, 0, 0, 0)


def doctor_on(tree, **how):
    command = [ACCEL, "doctor", "--json", "--sysfs-root", tree / "sys", "--dev-root", tree / "dev"]
    result = subprocess.run([*map(str, command)], text=True, capture_output=True, **how)
    findings = json.loads(result.stdout)["findings"] if result.stdout else []
    return result.returncode, findings


def check_node(what, tree, code, level, expected, remedy, absent=None, **how):
    ended, findings = doctor_on(tree, **how)
    found = [row for row in findings if row["level"] == level and re.search(expected, row["what"]) and re.search(remedy, row["remedy"])]
    require(ended == code and len(found) == 1, f"doctor tells of {what}", f"exit {ended}: {json.dumps(findings, indent=1)}")
    require(not absent or not any(absent in row["what"] for row in findings), f"doctor says nothing else of {what}", findings)


def check_nodes(work):
    good = node_tree(work, "good")
    check_node("a node that may be opened", good, 1, "ok", "accel0 may be opened$", "^$")
    check_node("a node that is no device", good, 1, "problem", f"^ethosu@{NODE} cannot be opened: ", "accel devices --report")
    closed = node_tree(work, "closed")
    (closed / "dev/accel/accel0").chmod(0)
    how = {"preexec_fn": drop_access_capabilities} if os.geteuid() == 0 else {}
    check_node("a node that may not be opened", closed, 1, "problem", "accel0.*Permission denied", "group 'render'", absent="cannot be opened", **how)
    check_node("a node that is missing", node_tree(work, "missing", node=False), 1, "problem", "accel0.*No such file", "devtmpfs or udev", absent="may be opened")
    check_node("a driver that no module serves", node_tree(work, "unserved", driver="warp9"), 1, "problem", "no module serves driver 'warp9'", "install a backend")
    (work / "bare/sys").mkdir(parents=True)
    check_node("a kernel without the class", work / "bare", 0, "note", "class/accel is missing", "CONFIG_DRM_ACCEL")
    (work / "unclaimed/sys/class/accel").mkdir(parents=True)
    check_node("a class without devices", work / "unclaimed", 0, "note", "no driver has claimed", "lspci -k")


def check_output_names(work):
    model = work / "slashes.onnx"
    model.write_bytes((DIGITS / "digits_f32.onnx").read_bytes().replace(b"probabilities", b"scores/of/all"))
    folder = work / "alike"
    folder.mkdir()
    (folder / "three.png").write_bytes((DIGITS / "test/0003_label_3.png").read_bytes())
    npy_zeros(folder, (1, 1, 8, 8)).rename(folder / "three.npy")
    result = call("run", model, "-i", folder, "-d", "cpu", "-o", work / "named")
    names = sorted(path.name for path in (work / "named").glob("*")) if result.returncode == 0 else []
    require(names == ["three.npy.scores_of_all.npy", "three.png.scores_of_all.npy"], "each input has an output file of its own, whatever the names", f"{names} {result.stderr}")


def check_inspection(facts, text):
    """The NPU hands its scores to the CPU in shared memory; nothing is copied."""
    transfers = [{key: row[key] for key in ("tensor", "kind", "from_segment", "to_segment", "size_bytes")} for row in facts["transfers"]]
    require(transfers == [{"tensor": "scores_quantized", "kind": "shared", "from_segment": 0, "to_segment": 1, "size_bytes": 10}], "inspect tells what crosses devices", facts["transfers"])
    require(facts["copies"] == 0 and facts["segments"] == 2, "inspect counts copies and segments", facts)
    image = facts["ports"][0]
    require(facts["conversions"] == 0 and facts["converted_bytes"] == 0 and not image["converted"], "inspect counts conversions", facts)
    require(image["layout"]["steps"] == [{"axis": 2, "extent": 8, "stride_bits": 64}, {"axis": 3, "extent": 8, "stride_bits": 8}], "inspect tells the steps of a port", image)
    # The scores cross in scratch memory; the weights are 15118 bytes and some.
    require(facts["scratch_bytes"] >= 10 and 15000 < facts["constant_bytes"] < 60000, "inspect measures scratch and constants", facts)
    require(re.search(r"scores_quantized +shared +0 -> 1 +10 B", text) and re.search(r"2 segment\(s\), scratch [\d.]+ KiB per run, 0 copies and 0 conversions per run, constants [\d.]+ KiB", text),
            "inspect prints them", text)


def check_remarks():
    """What the CPU says of single operations, in the report and printed."""
    command = ["inspect", DIGITS / "digits_f32.onnx", "-d", "cpu", "--threads"]
    remark = "uses one of 2 threads: there is too little work for more"
    for threads, expected in ((1, {""}), (2, {"", remark})):
        facts = answers_json(*command, threads)
        said = {row["remark"] for row in facts["placements"]}
        require(said == expected, f"inspect tells which nodes use one of {threads} threads, and why", facts["placements"])
    text = call(*command, 2).stdout
    require(re.search(rf"Conv.* cpu .* {remark}$", text, re.MULTILINE), "inspect prints what a device says of an operation", text)


def check_compile(work):
    whole = (DIGITS / "digits_int8.onnx").read_bytes()
    integers, saved = work / "integers.onnx", work / "integers.accel"
    integers.write_bytes(onnx_bytes.cut(whole, "scores_quantized", onnx_bytes.I8, 1, 10))
    facts = answers_json("compile", integers, "--target", "ethos-u65-256", "--rounding", "tflite", "-o", saved)
    require(facts == {"output": str(saved), "bytes": saved.stat().st_size, "segments": 1, "entries": 1, "devices": 1, "rounding": "tflite"}, "compile for a target tells what it wrote", facts)
    for digit, picture in ((3, "0003_label_3.png"), (7, "0027_label_7.png")):
        run = answers_json("run", saved, "-i", DIGITS / "test" / picture, "--simulated", "-d", "ethosu-sim")
        require(run["results"][0]["outputs"][0]["top"][0]["index"] == digit, f"what was compiled for a target runs on the device: {picture}", run)


def check_trace(work, model, split):
    facts = answers_json("trace", model, *split, "-o", work / "trace.json", "--runs", "3")
    require(facts == {"output": str(work / "trace.json"), "runs": 3, "bytes": (work / "trace.json").stat().st_size}, "trace tells what it wrote", facts)
    events = json.loads((work / "trace.json").read_text())["traceEvents"]
    names = {event["pid"]: event["args"]["name"] for event in events if event["ph"] == "M" and event["name"] == "process_name"}
    spans = sorted((names[event["pid"]], event["name"]) for event in events if event["ph"] == "X" and event["name"] in ("segment", "submit"))
    require(spans == sorted([("ethosu-sim", "segment"), ("cpu", "segment"), ("threads", "submit")] * 3), "trace has each run's submission and its segment on each device", spans)
    require(all(event["dur"] > 0 and event["ts"] > 0 for event in events if event["ph"] == "X"), "spans of a trace have a start and a duration", events)


def check_labels(work, picture):
    (work / "labels").write_text("null\neins\nzwei\ndrei\n")
    arguments = ["run", DIGITS / "digits_f32.onnx", "-i", picture, "-d", "cpu", "--labels", work / "labels", "--top", "10"]
    top = answers_json(*arguments)["results"][0]["outputs"][0]["top"]
    said = {row["index"]: row.get("label") for row in top}
    require(said == {0: "null", 1: "eins", 2: "zwei", 3: "drei", **{digit: None for digit in range(4, 10)}}, "each value has the label of its line, or none", top)
    text = call(*arguments).stdout.splitlines()
    require(re.search(r"^ +3 +0\.\d+ +drei$", text[2]), "run prints labels", text)


def check_comparison(work):
    """Both sides have the threads that were asked for, or as many as there are cores."""
    peer, seen = work / "peer", work / "threads"
    peer.write_text(f"#!/bin/sh\necho \"$4\" >'{seen}'\necho '{{\"version\": \"0\"}}'\nwhile read count; do echo '[1000, 2000]'; done\n")
    peer.chmod(0o755)
    siblings = [pathlib.Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list") for cpu in os.sched_getaffinity(0)]
    cores = len({path.read_text() if path.exists() else path for path in siblings})
    for options, threads in (((), cores), (("--threads", "3"), 3)):
        facts = answers_json("bench", DIGITS / "digits_f32.onnx", "-d", "cpu", "--seconds", "0.1", "--compare", "onnxruntime", "--python", peer, *options)
        told = int(seen.read_text())
        require(told == facts["threads"] == facts["onnxruntime"]["threads"] == threads, f"bench gives both sides {threads} threads", f"peer {told}: {facts}")


def check_load(work):
    """Busy loops run in the peer's turns too: here nearly all of the time is the peer's, which sleeps."""
    peer = work / "sleeping"
    peer.write_text("#!/bin/sh\necho '{\"version\": \"0\"}'\nwhile read count; do sleep 1; echo '[1000]'; done\n")
    peer.chmod(0o755)
    seconds = []
    for load in (0, 2):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        facts = answers_json("bench", DIGITS / "digits_f32.onnx", "-d", "cpu", "--threads", "1", "--seconds", "0.5", "--compare", "onnxruntime", "--python", peer, "--load", load)
        seconds.append(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before)
        require(facts["load"] == load, "bench records the load", facts)
    require(seconds[1] > seconds[0] + 0.3, "two busy loops take processor time while the peer has its turn", f"{seconds[0]} s without, {seconds[1]} s with them")


def check_models(work):
    model, picture = DIGITS / "digits_int8.onnx", DIGITS / "test/0003_label_3.png"
    split = ["--simulated", "-d", "ethosu-sim,cpu", "--rounding", "tflite"]
    facts = answers_json("inspect", model, *split, "--svg", work / "picture.svg")
    by_device = {row["device"] for row in facts["placements"]}
    require(by_device == {"ethosu-sim", "cpu"}, "inspect shows both devices", facts)
    check_inspection(facts, call("inspect", model, *split).stdout)
    require((work / "picture.svg").read_text().startswith("<svg"), "inspect draws an SVG")
    check_remarks()
    support = answers_json("inspect", model, "--support", "--simulated", "-d", "ethosu-sim", "--rounding", "tflite")
    refused = [row for row in support["support"] if row["taken_by"] == "refused"]
    require({row["operation"] for row in refused} == {"Softmax", "DequantizeLinear"} and all(row["reason"] for row in refused), "support lists what the NPU refuses, and why", refused)
    require(sum(kind["count"] for kind in support["missing"]) == support["refused"] == len(refused) and all(kind["reason"] for kind in support["missing"]), "what is missing is counted by operation and reason", support["missing"])
    require(any(row["taken_by"] == "ethosu-sim" and row["operation"].startswith("Conv") and len(row["nodes"]) > 1 for row in support["support"]), "support lists what the NPU takes", support)
    direct = answers_json("run", model, "-i", picture, *split)
    saved = call("compile", model, *split, "-o", work / "digits.accel")
    require(saved.returncode == 0, "compile saves a program", saved.stderr)
    again = answers_json("run", work / "digits.accel", "-i", picture, "--simulated", "-d", "ethosu-sim,cpu")
    require(direct["results"][0]["outputs"] == again["results"][0]["outputs"], "a saved program gives the same outputs")
    for what, source, options in (("model", model, split), ("saved program", work / "digits.accel", split[:3])):
        copied = answers_json("run", source, "-i", picture, *options, "--copy")
        require(direct["results"][0]["outputs"] == copied["results"][0]["outputs"], f"a {what} that is copied gives the same outputs")
    require(direct["results"][0]["outputs"][0]["top"][0]["index"] == 3, "the three is a three")
    bench = answers_json("bench", model, "-d", "cpu", "--seconds", "0.1")
    require(0 < bench["latency"]["fastest_ns"] <= bench["latency"]["mean_ns"], "bench tells the mean", bench)
    require(bench["latency"]["median_ns"] <= bench["latency"]["p90_ns"] <= bench["latency"]["p99_ns"], "bench orders its percentiles", bench)
    check_timings(model, picture, split)
    check_trace(work, model, split)
    check_labels(work, picture)
    check_compile(work)
    check_comparison(work)
    check_load(work)
    npy = call("run", DIGITS / "digits_f32.onnx", "-i", picture, "-d", "cpu", "-o", work / "out")
    require(npy.returncode == 0 and len(list((work / "out").glob("*.npy"))) == 1, "run writes .npy outputs", npy.stderr)


def check_timings(model, picture, split):
    """Every operation of the CPU has a row with its time or with the row that has it, copies have theirs, and what adds up is no more than the whole."""
    placements = answers_json("inspect", model, *split)["placements"]
    for what, told in (("bench", answers_json("bench", model, *split, "--seconds", "0.1", "--timings")), ("run", answers_json("run", model, "-i", picture, *split, "--timings"))):
        timings = told["timings"]
        rows = timings["rows"]
        operations = {row["row"]: row for row in rows if row["kind"] == "operation"}
        on_cpu = {index for index, placement in enumerate(placements) if placement["device"] == "cpu"}
        require(set(operations) == on_cpu, f"{what} --timings has a row for each operation on the CPU", rows)
        require(all(row["name"] == placements[index]["node"] and row["operation"] == placements[index]["operation"] for index, row in operations.items()), f"{what} --timings names operations as the placement report does", rows)
        require(all(operations[row["counted_in"]]["duration_ns"] > 0 for row in operations.values() if "counted_in" in row), f"{what} --timings says where the time of an operation is", rows)
        segments = [row for row in rows if row["kind"] == "segment"]
        require(len(segments) == len({placement["segment"] for placement in placements}), f"{what} --timings has a row for each segment", rows)
        require(timings["runs"] >= 1 and 0 < sum(row["duration_ns"] for row in segments) <= timings["whole_ns"], f"{what} --timings adds up to no more than the whole", timings)
        require(all(0 <= row["begin_ns"] <= timings["whole_ns"] for row in segments), f"{what} --timings tells when segments begin", rows)
    without = answers_json("bench", model, "-d", "cpu", "--seconds", "0.1")
    require("timings" not in without, "bench measures operations only when it is asked to", without)
    table = call("run", model, "-i", picture, "-d", "cpu", "--timings").stdout
    require("one measured run: " in table and "share" in table and "between" in table and "█" in table, "run --timings draws where the time goes", table)


def check_mistakes(work):
    model, picture = DIGITS / "digits_f32.onnx", DIGITS / "test/0003_label_3.png"
    on_cpu = ["-i", picture, "-d", "cpu"]
    refuses("No such file", "path of an ONNX model", "run", work / "absent.onnx", "-i", picture)
    refuses("no importer recognises", "path of an ONNX model", "run", __file__, "-i", picture)
    refuses("No such file", "intact PNG", "run", model, "-i", work / "absent.png", "-d", "cpu")
    refuses("no device is called 'warp9'", "accel devices", "run", model, "-i", picture, "-d", "warp9")
    refuses("takes 8 x 8", "scale it first, or give --resize", "run", model, "-i", png(work, 16, 8), "-d", "cpu")
    refuses("more than this tool reads", "scale the picture down", "run", model, "-i", png(work, 1 << 15, 1 << 15), "-d", "cpu")
    refuses("short.png: ", "intact PNG", "run", model, "-i", png(work, 8, 8, rows=1), "-d", "cpu")
    refuses("is not a .npy array", "numpy.save", "run", model, "-i", broken_npy(work), "-d", "cpu")
    refuses(r"has shape \[4,16\]", "save the array in that shape", "run", model, "-i", npy_zeros(work, (4, 16)), "-d", "cpu")
    refuses("inputs are .png and .jpg pictures, .wav sounds or .npy arrays", "convert it", "run", model, "-i", __file__, "-d", "cpu")
    refuses("has 1 input", "one file", "run", model, *on_cpu, "-i", picture)
    refuses("no input has the name", "the inputs are: '", "run", model, "-i", f"q={picture}", "-d", "cpu")
    refuses("holds no .png, .jpg, .wav, .npy and .pb", "another folder", "run", model, "-i", empty_folder(work), "-d", "cpu")
    refuses("cannot read .*absent", "check the path", "run", model, *on_cpu, "--labels", work / "absent")
    refuses("cannot read .*: Is a directory", "path of a file", "run", model, *on_cpu, "--labels", work)
    refuses("device 'cpu' is named twice", "name it once", "run", model, "-i", picture, "-d", "cpu,cpu")
    refuses("device 'cpu' is named twice", "name it once", "run", model, *on_cpu, "--simulated", "-d", "ethosu-sim", "-d", "cpu")
    refuses("--dim 'batch'", "--dim batch=1", "run", model, *on_cpu, "--dim", "batch", code=2)
    refuses("no symbol 'batch'", "open dimension", "run", model, *on_cpu, "--dim", "batch=1")
    refuses("takes it", "--support", "inspect", model, "--target", "ethos-u65-256", "--first-device-only")
    refuses("copied constants may take are used", r"--constant-budget", "run", model, *on_cpu, "--constant-budget", "100")
    refuses("cannot write", "another place", "compile", model, "-d", "cpu", "-o", work / "no/such/folder.accel")
    refuses("did not start", "--python PATH", "bench", model, "-d", "cpu", "--compare", "onnxruntime", "--python", work / "absent")
    refuses("ONNX Runtime: not here", "has the package onnxruntime", "bench", model, "-d", "cpu", "--compare", "onnxruntime", "--python", fake_peer(work, '{"error": "not here"}'))
    refuses("ended in the middle", "measure again", "bench", model, "-d", "cpu", "--compare", "onnxruntime", "--python", fake_peer(work, '{"version": "0"}'))
    check_arguments(work, model, picture)
    check_saved_mistakes(work, picture)
    for command in ("devices", "doctor", "info", "inspect", "run", "bench", "compare", "compile", "profile", "trace"):
        result = call(command, "--help")
        require(result.returncode == 0 and "--json" in result.stdout and not result.stderr, f"accel {command} --help explains itself", result.stdout)


def check_lost_model(work, model):
    """What is written does not take the place of what was read."""
    copy, link = work / "copy.onnx", work / "link.onnx"
    copy.write_bytes(model.read_bytes())
    link.symlink_to(copy)
    for command, option in (("compile", "-o"), ("trace", "-o"), ("inspect", "--svg")):
        for name in (copy, link):
            refuses("is the model itself", "another name", command, copy, "-d", "cpu", option, name)
    require(copy.read_bytes() == model.read_bytes(), "the model is as it was")


def check_arguments(work, model, picture):
    check_lost_model(work, model)
    refuses("--constant-budget: expected a size such as 2GB, got '-1'", "see accel run --help", "run", model, "-i", picture, "--constant-budget", "-1", code=2)
    refuses("--module-path: .*does not exist", "see accel devices --help", "devices", "--module-path", work / "absent", code=2)
    refuses("--support excludes --svg|--svg excludes --support", "see accel inspect --help", "inspect", model, "--support", "--svg", work / "x.svg", code=2)
    refuses("--rounding: up not in", "see accel run --help", "run", model, "-i", picture, "--rounding", "up", code=2)
    refuses("--no-such-option", "see accel run --help", "run", model, "-i", picture, "--no-such-option", code=2)
    refuses("there is no option '--no-such-option'", "see accel run --help", "run", "--no-such-option", code=2)
    for names in (",", "cpu,", ",cpu", "cpu,,cpu", ""):
        refuses(f"--device: a name is missing in '{names}'", "see accel run --help", "run", model, "-d", names, "-i", picture, code=2)
    for command in ([], ["run"]):
        require(call(*command, "--help").stdout.splitlines()[1].startswith(" ".join(["Usage: accel", *command])), "usage is what one types")
    refuses("input .* has no file", "add --input", "run", model)
    picture_options = ("run", model, "-i", picture, "-d", "cpu")
    for option, value in (("--std", "nan"), ("--std", "inf"), ("--std", "0"), ("--std", "-1"), ("--std", "1,0"), ("--std", "wide")):
        refuses(f"{option}: expected a finite number greater than 0, got '[^']+'", "see accel run --help", *picture_options, option, value, code=2)
    for value in ("nan", "-inf", "0,0,nan", "wide"):
        refuses("--mean: expected a finite number, got '[^']+'", "see accel run --help", *picture_options, "--mean", value, code=2)
    require(call(*picture_options, "--mean", "-1.5,", "--std", "0x10").returncode == 0, "numbers below 0 and hexadecimal ones are numbers")
    for option, value in (("--std", "1e-60"), ("--mean", "1e60")):
        refuses(f"{option}: .{value}. is beyond what a 32-bit float can say", "see accel run --help", *picture_options, option, value, code=2)
    for value in ("0", "inf"):
        refuses(f"--seconds: expected a finite number greater than 0, got '{value}'", "see accel bench --help", "bench", model, "--seconds", value, code=2)
    refuses("--seconds: '1e300' is beyond what a 32-bit float can say", "see accel bench --help", "bench", model, "--seconds", "1e300", code=2)
    refuses("--runs: expected a finite number greater than 0, got '0'", "see accel trace --help", "trace", model, "-o", "none", "--runs", "0", code=2)


def check_saved_mistakes(work, picture):
    saved, split = work / "digits.accel", ["--simulated", "-d", "ethosu-sim,cpu"]
    whole = (work / "digits.accel").read_bytes()
    for name, bytes_ in (("cut", whole[: len(whole) // 2]), ("flipped", whole[:200] + bytes([whole[200] ^ 1]) + whole[201:]), ("head", whole[:8])):
        (work / f"{name}.accel").write_bytes(bytes_)
        refuses("CORRUPT|INCOMPATIBLE", "compile the model again", "run", work / f"{name}.accel", "-i", picture, "--simulated", "-d", "ethosu-sim,cpu")
    refuses("INCOMPATIBLE", "compile the model again", "run", saved, "-i", picture, "-d", "cpu")
    for options in (["--rounding", "tflite"], ["--dim", "batch=1"], ["--threads", "2"], ["--balance"], ["--first-device-only"]):
        refuses("is a saved program, which is built already", f"give {options[0]} to `accel compile`", "run", saved, "-i", picture, *split, *options)
    refuses("is a saved program, which is built already", "give --threads, --balance to", "bench", saved, *split, "--balance", "--threads", "2")
    refuses("is a saved program, which is built already", "give --target to", "inspect", saved, "--target", "ethos-u65-256")
    refuses("is a saved program, whose operations are placed already", "--support the model", "inspect", saved, *split, "--support")
    refuses("is a saved program, which ONNX Runtime cannot read", "--compare the model", "bench", saved, *split, "--compare", "onnxruntime")


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        check_reports()
        check_exit_codes(work)
        check_nodes(work)
        check_output_names(work)
        check_models(work)
        check_mistakes(work)
    sys.exit(f"{len(FAILURES)} check(s) failed" if FAILURES else 0)


if __name__ == "__main__":
    ACCEL = sys.argv[1]
    main()
