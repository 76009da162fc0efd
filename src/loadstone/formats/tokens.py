"""What betrays the software that wrote a configuration: one row a token, with the releases that write it.

A file of tf.keras states Keras' version number, never TensorFlow's, so these rows are how TensorFlow's release is
narrowed down. Ranges have an upper bound only where nothing later writes the token; the package tf_keras keeps writing
what tf.keras 2.15 wrote, on any TensorFlow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loadstone.artifact import Dialect, Json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_KERAS_1 = frozenset({Dialect.KERAS_1})
_KERAS_2 = frozenset({Dialect.KERAS_2})
_KERAS_3 = frozenset({Dialect.KERAS_3})
_INITIALIZERS = frozenset(
    {
        "Constant",
        "GlorotNormal",
        "GlorotUniform",
        "Ones",
        "Orthogonal",
        "RandomNormal",
        "RandomUniform",
        "TruncatedNormal",
        "VarianceScaling",
        "Zeros",
    }
)
_CONVOLUTIONS = frozenset({"Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One thing that only some releases write.

    Attributes:
        name: what a reader is told was seen.
        distribution: the software, by its distribution's name; ``keras`` stands for tf.keras' Keras as well.
        versions: the releases that write it, as a version specifier.
        dialects: the generations of Keras in whose documents the token has this meaning.
        stands_in: tells whether a mapping of the document shows the token.
    """

    name: str
    distribution: str
    versions: str
    dialects: frozenset[Dialect] = field(default=_KERAS_2)
    stands_in: Callable[[Mapping[str, Json]], bool]


def _is(class_name: str) -> Callable[[Mapping[str, Json]], bool]:
    return lambda value: value.get("class_name") == class_name


def _module_starts(prefix: str) -> Callable[[Mapping[str, Json]], bool]:
    return lambda value: isinstance(module := value.get("module"), str) and module.startswith(prefix)


def _has_config(class_names: frozenset[str], *keys: str) -> Callable[[Mapping[str, Json]], bool]:
    def stands_in(value: Mapping[str, Json]) -> bool:
        name, config = value.get("class_name"), value.get("config")
        is_one = isinstance(name, str) and name in class_names
        return is_one and isinstance(config, dict) and all(key in config for key in keys)

    return stands_in


def _is_listed_sequential(value: Mapping[str, Json]) -> bool:
    return value.get("class_name") == "Sequential" and isinstance(value.get("config"), list)


def _names_addons(value: Mapping[str, Json]) -> bool:
    return any(isinstance(text, str) and text.startswith("Addons>") for text in value.values())


TOKENS: tuple[Token, ...] = (
    Token(
        name="input_dtype beside batch_input_shape",
        distribution="keras",
        versions="<2.0",
        dialects=_KERAS_1,
        stands_in=lambda value: "input_dtype" in value and "batch_input_shape" in value,
    ),
    Token(
        name="a Sequential's layers as a bare list",
        distribution="keras",
        versions="<2.2.3",
        stands_in=_is_listed_sequential,
    ),
    Token(
        name="dtype in an initializer's settings",
        distribution="tensorflow",
        versions="<2",  # and of what TensorFlow 2 saves with the behaviour of TensorFlow 1 switched on
        stands_in=_has_config(_INITIALIZERS, "dtype"),
    ),
    Token(
        name="ragged in an InputLayer",
        distribution="tensorflow",
        versions=">=1.15",
        stands_in=_has_config(frozenset({"InputLayer"}), "ragged", "batch_input_shape"),
    ),
    Token(
        name="class TensorFlowOpLayer",
        distribution="tensorflow",
        versions=">=1.14",
        stands_in=_is("TensorFlowOpLayer"),
    ),
    Token(name="class Functional", distribution="tensorflow", versions=">=2.3", stands_in=_is("Functional")),
    Token(
        name="groups in a convolution",
        distribution="tensorflow",
        versions=">=2.3",
        stands_in=_has_config(_CONVOLUTIONS, "groups"),
    ),
    Token(name="class TFOpLambda", distribution="tensorflow", versions=">=2.4", stands_in=_is("TFOpLambda")),
    Token(name="class SlicingOpLambda", distribution="tensorflow", versions=">=2.4", stands_in=_is("SlicingOpLambda")),
    Token(
        name="module and registered_name of an object",
        distribution="keras",
        versions=">=2.11,<3",
        stands_in=lambda value: {"module", "registered_name", "class_name"} <= value.keys(),
    ),
    Token(
        name="module keras.engine",
        distribution="keras",
        versions=">=2.11,<2.13",
        stands_in=_module_starts("keras.engine."),
    ),
    Token(name="module keras.src", distribution="keras", versions=">=2.13,<3", stands_in=_module_starts("keras.src.")),
    Token(name="module tf_keras", distribution="tf-keras", versions=">=2.15", stands_in=_module_starts("tf_keras.")),
    Token(
        name="batch_shape in an InputLayer",
        distribution="keras",
        versions=">=3.0",
        dialects=_KERAS_3,
        stands_in=_has_config(frozenset({"InputLayer"}), "batch_shape"),
    ),
    Token(
        name="module keras.src.models",
        distribution="keras",
        versions=">=3.0",
        dialects=_KERAS_3,
        stands_in=_module_starts("keras.src.models."),
    ),
    Token(
        name="registered name Addons>",
        distribution="tensorflow-addons",
        versions=">=0.7.0",
        dialects=_KERAS_2 | _KERAS_3,
        stands_in=_names_addons,
    ),
)
