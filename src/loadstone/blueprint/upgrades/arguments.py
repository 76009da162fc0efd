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


_RECURRENT = frozenset(
    {"LSTM", "GRU", "SimpleRNN", "RNN", "CuDNNLSTM", "CuDNNGRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"}
)
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
_EVERY: frozenset[str] = frozenset()

_RENAMED = (
    _Renamed(frozenset({"InputLayer"}), "batch_input_shape", "batch_shape"),
    _Renamed(frozenset({"LeakyReLU"}), "alpha", "negative_slope"),
    _Renamed(_EVERY, "lr", "learning_rate"),
)

_DROPPED = (
    _Dropped(_EVERY, "batch_input_shape", None, "the calls give the layer its shape"),
    _Dropped(_EVERY, "dynamic", (False, None), "Keras 3 has no layers that run eagerly only"),
    _Dropped(_EVERY, "jit_compile", None, "compile() decides it in Keras 3"),
    _Dropped(_EVERY, "is_legacy_optimizer", None, "Keras 3 has one kind of optimizer"),
    _Dropped(_INITIALIZERS, "dtype", None, "the variable has one"),  # written by TensorFlow 1
    _Dropped(frozenset({"InputLayer"}), "ragged", (False, None), "Keras 3 layers take no ragged tensors"),
    _Dropped(frozenset({"Embedding"}), "input_length", None, "the calls give the layer its length"),
    _Dropped(frozenset({"Embedding"}), "sparse", (False, None), "Keras 3 chooses the gradient's form itself"),
    _Dropped(_RECURRENT, "time_major", (False, None), "Keras 3 puts the batch first, always"),
    _Dropped(_RECURRENT | _CELLS | _ADDONS_RECURRENT, "implementation", None, "it chose between equal computations"),
    _Dropped(_DEPTHWISE | _TRANSPOSED, "groups", (1, None), "Keras 3 gives this layer no groups"),
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
