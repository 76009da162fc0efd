"""Layers and their parts that Keras 3 has no more, or has under another name. A changed one is a row here.

What stands for a layer that is gone is a class of `loadstone.legacy`, named ``loadstone>Name``; the rows of
`loadstone.knowledge.own` say where it is. Source: ``keras.layers`` of Keras 2.15.0 and of TensorFlow 1.13 to 2.12,
beside Keras 3.15.1.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import ObjectSpec
from loadstone.blueprint.upgrades.upgrade import Upgrade, refuse, with_config, without
from loadstone.knowledge import own

if TYPE_CHECKING:
    from collections.abc import Callable

    from packaging.version import Version

    from loadstone.blueprint.graph import Problem, Value

#: Other names of the same classes: of subclasses inside of Keras, and of Keras 1 and TensorFlow 1.
ALIASES = MappingProxyType(
    {
        "BatchNormalizationV1": "BatchNormalization",
        "BatchNormalizationV2": "BatchNormalization",
        "UnifiedGRU": "GRU",
        "UnifiedLSTM": "LSTM",
        "GRUV1": "GRU",
        "GRUV2": "GRU",
        "LSTMV1": "LSTM",
        "LSTMV2": "LSTM",
        "GRUCellV1": "GRUCell",
        "GRUCellV2": "GRUCell",
        "LSTMCellV1": "LSTMCell",
        "LSTMCellV2": "LSTMCell",
        "Deconv2D": "Conv2DTranspose",
        "Deconv3D": "Conv3DTranspose",
        "Deconvolution2D": "Conv2DTranspose",
        "Deconvolution3D": "Conv3DTranspose",
        "Convolution1DTranspose": "Conv1DTranspose",
        "Convolution2DTranspose": "Conv2DTranspose",
        "Convolution3DTranspose": "Conv3DTranspose",
        "SeparableConvolution1D": "SeparableConv1D",
        "SeparableConvolution2D": "SeparableConv2D",
        "maxnorm": "max_norm",
        "nonneg": "non_neg",
        "unitnorm": "unit_norm",
        "softmax_v2": "softmax",
        "log_softmax_v2": "log_softmax",
        "constant_initializer": "constant",
        "glorot_normal_initializer": "glorot_normal",
        "glorot_uniform_initializer": "glorot_uniform",
        "identity_initializer": "identity",
        "ones_initializer": "ones",
        "orthogonal_initializer": "orthogonal",
        "random_normal_initializer": "random_normal",
        "random_uniform_initializer": "random_uniform",
        "truncated_normal_initializer": "truncated_normal",
        "variance_scaling_initializer": "variance_scaling",
        "zeros_initializer": "zeros",
        **{
            f"{name}V2": name
            for name in (
                "Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity", "LecunNormal",
                "LecunUniform", "Ones", "Orthogonal", "RandomNormal", "RandomUniform", "TruncatedNormal",
                "VarianceScaling", "Zeros", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform",
                "lecun_normal", "lecun_uniform",
            )
        },
    }
)  # fmt: skip

#: What stands for a class that is gone, or that computes in another way, with the same arguments.
_OWN = MappingProxyType(
    {
        "CategoryCrossing": "loadstone>CategoryCrossing",
        **{name: f"loadstone>{name}" for name in sorted(own.FEATURE_COLUMNS)},
        "LocallyConnected1D": "loadstone>LocallyConnected1D",
        "LocallyConnected2D": "loadstone>LocallyConnected2D",
        "RadialConstraint": "loadstone>RadialConstraint",
        "radial_constraint": "loadstone>RadialConstraint",
        "RandomCrop": "loadstone>RandomCrop",
        "RandomHeight": "loadstone>RandomHeight",
        "RandomWidth": "loadstone>RandomWidth",
    }
)

# Since this release RandomCrop cuts first and resizes then (experimental.preprocessing of TensorFlow 2.7).
_CROPS_FIRST = (2, 7)
_RESIZES_BY_CENTERS = (2, 4)


# Keras 3 synchronizes on TensorFlow alone, and a model that asks for it does not load elsewhere.
_ONE_REPLICA = "training on several devices takes the statistics of each one's own part of the batch"


def _named(name: str) -> Callable[[ObjectSpec], bool]:
    return lambda spec: spec.name == name


def _batch_normalization(spec: ObjectSpec) -> bool:
    """Whether it has what Keras 3 has no argument for."""
    axis = spec.config.get("axis")
    return spec.name == "BatchNormalization" and (
        (isinstance(axis, tuple) and len(axis) > 1)
        or spec.config.get("renorm") is True
        or spec.config.get("virtual_batch_size") is not None
    )


def _own_batch_normalization(spec: ObjectSpec) -> ObjectSpec:
    kept = without(spec, "fused", "synchronized", "adjustment").config
    axis = kept.get("axis", -1)
    if kept.get("virtual_batch_size") is not None:
        # It counts with the axis of the virtual batches, once the layer was built.
        axis = tuple(each - 1 if isinstance(each, int) and each > 0 else each for each in _several(axis))
    return replace(spec, name="loadstone>BatchNormalization", config=MappingProxyType({**kept, "axis": axis}))


def _several(axis: Value) -> tuple[Value, ...]:
    return axis if isinstance(axis, tuple) else (axis,)


def _threshold(spec: ObjectSpec) -> ObjectSpec | Problem:
    theta = spec.config.get("theta", 1.0)
    if not isinstance(theta, int | float) or theta < 0:
        return refuse(spec, "theta", "the threshold of ReLU in Keras 3 is 0 or more")
    return replace(
        spec, name="ReLU", config=MappingProxyType({**without(spec, "theta").config, "threshold": float(theta)})
    )


def _causal(spec: ObjectSpec) -> bool:
    return spec.name == "SeparableConv1D" and spec.config.get("padding") == "causal"


def _has_weights_in_activation(spec: ObjectSpec) -> bool:
    activation = spec.config.get("activation")
    return isinstance(activation, ObjectSpec) and activation.name == "PReLU"


def _kept_sizes(spec: ObjectSpec) -> tuple[int, ...]:
    """Which sizes of an EinsumDense's ``output_shape`` are those of its input, by the letters of its equation."""
    equation, shape = spec.config.get("equation"), spec.config.get("output_shape")
    if spec.name != "EinsumDense" or not isinstance(equation, str) or not isinstance(shape, tuple):
        return ()
    inputs, _, rest = equation.replace(" ", "").partition(",")
    outputs = rest.partition("->")[2]
    letters = outputs.removeprefix("...") if outputs.startswith("...") else outputs[1:].removesuffix("...")
    same = (place for place, letter in enumerate(letters) if letter in inputs and place < len(shape))
    return tuple(place for place in same if shape[place] is not None)


