"""Arguments that Keras 3 renamed or dropped. A renamed argument is a row here, and so is a dropped one.

An argument is dropped only where its stored value means what Keras 3 does anyway; any other value is an obstacle, never
a silent change. Source: the constructors of Keras 2.15.0 and Keras 3.15.1 side by side, and the configurations that
TensorFlow 1.13 to 2.15 wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadstone.blueprint.upgrades.upgrade import Upgrade, refuse, renamed, without

if TYPE_CHECKING:
    from loadstone.blueprint.graph import ObjectSpec, Problem, Value


@dataclass(frozen=True, slots=True)
class Renamed:
    """``key`` of these classes, or of any, is ``target`` now."""

    classes: frozenset[str]
    key: str
    target: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """``harmless`` holds the values that change nothing; None stands for every value, with the reason in ``why``."""

    classes: frozenset[str]
    key: str
    harmless: tuple[Value, ...] | None
    why: str


_RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN", "RNN"})
_CELLS = frozenset({"LSTMCell", "GRUCell", "SimpleRNNCell", "StackedRNNCells", "PeepholeLSTMCell", "LayerNormLSTMCell"})
_DEPTHWISE = frozenset({"DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"})
_TRANSPOSED = frozenset({"Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"})
_ADDONS_RECURRENT = frozenset({"Addons>LayerNormLSTMCell", "Addons>PeepholeLSTMCell", "Addons>NASCell"})
_INITIALIZERS = frozenset(
    {
        "Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity", "LecunNormal", "LecunUniform",
        "Ones", "Orthogonal", "RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling", "Zeros",
    }
)  # fmt: skip
_CONVOLVING = frozenset({"ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"})
_SPATIAL = frozenset({"SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"})
_ROBUST = frozenset({"Softmax", "MultiHeadAttention"})
_LOSSES = frozenset(
    {
        "BinaryCrossentropy", "BinaryFocalCrossentropy", "CategoricalCrossentropy", "CategoricalFocalCrossentropy",
        "CategoricalHinge", "CosineSimilarity", "Hinge", "Huber", "KLDivergence", "LogCosh", "MeanAbsoluteError",
        "MeanAbsolutePercentageError", "MeanSquaredError", "MeanSquaredLogarithmicError", "Poisson",
        "SparseCategoricalCrossentropy", "SquaredHinge",
    }
)  # fmt: skip
_EVERY: frozenset[str] = frozenset()

_RENAMED = (
    Renamed(frozenset({"InputLayer"}), "batch_input_shape", "batch_shape"),
    Renamed(frozenset({"LeakyReLU"}), "alpha", "negative_slope"),
    Renamed(_EVERY, "lr", "learning_rate"),
    Renamed(frozenset({"CategoryEncoding"}), "max_tokens", "num_tokens"),
    Renamed(frozenset({"Discretization"}), "bins", "bin_boundaries"),
    Renamed(frozenset({"IntegerLookup"}), "max_values", "max_tokens"),
    Renamed(frozenset({"IntegerLookup"}), "mask_value", "mask_token"),
    Renamed(frozenset({"IntegerLookup"}), "oov_value", "oov_token"),
)

_DROPPED = (
    Dropped(_EVERY, "batch_input_shape", None, "the calls give the layer its shape"),
    Dropped(_LOSSES, "fn", None, "the class of the loss has its function"),  # written by Keras 2.13 to 2.15
    Dropped(_EVERY, "dynamic", (False, None), "Keras 3 has no layers that run eagerly only"),
    Dropped(_EVERY, "jit_compile", None, "compile() decides it in Keras 3"),
    Dropped(_EVERY, "is_legacy_optimizer", None, "Keras 3 has one kind of optimizer"),
    Dropped(_INITIALIZERS, "dtype", None, "the variable has one"),  # written by TensorFlow 1
    Dropped(frozenset({"InputLayer"}), "ragged", (False, None), "Keras 3 layers take no ragged tensors"),
    Dropped(frozenset({"Embedding"}), "input_length", None, "the calls give the layer its length"),
    Dropped(frozenset({"Embedding"}), "sparse", (False, None), "Keras 3 chooses the gradient's form itself"),
    Dropped(_RECURRENT, "time_major", (False, None), "the batch is first, as in Keras 3"),
    Dropped(_CONVOLVING, "time_major", None, "the layer never used it"),
    Dropped(
        _RECURRENT | _CONVOLVING | _CELLS | _ADDONS_RECURRENT,
        "implementation",
        None,
        "it chose between equal computations",
    ),
    Dropped(_RECURRENT | _CELLS, "enable_caching_device", None, "it chose where a variable is kept"),
    Dropped(
        _RECURRENT | _CONVOLVING | {"Bidirectional"}, "num_constants", (None, 0), "Keras 3 hands cells no constants"
    ),
    Dropped(frozenset({"Attention", "AdditiveAttention"}), "causal", (False, None), "Keras 3 is told so in each call"),
    Dropped(_EVERY, "rng_type", None, "Keras 3 draws random numbers in one way"),
    Dropped(_EVERY, "force_generator", None, "as rng_type"),
    Dropped(_SPATIAL, "noise_shape", None, "the layer drops whole maps, and never used it"),
    Dropped(_ROBUST, "robust_masking", None, "Keras 3 masks robustly, always"),
    Dropped(_ROBUST, "softmax_robust_masking", None, "as robust_masking"),
    Dropped(frozenset({"InputLayer"}), "type_spec", (None,), "Keras 3 takes tensors only"),
    Dropped(frozenset({"IntegerLookup", "StringLookup"}), "has_static_table", None, "the vocabulary says so"),
    Dropped(_DEPTHWISE | _TRANSPOSED, "groups", None, "the layer stored what its base class has, and never used it"),
    Dropped(
        _DEPTHWISE, "kernel_initializer", None, "the layer's kernels have their own, this one is of its base class"
    ),
    Dropped(_DEPTHWISE, "kernel_regularizer", None, "as kernel_initializer"),
    Dropped(_DEPTHWISE, "kernel_constraint", None, "as kernel_initializer"),
    Dropped(frozenset({"MultiHeadAttention"}), "query_shape", None, "the calls give the layer its shapes"),
    Dropped(frozenset({"MultiHeadAttention"}), "key_shape", None, "as query_shape"),
    Dropped(frozenset({"MultiHeadAttention"}), "value_shape", None, "as query_shape"),
    Dropped(frozenset({"BatchNormalization"}), "fused", None, "Keras 3 chooses the kernel itself"),
    Dropped(frozenset({"BatchNormalization"}), "renorm", (False, None), "Keras 3 has no batch renormalization"),
    Dropped(frozenset({"BatchNormalization"}), "virtual_batch_size", (None,), "Keras 3 has no virtual batches"),
)


def _matches(spec: ObjectSpec, classes: frozenset[str], key: str) -> bool:
    return key in spec.config and (not classes or spec.name in classes)


def rename(row: Renamed) -> Upgrade:
    """The upgrade that a row stands for."""
    return Upgrade(
        name=f"renamed-{row.key.replace('_', '-')}",
        summary=f"{row.key} is {row.target} in Keras 3",
        applies=lambda spec: _matches(spec, row.classes, row.key),
        change=lambda spec: renamed(spec, row.key, row.target),
    )


def drop(row: Dropped) -> Upgrade:
    """The upgrade that a row stands for."""

    def change(spec: ObjectSpec) -> ObjectSpec | Problem:
        if row.harmless is not None and spec.config[row.key] not in row.harmless:
            return refuse(spec, row.key, row.why)
        return without(spec, row.key)

    return Upgrade(
        name=f"dropped-{row.key.replace('_', '-')}",
        summary=f"{row.key} left out: {row.why}",
        applies=lambda spec: _matches(spec, row.classes, row.key),
        change=change,
    )


ARGUMENTS: tuple[Upgrade, ...] = (*map(rename, _RENAMED), *map(drop, _DROPPED))
