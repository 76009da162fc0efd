"""Objects of Keras 1 in the words of Keras 2: classes, arguments and values. A class is a row of `CLASSES`.

Source: the constructors and ``get_config`` of Keras 1.0.8, 1.1.2 and 1.2.2, which write the same settings.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import ObjectSpec, Obstacle, Problem
from loadstone.blueprint.upgrades.keras1.values import argument

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadstone.blueprint.graph import Value

PACKAGE = "Keras1>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """How a class of Keras 1 is written in Keras 2.

    Attributes:
        target: the class there.
        renamed: arguments by their new name.
        joined: arguments that became one, and its name.
        gone: arguments that are left out, for what `_harmless` says.
        added: arguments that Keras 1 did not have, with the value of what it did.
        unstored: it has a channel axis that Keras 1 did not store.
    """

    target: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    joined: tuple[str, tuple[str, ...]] | None = None
    gone: tuple[str, ...] = ()
    added: Mapping[str, Value] = field(default_factory=dict)
    unstored: bool = False


_WEIGHTED = {
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
}
_INPUT = ("input_dim", "input_length")
_PLACED = {"border_mode": "padding", "dim_ordering": "data_format"}
_DENSE = {**_WEIGHTED, "output_dim": "units"}
_LINE = {**_WEIGHTED, "nb_filter": "filters", "border_mode": "padding", "subsample_length": "strides"}
_CONVOLUTION = {**_WEIGHTED, **_PLACED, "nb_filter": "filters", "subsample": "strides"}
_RECURRENT = {
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "forget_bias_init": "unit_forget_bias",
    "W_regularizer": "kernel_regularizer",
    "U_regularizer": "recurrent_regularizer",
    "b_regularizer": "bias_regularizer",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
}
_CELL = Class(target="", renamed={**_RECURRENT, "output_dim": "units"}, gone=(*_INPUT, "consume_less"))
_LINE_SIZE = ("kernel_size", ("filter_length",))
_PLANE_SIZE = ("kernel_size", ("nb_row", "nb_col"))
_SPACE_SIZE = ("kernel_size", ("kernel_dim1", "kernel_dim2", "kernel_dim3"))
_DILATED = {"atrous_rate": "dilation_rate"}
_RATE = {"p": "rate"}

CLASSES: Mapping[str, Class] = MappingProxyType(
    {
        "InputLayer": Class(target="InputLayer", renamed={"input_dtype": "dtype"}),
        # Dense layers
        "Dense": Class(target="Dense", renamed=_DENSE, gone=("input_dim",)),
        "TimeDistributedDense": Class(target="Dense", renamed=_DENSE, gone=_INPUT),
        "MaxoutDense": Class(target=f"{PACKAGE}MaxoutDense", renamed=_DENSE, gone=("input_dim",)),
        "Highway": Class(target=f"{PACKAGE}Highway", renamed=_WEIGHTED, gone=("input_dim",)),
        "Embedding": Class(
            target="Embedding",
            renamed={
                "init": "embeddings_initializer",
                "W_regularizer": "embeddings_regularizer",
                "W_constraint": "embeddings_constraint",
            },
            gone=("input_length",),
        ),
        # Convolutions
        "Convolution1D": Class(target="Conv1D", renamed=_LINE, joined=_LINE_SIZE, gone=_INPUT),
        "AtrousConvolution1D": Class(
            target="Conv1D", renamed={**_LINE, **_DILATED}, joined=_LINE_SIZE, gone=_INPUT
        ),
        "Convolution2D": Class(target="Conv2D", renamed=_CONVOLUTION, joined=_PLANE_SIZE),
        "AtrousConvolution2D": Class(target="Conv2D", renamed={**_CONVOLUTION, **_DILATED}, joined=_PLANE_SIZE),
        "Convolution3D": Class(target="Conv3D", renamed=_CONVOLUTION, joined=_SPACE_SIZE),
        "Deconvolution2D": Class(
            target=f"{PACKAGE}Deconvolution2D", renamed=_CONVOLUTION, joined=_PLANE_SIZE
        ),
        "SeparableConvolution2D": Class(
            target="SeparableConv2D",
            renamed={
                **_PLACED,
                "nb_filter": "filters",
                "subsample": "strides",
                "init": "depthwise_initializer",
                "b_regularizer": "bias_regularizer",
                "b_constraint": "bias_constraint",
                "bias": "use_bias",
            },
            joined=_PLANE_SIZE,
        ),
        "LocallyConnected1D": Class(target="LocallyConnected1D", renamed=_LINE, joined=_LINE_SIZE, gone=_INPUT),
        "LocallyConnected2D": Class(target="LocallyConnected2D", renamed=_CONVOLUTION, joined=_PLANE_SIZE),
        # Recurrent layers
        "SimpleRNN": replace(_CELL, target="SimpleRNN"),
        "LSTM": replace(_CELL, target="LSTM"),
        "GRU": replace(_CELL, target="GRU", added={"reset_after": False}),
        "ConvLSTM2D": Class(
            target="ConvLSTM2D", renamed={**_RECURRENT, **_PLACED, "nb_filter": "filters"}, joined=_PLANE_SIZE
        ),
        # Pooling
        **{
            name: Class(
                target=name, renamed={"pool_length": "pool_size", "stride": "strides", "border_mode": "padding"}
            )
            for name in ("MaxPooling1D", "AveragePooling1D")
        },
        **{
            name: Class(target=name, renamed=_PLACED)
            for name in ("MaxPooling2D", "MaxPooling3D", "AveragePooling2D", "AveragePooling3D")
        },
        **{
            f"Global{kind}Pooling{rank}D": Class(target=f"Global{kind}Pooling{rank}D", renamed=_PLACED)
            for kind in ("Max", "Average")
            for rank in (2, 3)
        },
        # Shapes
        "ZeroPadding1D": Class(target="ZeroPadding1D"),
        "UpSampling1D": Class(target="UpSampling1D", renamed={"length": "size"}),
        **{
            name: Class(target=name, unstored=True)
            for name in (
                "UpSampling2D", "UpSampling3D", "ZeroPadding2D", "ZeroPadding3D", "Cropping2D", "Cropping3D",
            )
        },
        # Noise
        "Dropout": Class(target="Dropout", renamed=_RATE),
        "SpatialDropout1D": Class(target="SpatialDropout1D", renamed=_RATE),
        "SpatialDropout2D": Class(target="SpatialDropout2D", renamed=_RATE, unstored=True),
        "SpatialDropout3D": Class(target="SpatialDropout3D", renamed=_RATE, unstored=True),
        "GaussianDropout": Class(target="GaussianDropout", renamed=_RATE),
        "GaussianNoise": Class(target="GaussianNoise", renamed={"sigma": "stddev"}),
        # Activations
        "PReLU": Class(target="PReLU", renamed={"init": "alpha_initializer"}),
        "ParametricSoftplus": Class(target=f"{PACKAGE}ParametricSoftplus"),
        "SReLU": Class(target=f"{PACKAGE}SReLU"),
        "BatchNormalization": Class(target="BatchNormalization"),
    }
)  # fmt: skip

# Keras 1's modes of BatchNormalization: the class that does it.
_MODES = {1: f"{PACKAGE}SampleNormalization", 2: f"{PACKAGE}BatchStatisticsNormalization"}

# Keras 1's modes of Merge: the class, and its argument with the one of Merge that it takes.
_MERGES: Mapping[str, tuple[str, tuple[str, str] | None]] = MappingProxyType(
    {
        "sum": ("Add", None),
        "mul": ("Multiply", None),
        "ave": ("Average", None),
        "max": ("Maximum", None),
        "concat": ("Concatenate", ("axis", "concat_axis")),
        "dot": ("Dot", ("axes", "dot_axes")),
        "cos": (f"{PACKAGE}CosineMerge", ("axes", "dot_axes")),
    }
)


_KEPT = frozenset({"Highway", "MaxoutDense", "Merge"})


def in_keras_2(spec: ObjectSpec, data_format: str | None) -> ObjectSpec | Problem:
    """An object of Keras 1 as Keras 2 would have written it.

    Args:
        spec: the object; what is nested in it is done already.
        data_format: the channel axis of the layers that do not say theirs; None when it cannot be told.

    Returns:
        The object, or why it cannot be had. A class of the author's own is left as it is.
    """
    if spec.name == "Merge":
        return _merge(spec)
    row = CLASSES.get(spec.name)
    if row is None:
        return replace(spec, config=_without(spec.config, "input_dtype"))
    if row.unstored and data_format is None:
        message = (
            f"{spec.name} does not store its dim_ordering in Keras 1, and the rest of the model does not tell it: "
            "some layers have th, others tf"
        )
        return Problem(obstacle=Obstacle.UNSUPPORTED_MODEL, subject=spec.name, message=message, at=spec.at)
    config: dict[str, Value] = {}
    for key, value in _joined(row, spec.config).items():
        if key in row.gone or (key == "input_dtype" and key not in row.renamed):
            continue
        target = row.renamed.get(key, key)
        changed = argument(target, value, spec)
        if isinstance(changed, Problem):
            return changed
        config[target] = changed
    if row.unstored:
        config["data_format"] = data_format
    return _special(replace(spec, name=row.target, config=MappingProxyType({**config, **row.added})))


def is_legacy(spec: ObjectSpec) -> bool:
    """Whether it is a layer of Keras 1 in a file of Keras 2, which kept a few up to 2.3 with their old arguments."""
    return spec.name in _KEPT and ("W_regularizer" in spec.config or "mode_type" in spec.config)


def is_unstored(spec: ObjectSpec) -> bool:
    """Whether a layer has a channel axis that Keras 1 did not store."""
    row = CLASSES.get(spec.name)
    return row is not None and row.unstored


def _joined(row: Class, config: Mapping[str, Value]) -> Mapping[str, Value]:
    if row.joined is None:
        return config
    target, parts = row.joined
    rest = {key: value for key, value in config.items() if key not in parts}
    return {**rest, target: tuple(config.get(part) for part in parts)}


def _special(spec: ObjectSpec) -> ObjectSpec:
    """What depends on two settings at once."""
    match spec.name:
        case "BatchNormalization":
            mode = spec.config.get("mode", 0)
            name = _MODES.get(mode, spec.name) if isinstance(mode, int) else spec.name
            return replace(spec, name=name, config=_without(spec.config, "mode"))
        case "Embedding" if spec.config.get("dropout"):
            return replace(spec, name=f"{PACKAGE}Embedding")
        case "Embedding":
            return replace(spec, config=_without(spec.config, "dropout"))
        case "LSTM" | "ConvLSTM2D" if spec.config.get("unit_forget_bias") is None:
            return replace(spec, config=_without(spec.config, "unit_forget_bias"))
        case "SeparableConv2D":
            initializer = spec.config.get("depthwise_initializer")
            return replace(spec, config=MappingProxyType({**spec.config, "pointwise_initializer": initializer}))
    return spec


def _merge(spec: ObjectSpec) -> ObjectSpec | Problem:
    """A Merge is a class for each mode; one with a function is a Lambda on a list, whose function has to be given."""
    mode = spec.config.get("mode", "sum")
    base: dict[str, Value] = {"name": spec.config.get("name", "merge")}
    if spec.config.get("mode_type", "raw") != "raw":
        function = {"function": mode, "function_type": spec.config["mode_type"]}
        shape = spec.config.get("output_shape") if spec.config.get("output_shape_type", "raw") == "raw" else None
        rest = {"output_shape": shape, "arguments": spec.config.get("arguments")}
        kept = {key: value for key, value in rest.items() if value is not None}
        return replace(spec, name="Lambda", config=MappingProxyType({**base, **function, **kept}))
    if not isinstance(mode, str) or mode not in _MERGES:
        message = f"Merge has the mode {mode!r}, which Keras 1 does not have"
        return Problem(obstacle=Obstacle.UNKNOWN_ARGUMENT, subject="Merge.mode", message=message, at=spec.at)
    name, taken = _MERGES[mode]
    if taken is not None:
        target, source = taken
        base[target] = spec.config.get(source, -1)
    return replace(spec, name=name, config=MappingProxyType(base))


def _without(config: Mapping[str, Value], *keys: str) -> Mapping[str, Value]:
    return MappingProxyType({key: value for key, value in config.items() if key not in keys})
