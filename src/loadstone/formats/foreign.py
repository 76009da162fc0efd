"""What is often found under a model's name without being one: one row a kind, with what to do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadstone.artifact import Defect, DefectKind, Member

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.formats.sniff import FileSample

_WHOLE = Member(path="")
_SAVE_AGAIN = "load it in the environment that wrote it and call model.save there"
_GIVE_FOLDER = "give the SavedModel folder it belongs to, or put it back there"


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """One kind of file that is no model, or no model of Keras.

    Attributes:
        called: the name of the kind.
        matches: recognises it by its content, or by its name where the content has no mark.
        advice: what to do.
        kind: the defect it is reported as.
    """

    called: str
    matches: Callable[[FileSample], bool]
    advice: str
    kind: DefectKind = DefectKind.NOT_A_MODEL


def name(sample: FileSample) -> Defect:
    """Name a file that no reader knows, as closely as its first bytes allow."""
    for row in FOREIGN:
        if row.matches(sample):
            return Defect(kind=row.kind, message=f"{row.called}{_detail(row, sample)}: {row.advice}", where=_WHOLE)
    start = sample.head[:16]
    seen = (
        f"begins with the text {_excerpt(sample)!r}" if is_text(sample) else f"begins with the bytes {start.hex(' ')}"
    )
    message = f"a file of no known kind; it {seen}"
    return Defect(kind=DefectKind.NOT_A_MODEL, message=message, where=_WHOLE)


def name_archive(names: frozenset[str]) -> str:
    """Name a ZIP archive that is no Keras archive, by its members, and say what to do."""
    models = sorted(name for name in names if name.endswith((".h5", ".hdf5", ".keras", "saved_model.pb")))
    if any(name.endswith("/data.pkl") for name in names):
        return "a PyTorch checkpoint: Keras cannot read it; convert it with PyTorch's own tools"
    if names and all(name.endswith(".npy") for name in names):
        return "NumPy arrays (.npz): weights at best, without the model; set them on a model that is built from code"
    if any(name.startswith("[Content_Types]") for name in names):
        return "an office document"
    if models:
        return f"a ZIP archive that holds {', '.join(models[:3])}: unpack it, then give that model"
    listed = ", ".join(sorted(names)[:5]) or "nothing"
    return f"a ZIP archive, but no .keras archive: it holds {listed}"


def _starts(*prefixes: bytes) -> Callable[[FileSample], bool]:
    return lambda sample: sample.head.startswith(prefixes)


def _starts_text(*prefixes: bytes) -> Callable[[FileSample], bool]:
    return lambda sample: sample.head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(prefixes)


def _named(*endings: str) -> Callable[[FileSample], bool]:
    return lambda sample: sample.path.name.endswith(endings)


def is_pickle(sample: FileSample) -> bool:
    """Tell a pickle by its first bytes."""
    # Protocol 2 and later begin with PROTO; protocol 0 is text, told by its first opcodes (pickletools).
    binary = sample.head[:1] == b"\x80" and sample.head[1:2] in {b"\x02", b"\x03", b"\x04", b"\x05"}
    return binary or re.match(rb"\(?(?:[dl]p\d+\n|c[\w.]+\n[\w.]+\n)", sample.head) is not None


def _is_safetensors(sample: FileSample) -> bool:
    length = int.from_bytes(sample.head[:8], "little")
    return 2 <= length <= sample.size - 8 and sample.head[8:10] == b'{"'  # noqa: PLR2004 - an empty header is {}


def _is_tar(sample: FileSample) -> bool:
    return sample.head[257:262] == b"ustar"


def _is_onnx(sample: FileSample) -> bool:
    """Tell ONNX's ModelProto: the IR version (3 to 20 so far), then the producer's name."""
    return re.match(rb"\x08[\x03-\x14]\x12[\x00-\x40][\w.\- ]*[:\x1a\x22\x28\x32\x42]", sample.head) is not None


def _is_yaml_architecture(sample: FileSample) -> bool:
    return all(re.search(rb"^%s:" % key, sample.head + sample.tail, re.MULTILINE) for key in (b"class_name", b"config"))


def is_text(sample: FileSample) -> bool:
    """Tell whether a file begins with text."""
    printable = sum(byte >= 32 or byte in b"\t\r\n" for byte in sample.head)  # noqa: PLR2004 - ASCII's control characters
    return printable == len(sample.head)


def _excerpt(sample: FileSample) -> str:
    return " ".join(sample.head[:80].decode("utf-8", "backslashreplace").split())


def _detail(row: Foreign, sample: FileSample) -> str:
    """Add what the file itself says: a page's title, or the size that a pointer stands for."""
    pattern = {
        DefectKind.HTML_PAGE: rb"<title[^>]*>\s*([^<]{1,120}?)\s*</title>",
        DefectKind.LFS_POINTER: rb"^size (\d{1,18})$",
    }.get(row.kind)
    found = re.search(pattern, sample.head, re.IGNORECASE | re.MULTILINE) if pattern else None
    if found is None:
        return ""
    text = " ".join(found[1].decode("utf-8", "backslashreplace").split())
    return f" for {text} bytes" if row.kind is DefectKind.LFS_POINTER else f' titled "{text}"'


