#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""What the accel command reads, writes and prints, whatever names and bytes it meets.

Usage: files_test.py ACCEL
"""
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts/lib"))
import onnx_bytes
from onnx_bytes import BOOL, F32, F64, I64, attribute, constant, model, node, value

from tool_inputs import THREE_JPEG, png

ROOT = pathlib.Path(__file__).resolve().parents[3]
PICTURE = ROOT / "docs/examples/digits/test/0003_label_3.png"
FAILURES = []


def call(*arguments):
    return subprocess.run([ACCEL, *[a if isinstance(a, bytes) else str(a) for a in arguments]], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def require(condition, sentence, detail=""):
    if not condition:
        FAILURES.append(sentence)
        print(f"FAILED: {sentence}\n{detail}")


def refuses(expected, remedy, *arguments, code=1):
    """One line on stderr: an error with what is wrong, and a remedy."""
    result = call(*arguments)
    lines = result.stderr.decode(errors="replace").splitlines()
    sentence = lines[0] if lines else ""
    good = result.returncode == code and len(lines) == 1 and re.search(f"^error: .*({expected})", sentence) and re.search(f"; .*({remedy})", sentence)
    require(good, f"{expected!r} with the remedy {remedy!r}", f"exit {result.returncode}: {result.stderr}")


def npy(path, descr, shape, payload, version=1, fortran=False):
    header = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}".encode()
    size = struct.pack("<H" if version == 1 else "<I", len(header) + 1)
    path.write_bytes(b"\x93NUMPY" + bytes([version, 0]) + size + header + b"\n" + payload)
    return path


def read_npy(path):
    data = path.read_bytes()
    length = struct.unpack("<H", data[8:10])[0]
    header = data[10:10 + length].decode()
    return re.search(r"'descr': '([^']*)'", header).group(1), re.search(r"'shape': (\([^)]*\))", header).group(1), data[10 + length:]


def save(path, content):
    path.write_bytes(content)
    return path


def run(model_path, *inputs, output=None):
    files = [word for text in inputs for word in ("-i", text)]
    return call("run", model_path, "-d", "cpu", "--json", *files, *(["-o", output] if output else []))


def check_npy(work):
    relu = save(work / "relu.onnx", model([node("Relu", ["x"], "y")], [value("x", F32, 2, 3)], [value("y", F32, 2, 3)]))
    rows = struct.pack("<6f", -1, 2, -3, 4, -5, 6)
    columns = struct.pack("<6f", -1, 4, 2, -5, -3, 6)
    right = struct.pack("<6f", 0, 2, 0, 4, 0, 6)
    for name, file in (("version 1", npy(work / "a.npy", "<f4", "(2, 3)", rows)), ("version 2", npy(work / "b.npy", "<f4", "(2, 3)", rows, version=2)),
                       ("columns first", npy(work / "c.npy", "<f4", "(2, 3)", columns, fortran=True))):
        result = run(relu, file, output=work / "out")
        require(result.returncode == 0 and read_npy(work / "out" / f"{file.stem}.y.npy") == ("<f4", "(2, 3)", right), f"a .npy file is read: {name}", result.stderr)
    at = ["run", relu, "-d", "cpu", "-i"]
    for length in range(24):
        refuses(f"is cut short: {length} bytes of values are there, the shape promises 24", "numpy.save", *at, npy(work / "cut.npy", "<f4", "(2, 3)", rows[:length]))
    refuses("goes on behind its array, for which the shape promises 24 bytes", "numpy.save", *at, npy(work / "long.npy", "<f4", "(2, 3)", rows + b"x"))
    whole = npy(work / "whole.npy", "<f4", "(2, 3)", rows).read_bytes()
    for length in (0, 5, 6, 9, 10, 30, len(whole) - 25):
        refuses("is not a .npy array that can be read", "numpy.save", *at, save(work / "head.npy", whole[:length]))
    refuses("elements '>f4', but the input is f32, '<f4'", r"x\.astype\('<f4'\)", *at, npy(work / "big.npy", ">f4", "(2, 3)", rows))
    refuses("elements '<f8'", r"x\.astype", *at, npy(work / "double.npy", "<f8", "(2, 3)", rows * 2))
    refuses(r"elements '\|O', not numbers", r"x\.astype", *at, npy(work / "objects.npy", "|O", "(2, 3)", rows))
    refuses("elements '<U3', not numbers", r"x\.astype", *at, npy(work / "texts.npy", "<U3", "(2, 3)", rows * 3))
    refuses("is an archive, as numpy.savez writes", "alone with numpy.save", *at, save(work / "savez.npy", b"PK\3\4" + bytes(60)))
    refuses("a shape that no file can hold", "numpy.save", *at, npy(work / "huge.npy", "<f4", "(1099511627776, 1099511627776)", rows))
    refuses("version 9", "numpy.save", *at, npy(work / "nine.npy", "<f4", "(2, 3)", rows, version=9))
    refuses("cannot read .*absent.npy", "check the path", *at, work / "absent.npy")


def check_types(work):
    """bool and f64 come out, bool goes in."""
    to_bool = save(work / "bool.onnx", model([node("Cast", ["x"], "y", attribute("to", BOOL))], [value("x", F32, 4)], [value("y", BOOL, 4)]))
    result = run(to_bool, npy(work / "f.npy", "<f4", "(4,)", struct.pack("<4f", 0, 1, -2, 0)), output=work / "out")
    require(result.returncode == 0 and read_npy(work / "out/f.y.npy") == ("|b1", "(4,)", b"\0\1\1\0"), "bool outputs are written", result.stderr)
    require(result.returncode == 0 and json.loads(result.stdout)["results"][0]["outputs"][0]["values"] == [0, 1, 1, 0], "bool outputs are printed", result.stdout)
    from_bool = save(work / "unbool.onnx", model([node("Cast", ["x"], "y", attribute("to", I64))], [value("x", BOOL, 4)], [value("y", I64, 4)]))
    result = run(from_bool, npy(work / "b.npy", "|b1", "(4,)", b"\0\1\1\0"), output=work / "out")
    require(result.returncode == 0 and read_npy(work / "out/b.y.npy") == ("<i8", "(4,)", struct.pack("<4q", 0, 1, 1, 0)), "bool inputs are read", result.stderr)
    refuses("a bool of 2, expected 0 or 1", "numpy.save", "run", from_bool, "-d", "cpu", "-i", npy(work / "two.npy", "|b1", "(4,)", b"\0\1\2\0"))


def check_all_numbers(work):
    """Every type that an operation takes goes in and out of files; a type that numpy lacks has elements without one, as ml_dtypes 0.6 writes them."""
    kinds = {"u2": 4, "i2": 5, "u4": 12, "i4": 6, "u8": 13, "i8": 7, "f2": 10, "f8": 11, "V2": 16, "u1": 2, "i1": 3}
    for kind, number in kinds.items():
        path = save(work / f"{kind}.onnx", model([node("Identity", ["x"], "y")], [value("x", number, 3)], [value("y", number, 3)]))
        size = int(kind[1])
        payload, order = bytes(range(1, 1 + 3 * size)), "|" if kind in ("u1", "i1") else "<"
        result = run(path, npy(work / f"of_{kind}.npy", order + kind, "(3,)", payload), output=work / "out")
        require(result.returncode == 0 and read_npy(work / f"out/of_{kind}.y.npy") == (order + kind, "(3,)", payload), f"{kind} goes in and out", result.stderr)
        tensor = save(work / f"of_{kind}.pb", onnx_bytes.field(1, 3) + onnx_bytes.field(2, number) + onnx_bytes.field(9, payload))
        result = run(path, tensor, output=work / "out_pb")
        require(result.returncode == 0 and read_npy(work / f"out_pb/of_{kind}.y.npy") == (order + kind, "(3,)", payload), f"{kind} comes from ONNX's tensors, too", result.stderr)
    result = run(work / "u8.onnx", npy(work / "large.npy", "<u8", "(3,)", struct.pack("<3Q", 1 << 63, 0, 1)), output=work / "out")
    require(result.returncode == 0 and json.loads(result.stdout)["results"][0]["outputs"][0]["values"] == [float(1 << 63), 0, 1], "large numbers without a sign are printed", result.stdout)
    at = ["run", work / "u2.onnx", "-d", "cpu", "-i"]
    refuses("elements '<i2', but the input is u16, '<u2' in numpy", r"x\.astype\('<u2'\)", *at, work / "of_i2.npy")
    refuses("elements 'int16', but the input is u16", "with that type", *at, work / "of_i2.pb")
    refuses(r"has shape \[1,3\]", "in that shape", *at, save(work / "row.pb", onnx_bytes.field(1, 1) + onnx_bytes.field(1, 3) + onnx_bytes.field(2, 4) + onnx_bytes.field(9, bytes(6))))
    refuses("is not an ONNX tensor that can be read: .*field TensorProto.name: not UTF-8 text", "onnx.save_tensor", *at, save(work / "model.pb", (work / "u2.onnx").read_bytes()))


def check_names(work):
    names = ("a=b;c d.in", "a", "a=b")
    adds = model([node("Add", [names[0], names[1]], "t"), node("Sub", ["t", names[2]], "y")], [value(name, F32, 1) for name in names], [value("y", F32, 1)])
    path = save(work / "names.onnx", adds)
    files = {name: npy(work / f"{number}.npy", "<f4", "(1,)", struct.pack("<f", number)) for number, name in ((5, names[0]), (7, names[1]), (2, names[2]))}
    for order in (names, names[::-1]):
        result = run(path, *[f"{name}={files[name]}" for name in order])
        require(result.returncode == 0 and json.loads(result.stdout)["results"][0]["outputs"][0]["values"] == [10], "an input may have any name", result.stderr)
    strange = npy(work / "x=1.npy", "<f4", "(1,)", struct.pack("<f", 1))
    result = run(path, strange, strange, f"a=b={strange}")
    require(result.returncode == 0 and json.loads(result.stdout)["results"][0]["outputs"][0]["values"] == [1], "a file may have '=' in its name", result.stderr)
    refuses("input 'a' has the file", "give each input one file", "run", path, "-d", "cpu", "-i", f"a={strange}", "-i", f"a={strange}")
    refuses("no input has the name before '='; the inputs are: 'a=b;c d.in', 'a', 'a=b'", "the inputs are", "run", path, "-d", "cpu", "-i", "q=absent.npy")
    wordy = save(work / "wordy.onnx", model([node("Relu", ["image"], "y")], [value("image", F32, 1)], [value("y", F32, 1)]))
    refuses("no input has the name before '=', perhaps 'image' is meant; ", "the inputs are", "run", wordy, "-d", "cpu", "-i", "imgae=absent.npy")
    refuses("with the name of an input, perhaps 'image' is meant", "for example --known", "run", wordy, "-d", "cpu", "--known", "imge=1", code=2)
    long = "n" * 300
    of_long = save(work / "long.onnx", model([node("Identity", [long], "y")], [value(long, F32, 1)], [value("y", F32, 1)]))
    require(run(of_long, f"{long}={strange}").returncode == 0, "a name may be longer than a file's can be")
    refuses("input 'a=b' has no file", "add --input 'a=b=FILE'", "run", path, "-d", "cpu", "-i", strange, "-i", strange)


def check_no_inputs(work):
    path = save(work / "constant.onnx", model([constant("c", F32, [2], struct.pack("<2f", -1, 3)), node("Relu", ["c"], "y")], [], [value("y", F32, 2)]))
    result = run(path, output=work / "out")
    require(result.returncode == 0 and read_npy(work / "out/constant.y.npy") == ("<f4", "(2,)", struct.pack("<2f", 0, 3)),
            "a model without inputs runs without files, and its results are named after it", result.stderr)
    refuses("no input has the name before '='", "the inputs are", "run", path, "-d", "cpu", "-i", "x=absent.npy")


def check_output_names(work):
    names = ("n" * 300, "n" * 299 + "m", "a/b", "a_b", "tab\there", "ä" * 200, ".")
    nodes = [node("Relu", ["x"], name) for name in names]
    path = save(work / "outputs.onnx", model(nodes, [value("x", F32, 1)], [value(name, F32, 1) for name in names]))
    result = run(path, npy(work / "one.npy", "<f4", "(1,)", struct.pack("<f", 1)), output=work / "many")
    require(result.returncode == 0, "outputs with any name are written", result.stderr)
    outputs = json.loads(result.stdout)["results"][0]["outputs"] if result.returncode == 0 else []
    written = [pathlib.Path(row["file"]) for row in outputs]
    require(len(set(written)) == len(names) and all(file.exists() for file in written), "each output has a file of its own, which the JSON names", written)
    require([row["name"] for row in outputs] == list(names), "the JSON has the outputs' own names", outputs)


def check_sizes(work):
    path = save(work / "open.onnx", model([node("Add", ["a", "b"], "y")], [value("a", F32, "n", "m"), value("b", F32, "n", "m")], [value("y", F32, "n", "m")]))
    two = npy(work / "two.npy", "<f4", "(2, 3)", struct.pack("<6f", *range(6)))
    three = npy(work / "three.npy", "<f4", "(3, 3)", struct.pack("<9f", *range(9)))
    result = run(path, two, two)
    require(result.returncode == 0 and json.loads(result.stdout)["results"][0]["outputs"][0]["shape"] == [2, 3], "sizes that the model leaves open are the files'", result.stderr)
    refuses("makes dimension 'n' 3, another input makes it 2", "agree", "run", path, "-d", "cpu", "-i", two, "-i", three)
    refuses("has 1 axes, but input 'a' has 2", "that shape", "run", path, "-d", "cpu", "-i", npy(work / "flat.npy", "<f4", "(6,)", bytes(24)), "-i", two)
    refuses("no size is given for symbol 'n'", "--dim NAME=SIZE", "compile", path, "-d", "cpu", "-o", work / "open.accel")
    refuses(r"has shape \[2,3\]", "in that shape", "run", path, "-d", "cpu", "-i", two, "-i", two, "--dim", "n=4")
    pictures = save(work / "pictures.onnx", model([node("Relu", ["x"], "y")], [value("x", F32, "batch", 1, "height", "width")], [value("y", F32, "batch", 1, "height", "width")]))
    result = run(pictures, PICTURE)
    require(result.returncode == 0 and json.loads(result.stdout)["results"][0]["outputs"][0]["shape"] == [1, 1, 8, 8], "a picture has sizes, too", result.stderr)


def check_data_faults(work):
    """Values that no device can work on are named."""
    nodes = [node("Gather", ["x", "at"], "y", attribute("axis", 1))]
    path = save(work / "gather.onnx", model(nodes, [value("x", F32, 2, 3), value("at", I64, 2)], [value("y", F32, 2, 2)]))
    x = npy(work / "x.npy", "<f4", "(2, 3)", bytes(24))
    for bad in (3, -4, 1 << 40):
        at = npy(work / "at.npy", "<i8", "(2,)", struct.pack("<2q", 0, bad))
        refuses(f"Gather: index {bad}, element 1 of the indices, lies outside axis 1; expected -3 to 2", "correct the input", "run", path, "-d", "cpu", "-i", x, "-i", at)


def check_foreign_files(work):
    kinds = ((b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n", "Git LFS pointer", "git lfs pull"), (b"<!DOCTYPE html>\n<html>", "HTML page", "fetch the file"),
             (b"\x1f\x8b\x08" + bytes(40), "gzip", "gunzip"), (bytes(4) + b"TFL3" + bytes(40), "verifier refuses", "export or fetch the model again"))
    for content, expected, remedy in kinds:
        for name in ("model.onnx", "model"):
            refuses(expected, remedy, "run", save(work / name, content), "-d", "cpu", "-i", PICTURE)
    broken = model([node("Relu", ["x"], "y")], [value("x", F32, 2)], [value("y", F32, 2)])
    refuses("CORRUPT", "export or fetch the model again", "inspect", save(work / "broken.onnx", broken[:-3]), "-d", "cpu")


def check_terminal(work):
    """Names cannot command a terminal, and JSON is JSON."""
    evil = "\x1b[2Jx\nfake line\u202e"
    path = save(work / "evil.onnx", model([node("Relu", ["x"], evil)], [value("x", F32, 1)], [value(evil, F32, 1)]))
    file = npy(work / "v.npy", "<f4", "(1,)", struct.pack("<f", 1))
    for arguments in (("inspect", path, "-d", "cpu"), ("inspect", path, "-d", "cpu", "--support"), ("run", path, "-d", "cpu", "-i", file), ("inspect", path, "-d", "absent\x1b")):
        result = call(*arguments)
        text = (result.stdout + result.stderr).decode()
        require("\x1b" not in text and "\u202e" not in text and "\nfake line" not in text and ("\\x1b" in text), f"accel {arguments[0]} shows control characters as text", text)
    result = run(path, file)
    require(result.returncode == 0 and json.loads(result.stdout)["results"][0]["outputs"][0]["name"] == evil, "JSON keeps names as they are", result.stderr)
    (work / "manifests").mkdir()
    for name, content in (("wide.json", "{}".encode("utf-16")), ("bytes.json", b"{\"\xff\": 1}"), ("escape.json", b'{"file_format":"1.0","module":{"kind":"backend","name":"x\\u001b[2J"}}')):
        (work / "manifests" / name).write_bytes(content)
    for arguments in (("doctor",), ("devices", "--report")):
        plain = call(*arguments, "--module-path", work / "manifests")
        shown = call(*arguments, "--json", "--module-path", work / "manifests")
        require("\x1b" not in plain.stdout.decode(), f"accel {arguments[0]} prints UTF-8 of broken manifests", plain)
        require("wide.json: is UTF-16, expected UTF-8" in json.dumps(json.loads(shown.stdout.decode())), f"accel {arguments[0]} --json is JSON with broken manifests", shown)
    undecodable = bytes(work) + b"/caf\xe9.onnx"
    result = call("run", undecodable, "-i", PICTURE)
    require(b"caf\\xe9.onnx" in result.stderr, "a path that is no UTF-8 is shown byte by byte", result.stderr)


def check_help():
    for arguments in ((), ("help",), ("--help",)):
        result = call(*arguments)
        require(result.returncode == 0 and b"inspect" in result.stdout and b"Exit codes" in result.stdout and not result.stderr, f"accel {' '.join(arguments)} shows help", result)
    require(call("help", "run").stdout == call("run", "--help").stdout and b"--labels" in call("help", "run").stdout, "accel help run is accel run --help")
    refuses("no command 'frobnicate'", "accel help", "frobnicate", code=2)
    refuses("no command 'frobnicate'", "accel help", "help", "frobnicate", code=2)
    refuses("no command 'benhc', perhaps 'bench' is meant", "accel help", "benhc", code=2)
    refuses("no option '--inptu', perhaps '--input' is meant", "see accel run", "run", "x.onnx", "--inptu", "y", code=2)


def check_folder(work):
    folder = work / "folder"
    folder.mkdir()
    (folder / "a.png").write_bytes(PICTURE.read_bytes())
    (folder / "b.gif").write_bytes(b"GIF89a")
    result = call("run", ROOT / "docs/examples/digits/digits_f32.onnx", "-d", "cpu", "-i", folder)
    require(result.returncode == 0 and result.stderr.decode().count("left out 1 file(s) that are no .png, .jpg, .wav, .npy and .pb, such as b.gif") == 1, "what is left out of a folder is told once", result.stderr)


def check_pictures(work):
    """JPEG files are read as PNG files are; other sizes only as --resize says."""
    digits = ROOT / "docs/examples/digits/digits_f32.onnx"
    three = save(work / "three.jpg", THREE_JPEG)
    top = [json.loads(run(digits, path).stdout)["results"][0]["outputs"][0]["top"][0] for path in (PICTURE, three)]
    require(top[0]["index"] == top[1]["index"] == 3 and abs(top[0]["value"] - top[1]["value"]) < 0.02, "a JPEG file is the picture that a PNG file is", top)
    on_cpu = ("run", digits, "-d", "cpu", "-i")
    refuses("cut.jpg: .*[Pp]remature end", "intact JPEG", *on_cpu, save(work / "cut.jpg", THREE_JPEG[:-20]))
    refuses("no.jpg: Not a JPEG", "intact JPEG", *on_cpu, save(work / "no.jpg", b"GIF89a"))
    refuses("cannot read .*absent.jpg", "check the path", *on_cpu, work / "absent.jpg")
    wide = png(work, 16, 8)
    refuses("is 16 x 8, but 'image' takes 8 x 8", "--resize fit, fill or stretch", *on_cpu, wide)
    for way in ("fit", "fill", "stretch"):
        result = call(*on_cpu, wide, "--resize", way, "--json")
        require(result.returncode == 0 and json.loads(result.stdout)["results"][0]["outputs"][0]["shape"] == [1, 10], f"--resize {way} makes a picture fit", result.stderr)
    refuses("--resize: squeeze not in", "see accel run --help", *on_cpu, wide, "--resize", "squeeze", code=2)
    folder = work / "mixed"
    folder.mkdir()
    save(folder / "a.jpg", THREE_JPEG)
    save(folder / "b.png", PICTURE.read_bytes())
    result = call(*on_cpu, folder, "--json")
    require(result.returncode == 0 and [row["input"] for row in json.loads(result.stdout)["results"]] == ["a.jpg", "b.png"], "a folder may have both", result.stderr)


def wav(path, kind, bits, channels, data, extra=b""):
    form = struct.pack("<HHIIHH", kind, channels, 16000, 16000 * channels * bits // 8, channels * bits // 8, bits)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + extra + b"data" + struct.pack("<I", len(data)) + data
    return save(path, b"RIFF" + struct.pack("<I", len(body)) + body)


def check_sounds(work):
    """16-bit and float samples are read, a row for each channel; what stands between the parts is passed over."""
    def relu(*dims):
        return save(work / f"sound{len(dims)}.onnx", model([node("Identity", ["x"], "y")], [value("x", F32, *dims)], [value("y", F32, *dims)]))

    def values(path, file):
        result = run(path, file)
        require(result.returncode == 0, f"{file.name} is read", result.stderr)
        return json.loads(result.stdout)["results"][0]["outputs"][0] if result.returncode == 0 else {}

    mono = wav(work / "mono.wav", 1, 16, 1, struct.pack("<3h", -32768, 0, 16384), extra=b"LIST" + struct.pack("<I", 3) + b"abc\0")
    for dims in (("n",), (3,)):
        require(values(relu(*dims), mono).get("values") == [-1, 0, 0.5], "16-bit samples lie from -1 to 1")
    stereo = values(relu("c", "n"), wav(work / "stereo.wav", 3, 32, 2, struct.pack("<4f", 1, 10, 2, 20)))
    require(stereo.get("shape") == [2, 2] and stereo.get("values") == [1, 2, 10, 20], "each channel is a row", stereo)
    at = ("run", relu(3), "-d", "cpu", "-i")
    refuses(r"2 channel\(s\) of 2 samples, but 'x' is f32\[3\]", "cut it or use", *at, work / "stereo.wav")
    refuses("kind 1 with 8 bits, expected 16-bit PCM", "ffmpeg", *at, wav(work / "bytes.wav", 1, 8, 1, bytes(3)))
    refuses("does not begin as a .wav file", "ffmpeg", *at, save(work / "no.wav", b"RIFF"))
    refuses("is cut short: 2 bytes of 'data' are there, it promises 6", "ffmpeg", *at, save(work / "cut.wav", mono.read_bytes()[:-4]))
    refuses("has no part 'data'", "ffmpeg", *at, save(work / "head.wav", mono.read_bytes()[:-14]))


def main():
    with tempfile.TemporaryDirectory() as folder:
        for check in (check_npy, check_types, check_all_numbers, check_names, check_no_inputs, check_output_names, check_sizes, check_data_faults, check_foreign_files, check_terminal, check_folder, check_pictures, check_sounds):
            work = pathlib.Path(folder) / check.__name__
            work.mkdir()
            check(work)
        check_help()
    sys.exit(f"{len(FAILURES)} check(s) failed" if FAILURES else 0)


if __name__ == "__main__":
    ACCEL = sys.argv[1]
    main()
