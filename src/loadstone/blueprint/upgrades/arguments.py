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
class _Renamed:
    classes: frozenset[str]
    key: str
    target: str


@dataclass(frozen=True, slots=True)
class _Dropped:
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
    _Renamed(frozenset({"InputLayer"}), "batch_input_shape", "batch_shape"),
    _Renamed(frozenset({"LeakyReLU"}), "alpha", "negative_slope"),
    _Renamed(_EVERY, "lr", "learning_rate"),
    _Renamed(frozenset({"CategoryEncoding"}), "max_tokens", "num_tokens"),
    _Renamed(frozenset({"Discretization"}), "bins", "bin_boundaries"),
    _Renamed(frozenset({"IntegerLookup"}), "max_values", "max_tokens"),
    _Renamed(frozenset({"IntegerLookup"}), "mask_value", "mask_token"),
    _Renamed(frozenset({"IntegerLookup"}), "oov_value", "oov_token"),
)

_DROPPED = (
    _Dropped(_EVERY, "batch_input_shape", None, "the calls give the layer its shape"),
    _Dropped(_LOSSES, "fn", None, "the class of the loss has its function"),  # written by Keras 2.13 to 2.15
    _Dropped(_EVERY, "dynamic", (False, None), "Keras 3 has no layers that run eagerly only"),
    _Dropped(_EVERY, "jit_compile", None, "compile() decides it in Keras 3"),
    _Dropped(_EVERY, "is_legacy_optimizer", None, "Keras 3 has one kind of optimizer"),
    _Dropped(_INITIALIZERS, "dtype", None, "the variable has one"),  # written by TensorFlow 1
    _Dropped(frozenset({"InputLayer"}), "ragged", (False, None), "Keras 3 layers take no ragged tensors"),
    _Dropped(frozenset({"Embedding"}), "input_length", None, "the calls give the layer its length"),
    _Dropped(frozenset({"Embedding"}), "sparse", (False, None), "Keras 3 chooses the gradient's form itself"),
    _Dropped(_RECURRENT, "time_major", (False, None), "the batch is first, as in Keras 3"),
    _Dropped(_CONVOLVING, "time_major", None, "the layer never used it"),
    _Dropped(
        _RECURRENT | _CONVOLVING | _CELLS | _ADDONS_RECURRENT,
        "implementation",
        None,
        "it chose between equal computations",
    ),
    _Dropped(_RECURRENT | _CELLS, "enable_caching_device", None, "it chose where a variable is kept"),
    _Dropped(
        _RECURRENT | _CONVOLVING | {"Bidirectional"}, "num_constants", (None, 0), "Keras 3 hands cells no constants"
    ),
    _Dropped(frozenset({"Attention", "AdditiveAttention"}), "causal", (False, None), "Keras 3 is told so in each call"),
    _Dropped(_EVERY, "rng_type", None, "Keras 3 draws random numbers in one way"),
    _Dropped(_EVERY, "force_generator", None, "as rng_type"),
    _Dropped(_SPATIAL, "noise_shape", None, "the layer drops whole maps, and never used it"),
    _Dropped(_ROBUST, "robust_masking", None, "Keras 3 masks robustly, always"),
    _Dropped(_ROBUST, "softmax_robust_masking", None, "as robust_masking"),
    _Dropped(frozenset({"InputLayer"}), "type_spec", (None,), "Keras 3 takes tensors only"),
    _Dropped(frozenset({"IntegerLookup", "StringLookup"}), "has_static_table", None, "the vocabulary says so"),
    _Dropped(_DEPTHWISE | _TRANSPOSED, "groups", None, "the layer stored what its base class has, and never used it"),
    _Dropped(
        _DEPTHWISE, "kernel_initializer", None, "the layer's kernels have their own, this one is of its base class"
    ),
    _Dropped(_DEPTHWISE, "kernel_regularizer", None, "as kernel_initializer"),
    _Dropped(_DEPTHWISE, "kernel_constraint", None, "as kernel_initializer"),
    _Dropped(frozenset({"MultiHeadAttention"}), "query_shape", None, "the calls give the layer its shapes"),
    _Dropped(frozenset({"MultiHeadAttention"}), "key_shape", None, "as query_shape"),
    _Dropped(frozenset({"MultiHeadAttention"}), "value_shape", None, "as query_shape"),
    _Dropped(frozenset({"BatchNormalization"}), "fused", None, "Keras 3 chooses the kernel itself"),
    _Dropped(frozenset({"BatchNormalization"}), "renorm", (False, None), "Keras 3 has no batch renormalization"),
    _Dropped(frozenset({"BatchNormalization"}), "virtual_batch_size", (None,), "Keras 3 has no virtual batches"),
)


def _matches(spec: ObjectSpec, classes: frozenset[str], key: str) -> bool:
    return key in spec.config and (not classes or spec.name in classes)


def _rename(row: _Renamed) -> Upgrade:
    return Upgrade(
        name=f"renamed-{row.key.replace('_', '-')}",
        summary=f"{row.key} is {row.target} in Keras 3",
        applies=lambda spec: _matches(spec, row.classes, row.key),
        change=lambda spec: renamed(spec, row.key, row.target),
    )


def _drop(row: _Dropped) -> Upgrade:
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


ARGUMENTS: tuple[Upgrade, ...] = (*map(_rename, _RENAMED), *map(_drop, _DROPPED))