# In this order: what has a plain mark before what is told by a pattern, and names last.
FOREIGN: tuple[Foreign, ...] = (
    Foreign(
        called="a Git LFS pointer",
        matches=_starts(b"version https://git-lfs.github.com/spec/"),
        advice="the file itself was not downloaded; run git lfs install and git lfs pull in the repository, "
        "or download the file from the repository's web page",
        kind=DefectKind.LFS_POINTER,
    ),
    Foreign(
        called="an HTML page",
        matches=_starts_text(b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<!-- "),
        advice="a web page was saved under the model's name; use the link that downloads the raw file, "
        "and log in first if the page says so",
        kind=DefectKind.HTML_PAGE,
    ),
    Foreign(
        called="an XML document",
        matches=_starts_text(b"<?xml"),
        advice="perhaps an error that the server sent instead of the model; open it in an editor and download again",
    ),
    Foreign(
        called="a TensorFlow Lite model",
        matches=lambda sample: sample.head[4:8] == b"TFL3",
        advice="made for running, it cannot become a Keras model again; run it with ai_edge_litert, "
        "or ask for the model it was converted from",
    ),
    Foreign(
        called="NumPy's array file (.npy)",
        matches=_starts(b"\x93NUMPY"),
        advice="one array without a model; set it as weights on a model that is built from code",
    ),
    Foreign(
        called="a GGUF model",
        matches=_starts(b"GGUF"),
        advice="a language model for llama.cpp, which Keras cannot read",
    ),
    Foreign(
        called="a PyTorch checkpoint",
        matches=_starts(b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."),
        advice="Keras cannot read it; convert it with PyTorch's own tools",
    ),
    Foreign(
        called="a joblib file",
        matches=lambda sample: is_pickle(sample) and b"joblib" in sample.head,
        advice=f"a pickle, which runs code when it is opened; {_SAVE_AGAIN}",
    ),
    Foreign(
        called="a pickle",
        matches=is_pickle,
        advice=f"it runs code when it is opened, so it is not opened here; {_SAVE_AGAIN}",
    ),
    Foreign(
        called="a gzip file",
        matches=_starts(b"\x1f\x8b"),
        advice="unpack it (gunzip, or tar xzf for a .tar.gz), then give the model inside",
    ),
    Foreign(
        called="a compressed file (bzip2, xz, zstd, 7z or RAR)",
        matches=_starts(b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07"),
        advice="unpack it, then give the model inside",
    ),
    Foreign(
        called="a zlib stream",
        matches=_starts(b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"),
        advice=f"joblib writes its compressed pickles so; {_SAVE_AGAIN}",
    ),
    Foreign(called="a tar archive", matches=_is_tar, advice="unpack it (tar xf), then give the model inside"),
    Foreign(
        called="the index of a TensorFlow checkpoint",
        matches=lambda sample: sample.tail.endswith(b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"),
        advice="weights without the model; build the model from its code and call model.load_weights with the "
        "path without .index",
    ),
    Foreign(
        called="the values of a TensorFlow checkpoint",
        matches=lambda sample: re.search(r"\.data-\d{5}-of-\d{5}$", sample.path.name) is not None,
        advice="weights without the model, and useless without the .index file beside it; if it comes from a folder "
        "named variables, give the folder above that one",
    ),
    Foreign(
        called="TensorFlow's note of its latest checkpoint",
        matches=_starts(b"model_checkpoint_path:"),
        advice="build the model from its code, then load_weights(tf.train.latest_checkpoint(folder))",
    ),
    Foreign(
        called="safetensors weights",
        matches=_is_safetensors,
        advice="weights without the model; most come from PyTorch's transformers library, load them with it",
    ),
    Foreign(
        called="a part of a SavedModel",
        matches=_named("keras_metadata.pb", "fingerprint.pb"),
        advice=_GIVE_FOLDER,
    ),
    Foreign(
        called="an ONNX model",
        matches=_is_onnx,
        advice="run it with onnxruntime, or ask for the Keras model it was converted from",
    ),
    Foreign(
        called="a TensorFlow graph in text form",
        matches=lambda sample: re.match(rb"\s*node\s*\{\s*name:", sample.head) is not None,
        advice="only TensorFlow reads it: parse it there with google.protobuf.text_format and write it as bytes; it "
        "has operations but no layers, so it cannot become a Keras model",
    ),
    Foreign(
        called="a SavedModel graph in text form",
        matches=_starts(b"saved_model_schema_version"),
        advice=_GIVE_FOLDER,
    ),
    Foreign(
        called="a YAML architecture of Keras",
        matches=_is_yaml_architecture,
        advice="layers without weights, in a form that no Keras since 2.6 reads; ask for the .h5 or .keras file",
    ),
)