def _without_kept_sizes(spec: ObjectSpec) -> ObjectSpec:
    shape, kept = spec.config["output_shape"], _kept_sizes(spec)
    sizes = shape if isinstance(shape, tuple) else ()
    told = tuple(None if place in kept else size for place, size in enumerate(sizes))
    return with_config(spec, {**spec.config, "output_shape": told})


_UNIT_SCALING_VARIANCE = 1.0


def _unit_scaling(spec: ObjectSpec) -> ObjectSpec:
    """Uniform within ``sqrt(3 / inputs) * factor``, which is a variance of ``factor ** 2 / inputs``."""
    factor = spec.config.get("factor", _UNIT_SCALING_VARIANCE)
    scale: Value = factor * factor if isinstance(factor, int | float) else _UNIT_SCALING_VARIANCE
    config = {"scale": scale, "mode": "fan_in", "distribution": "uniform", "seed": spec.config.get("seed")}
    return replace(spec, name="VarianceScaling", config=MappingProxyType(config))


def _open_bound(spec: ObjectSpec) -> bool:
    return spec.name == "RandomUniform" and "maxval" in spec.config and spec.config["maxval"] is None


def _unit_bound(spec: ObjectSpec) -> ObjectSpec:
    return with_config(spec, {**spec.config, "maxval": 1.0})


