"""Which of the modules and functions that a configuration names have a place in a model: the others are foreign.

What is not allowed is foreign. Allowed is what the tables know under its name; the classes of the parts of Keras that
models are made of; functions on tensors of the frameworks; and the author's own code, except where a layer would call
a function of it with arguments from the file.
"""

from __future__ import annotations

import builtins
import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from loadstone import knowledge
from loadstone.artifact import Pointer
from loadstone.formats.outward_ops import OUTWARD
from loadstone.knowledge import ObjectKind
from loadstone.rules.documents import mappings
from loadstone.rules.remembered import of_last

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import Artifact, KerasObject

#: What advisories call a reference that is foreign.
FOREIGN, HELPER, SWITCH = "foreign-callable", "keras-helper", "keras-switch"

_KERAS = ("tensorflow.python.keras", "tensorflow.keras", "tf_keras", "keras_core", "keras")
_WRAPPING = frozenset({"src", "api", "_v1", "_v2", "_tf_keras", "keras", "legacy"})
#: The parts of Keras that have classes of models in them: its own kinds of objects, and where it kept them before.
_PARTS = frozenset(kind.value.partition(".")[0] for kind in ObjectKind) | {
    *("engine", "feature_column", "mixed_precision", "premade", "premade_models", "random", "saving_utils"),
}
_OTHER_CLASSES = frozenset({"Cross", "Feature", "FeatureSpace"})  # of keras.utils
_SWITCHES = re.compile(r"(?:set|clear|reset|manual|enable|disable|get|function)(?:_|$)")
#: Packages whose functions on tensors stand in models now and then, by module; all else in them is foreign.
_TENSORS = re.compile(
    r"tensorflow\.(?:nn|math|image|linalg|signal|strings)"
    r"|tensorflow\.python\.ops\.(?:gen_)?(?:nn|math|array|clip|image|linalg|random|sort|string|special)\w*"
    r"|jax\.(?:nn|numpy|lax)|jax\._src\.(?:nn|numpy|lax)\b.*|torch\.nn\.functional|numpy"
)
_NUMPY = frozenset(
    ["abs", "clip", "cos", "exp", "log", "log1p", "maximum", "mean", "minimum", "sin", "sqrt", "square", "sum", "tanh"]
)
_PACKAGES = frozenset(
    [
        "aiohttp",
        "boto3",
        "cloudpickle",
        "cv2",
        "datasets",
        "dill",
        "fsspec",
        "google",
        "h5py",
        "huggingface_hub",
        "imageio",
        "jax",
        "joblib",
        "matplotlib",
        "multiprocess",
        "numpy",
        "onnx",
        "pandas",
        "paramiko",
        "pip",
        "pkg_resources",
        "psutil",
        "pyarrow",
        "pytest",
        "requests",
        "scipy",
        "setuptools",
        "sh",
        "six",
        "skimage",
        "sklearn",
        "tensorflow",
        "torch",
        "torchvision",
        "transformers",
        "urllib3",
        "wheel",
        "yaml",
    ]
)
#: Packages of Keras' authors, of which Keras imports whatever a file names.
_IMPORTED_BY_NAME = frozenset({"keras_cv", "keras_hub", "keras_nlp"})
_THEIR_FUNCTIONS = frozenset({"gelu_approximate"})
_ADDONS = "tensorflow_addons"
#: Settings whose function a layer calls when it is built.
_CALLED = frozenset({"function", "output_shape", "mask"})
#: The functions of TensorFlow's public modules that a layer for one of them may name.
_OPERATOR_PARTS = frozenset(
    [
        "__operators__",
        "audio",
        "bitwise",
        "compat",
        "dtypes",
        "image",
        "linalg",
        "math",
        "nn",
        "quantization",
        "ragged",
        "random",
        "sets",
        "signal",
        "sparse",
        "strings",
        "keras",
    ]
)
_NO_OPERATORS = frozenset(
    [
        "function",
        "init_scope",
        "load_library",
        "load_op_library",
        "numpy_function",
        "py_func",
        "py_function",
        "print_v2",
        "recompute_grad",
    ]
)
_LONGEST = 200  # characters of a module's or a function's name
_OPERATION_NAME = re.compile(r"[A-Z]\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A module, and what a configuration wants of it.

    ``mechanism`` is what advisories call it, None for what has a place in a model; ``is_sure`` tells that no Keras
    which stops this would take it for one of its own.
    """

    name: str
    at: Pointer
    in_training: bool
    mechanism: str | None
    is_sure: bool = True


@of_last
def foreign(artifact: Artifact) -> tuple[Reference, ...]:
    """Every reference of a configuration that has no place in a model."""
    found = (reference for item in artifact.objects for reference in _of_object(item))
    return tuple(each for each in (*found, *_of_types(artifact)) if each.mechanism is not None)


def _of_object(item: KerasObject) -> Iterator[Reference]:
    if item.module:
        called = item.slot in _CALLED and item.is_identifier
        yield _reference(item.module, item.class_name, item.at, is_function=item.is_identifier, called=called, of=item)
    match item.class_name, item.config.get("function"):
        case "TFOpLambda" | "ClassMethod" | "InstanceMethod", str() as function:
            mechanism = None if _is_operator(function) else FOREIGN
            yield Reference(
                name=f"tf.{function[:_LONGEST]}", at=item.at, in_training=False, mechanism=mechanism, is_sure=False
            )
        case "TensorFlowOpLayer", _:
            stated = str(item.config.get("node_def", ""))
            for operation in sorted(OUTWARD.intersection(_OPERATION_NAME.findall(stated))):
                name = f"the operation {operation}"
                yield Reference(name=name, at=item.at, in_training=False, mechanism=FOREIGN, is_sure=False)
        case "Lambda", str() as function if item.config.get("function_type") == "function":
            module = item.config.get("module")
            if isinstance(module, str):  # Keras 2 looks among the caller's custom objects only
                found = _reference(module, function, item.at, is_function=True, called=False, of=item)
                yield Reference(
                    name=found.name, at=found.at, in_training=False, mechanism=found.mechanism, is_sure=False
                )


def _of_types(artifact: Artifact) -> Iterator[Reference]:
    """Type specifications name a class and a module under keys of their own."""
    for document, visit in mappings(artifact):
        module, name = visit.value.get("module"), visit.value.get("spec_name")
        if visit.value.get("class_name") == "__typespec__" and isinstance(module, str):
            at = Pointer(document=document, path=visit.path)
            module, name = module[:_LONGEST], str(name)[:_LONGEST]
            is_spec = module.partition(".")[0] in {"tensorflow", "keras", "tf_keras"} and name.endswith("Spec")
            yield Reference(
                name=f"{module}.{name}",
                at=at,
                in_training=visit.in_training,
                mechanism=None if is_spec else FOREIGN,
                is_sure=visit.in_training,  # which Keras deserialises whole; of settings each class its own
            )


def _reference(module: str, name: str, at: Pointer, *, is_function: bool, called: bool, of: KerasObject) -> Reference:
    module, name = module[:_LONGEST], name[:_LONGEST]
    family = next((each for each in _KERAS if module == each or module.startswith(f"{each}.")), None)
    mechanism = (
        _elsewhere(module, name, is_function=is_function, called=called)
        if family is None
        else _in_keras(module[len(family) :], name, is_function=is_function)
    )
    return Reference(name=f"{module}.{name}", at=at, in_training=of.in_training, mechanism=mechanism)


@lru_cache(maxsize=4096)
def _in_keras(inner: str, name: str, *, is_function: bool) -> str | None:
    """What a name of Keras' own modules is; ``inner`` is the module below Keras itself."""
    steps = [step for step in inner.split(".") if step]
    while steps and steps[0] in _WRAPPING:
        steps.pop(0)
    part = steps[0] if steps else ""
    if _is_known(name):
        return None
    is_class = name[:1].isupper() and not is_function
    if is_class and (part in _PARTS or name in _OTHER_CLASSES):
        return None
    if part == "ops" or (part == "backend" and _SWITCHES.match(name) is None):
        return None
    return SWITCH if part == "config" else HELPER


@lru_cache(maxsize=4096)
def _elsewhere(module: str, name: str, *, is_function: bool, called: bool) -> str | None:
    """What a name of another package's module is."""
    root = module.partition(".")[0]
    is_class = name[:1].isupper() and not is_function
    match root:
        case "builtins":  # where Keras writes that it looks a function up among its own
            allowed = not hasattr(builtins, name) or _is_known(name)
        case "__main__":
            allowed = True
        case "numpy":
            allowed = name in _NUMPY
        case _ if root == _ADDONS:
            allowed = is_class or _is_known(name) or _is_known(f"Addons>{name}")
        case _ if root in sys.stdlib_module_names:
            allowed = False
        case "tensorflow" if is_class:
            allowed = True
        case _ if root in _PACKAGES:
            allowed = _TENSORS.fullmatch(module) is not None
        case _ if root in _IMPORTED_BY_NAME:
            allowed = is_class or name in _THEIR_FUNCTIONS
        case _:  # the author's own, which the caller has to provide
            allowed = not called
    return None if allowed else FOREIGN


def _is_known(name: str) -> bool:
    """Whether a release of Keras or of TensorFlow Addons has a class or a function of models under this name."""
    return bool(knowledge.providers(name, multibackend=True))


def _is_operator(function: str) -> bool:
    """Whether a function of TensorFlow's public interface works on tensors and on nothing else."""
    steps = function.split(".")
    if steps[:1] == ["compat"]:
        steps = steps[2:]
    if not steps or steps[-1] in _NO_OPERATORS:
        return False
    if steps[0] == "raw_ops":
        return steps[-1] not in OUTWARD
    if steps[0] == "keras":
        return _in_keras("." + ".".join(steps[1:-1]), steps[-1], is_function=True) is None
    return len(steps) == 1 or steps[0] in _OPERATOR_PARTS
