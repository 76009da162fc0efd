"""Which names a stored function finds where a loader runs it.

A function that is revived from its bytecode looks its global names up in one module of the loader, beside Python's own:
that of the Lambda layer in Keras 2, one of helpers in Keras 3. (``keras/layers/core.py`` up to 2.3 and in TensorFlow,
``keras/layers/core/lambda_layer.py`` of 2.7 to 2.15, ``keras/src/utils/python_utils.py`` of Keras 3; read from each of
these releases.) Keras 2 also adds the names of the calling program, of which nothing is known here.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import KerasObject, Payload
    from loadstone.rules.case import Case

_PYTHON = frozenset(dir(builtins))
_LAYERS = frozenset(
    {"Activation", "Dense", "Dropout", "Flatten", "InputSpec", "K", "Lambda", "Layer", "Masking", "Permute"}
    | {
        "RepeatVector",
        "Reshape",
        "activations",
        "constraints",
        "copy",
        "np",
        "python_types",
        "regularizers",
        "warnings",
    }
)
_OF_TENSORFLOW = frozenset(
    {"array_ops", "context", "conv_utils", "generic_utils", "initializers", "math_ops", "nn", "ops", "sys"}
    | {"tensor_shape", "tf_utils"}
)
_OF_LAMBDA = frozenset(
    {"Lambda", "Layer", "generic_utils", "keras_export", "np", "python_types", "sys", "textwrap", "tf", "tf_inspect"}
    | {"tf_logging", "tf_utils", "warnings"}
)
_OF_KERAS_3 = frozenset({"binascii", "codecs", "marshal", "os", "python_types"})

_FIRST_WITH_TF = Version("2.6")  # before, TensorFlow imported itself by parts
_FIRST_ALONE = Version("2.7")  # a module for the Lambda layer alone


def absent_names(case: Case) -> tuple[str, ...]:
    """The global names of the stored functions that the loader calls, and that it does not have."""
    there = _PYTHON | _module_names(case)
    called = (payload for payload in case.artifact.payloads if _is_called(case, payload))
    return tuple(dict.fromkeys(name for payload in called for name in payload.globals or () if name not in there))


def _module_names(case: Case) -> frozenset[str]:
    if case.keras is None or case.into_keras_3:
        return _OF_KERAS_3
    if case.keras >= _FIRST_ALONE:
        return _OF_LAMBDA
    if case.keras >= _FIRST_WITH_TF:
        return _LAYERS | {"initializers", "sys", "tf", "tf_utils"}
    is_multibackend = case.loader is not None and case.loader.row[1] == "keras"
    return _LAYERS | {"initializers"} if is_multibackend else _LAYERS | _OF_TENSORFLOW


def _is_called(case: Case, payload: Payload) -> bool:
    """Whether loading calls a function: not where the output's shape is stored, in Keras 3, nor for a loss."""
    owner = next((item for item in _owners(case, payload) if item.class_name == "Lambda"), None)
    if owner is None:
        return False
    return not (case.into_keras_3 and owner.config.get("output_shape") is not None)


def _owners(case: Case, payload: Payload) -> Iterator[KerasObject]:
    """The objects in whose settings a function stands."""
    for item in case.artifact.objects:
        if item.at.document == payload.at.document and payload.at.path.startswith(f"{item.at.path}/"):
            yield item