LAYERS: tuple[Upgrade, ...] = (
    Upgrade(
        name="alias",
        summary="the file has another name of a class or function that Keras 3 has under one",
        applies=lambda spec: spec.name in ALIASES,
        change=lambda spec: replace(spec, name=ALIASES[spec.name]),
    ),
    Upgrade(
        name="activation-with-weights",
        summary="a layer in an activation's place is kept unless it has weights",
        applies=_has_weights_in_activation,
        change=lambda spec: refuse(spec, "activation", "Keras 3 keeps no weights of a layer in an activation's place"),
    ),
    Upgrade(
        name="thresholded-relu",
        summary="ThresholdedReLU is ReLU with a threshold",
        applies=_named("ThresholdedReLU"),
        change=_threshold,
    ),
    Upgrade(
        name="sync-batch-normalization",
        summary=f"SyncBatchNormalization is BatchNormalization: {_ONE_REPLICA}",
        applies=_named("SyncBatchNormalization"),
        change=lambda spec: replace(without(spec, "synchronized"), name="BatchNormalization"),
    ),
    Upgrade(
        name="synchronized",
        summary=_ONE_REPLICA,
        applies=lambda spec: spec.name == "BatchNormalization" and spec.config.get("synchronized") is True,
        change=lambda spec: without(spec, "synchronized"),
    ),
    Upgrade(
        name="own-batch-normalization",
        summary="several axes, renormalization and virtual batches are computed by loadstone's BatchNormalization",
        applies=_batch_normalization,
        change=_own_batch_normalization,
    ),
    Upgrade(
        name="kept-sizes",
        summary="sizes that EinsumDense takes from its input are left open, as Keras 3 may not know them beforehand",
        applies=lambda spec: bool(_kept_sizes(spec)),
        change=_without_kept_sizes,
    ),
    Upgrade(
        name="uniform-unit-scaling",
        summary="TensorFlow 1's uniform_unit_scaling_initializer is VarianceScaling",
        applies=_named("UniformUnitScaling"),
        change=_unit_scaling,
    ),
    Upgrade(
        name="open-bound",
        summary="TensorFlow 1 took 1 for an upper bound that is not given",
        applies=_open_bound,
        change=_unit_bound,
    ),
)


#: Applied last: the others know the classes by their names.
OWN: tuple[Upgrade, ...] = (
    Upgrade(
        name="own-layer",
        summary="Keras 3 has nothing that computes the same; loadstone has, and the model needs it to load",
        applies=lambda spec: spec.name in _OWN,
        change=lambda spec: replace(spec, name=_OWN[spec.name]),
    ),
    Upgrade(
        name="causal-separable",
        summary="Keras 3's SeparableConv1D has no causal padding, loadstone's has",
        applies=_causal,
        change=lambda spec: replace(spec, name="loadstone>SeparableConv1D"),
    ),
)


_BY_CORNERS = (
    Upgrade(
        name="resized-by-corners",
        summary="Keras 2.2 and 2.3 measured bilinear steps from the pixels' corners, Keras 3 does from their centers",
        applies=lambda spec: spec.name == "UpSampling2D" and spec.config.get("interpolation") == "bilinear",
        change=lambda spec: replace(spec, name="loadstone>UpSampling2D"),
    ),
)


def of_release(release: Version | None, *, tf_keras: bool) -> tuple[Upgrade, ...]:
    """The upgrades of what the writer's release computed in another way than later ones of the same name.

    Args:
        release: the Keras that wrote the file, None where the file does not say it; it counts as the newest then.
        tf_keras: whether it was TensorFlow's own Keras.
    """
    if release is None or release.release[:2] >= _CROPS_FIRST:
        return ()
    by_corners = not tf_keras and release.release[:2] < _RESIZES_BY_CENTERS
    return (
        *(_BY_CORNERS if by_corners else ()),
        Upgrade(
            name="crop-after-resizing",
            summary="before Keras 2.7, images were resized first and then cut",
            applies=lambda spec: spec.name == "RandomCrop" and "crop_first" not in spec.config,
            change=lambda spec: with_config(spec, {**spec.config, "crop_first": False}),
        ),
    )
