"""Objects whose class, meaning or form changed between Keras 2 and Keras 3. A changed object is a row here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import ObjectSpec
from loadstone.blueprint.upgrades.upgrade import Upgrade, refuse, with_config, without

if TYPE_CHECKING:
    from loadstone.blueprint.graph import Value

_POLICIES = frozenset({"Policy", "PolicyV1", "DTypePolicy"})
_FUNCTION_WRAPPERS = frozenset({"MeanMetricWrapper", "LossFunctionWrapper", "SumOverBatchSizeMetricWrapper"})


def _has_policy(spec: ObjectSpec) -> bool:
    dtype = spec.config.get("dtype")
    return isinstance(dtype, ObjectSpec) and dtype.name in _POLICIES


def _name_policy(spec: ObjectSpec) -> ObjectSpec:
    dtype = spec.config["dtype"]
    name: Value = dtype.config.get("name") if isinstance(dtype, ObjectSpec) else dtype
    return with_config(spec, {**spec.config, "dtype": name})


def _single_axis(spec: ObjectSpec) -> bool:
    axis = spec.config.get("axis")
    return spec.name == "BatchNormalization" and isinstance(axis, tuple) and len(axis) == 1


def _unpack_axis(spec: ObjectSpec) -> ObjectSpec:
    axis = spec.config["axis"]
    return with_config(spec, {**spec.config, "axis": axis[0] if isinstance(axis, tuple) else axis})


def _automatic_reduction(spec: ObjectSpec) -> ObjectSpec:
    return with_config(spec, {**spec.config, "reduction": "sum_over_batch_size"})


#: Where a Lambda's functions were defined, and in which form they are stored.
_PLACES = ("module", "output_shape_type", "output_shape_module", "mask_type", "mask_module")


def _masks(spec: ObjectSpec) -> bool:
    return spec.name == "Lambda" and spec.config.get("mask_type") in {"function", "lambda"}


OBJECTS: tuple[Upgrade, ...] = (
    Upgrade(
        name="hard-sigmoid",
        summary=("Keras 2's hard_sigmoid is clip(0.2x + 0.5, 0, 1), Keras 3's is relu6(x + 3) / 6; Keras 2's is kept"),
        applies=lambda spec: spec.name == "hard_sigmoid" and (spec.is_identifier or spec.is_function),
        change=lambda spec: replace(spec, name="Keras2>hard_sigmoid"),
    ),
    Upgrade(
        name="dtype-policy",
        summary="Keras 2's dtype policy object is its name in Keras 3",
        applies=_has_policy,
        change=_name_policy,
    ),
    Upgrade(
        name="single-axis",
        summary="BatchNormalization takes its axis as a number in Keras 3",
        applies=_single_axis,
        change=_unpack_axis,
    ),
    Upgrade(
        name="automatic-reduction",
        summary="the loss reduction 'auto' is 'sum_over_batch_size' outside of a distribution strategy",
        applies=lambda spec: spec.config.get("reduction") == "auto",
        change=_automatic_reduction,
    ),
    Upgrade(
        name="lambda-mask",
        summary="a Lambda's mask is kept unless a function makes it",
        applies=_masks,
        change=lambda spec: refuse(spec, "mask", "a Python function makes the mask, and the file holds its program"),
    ),
    Upgrade(
        name="lambda-places",
        summary="where a Lambda's function came from is not an argument in Keras 3",
        applies=lambda spec: spec.name == "Lambda" and any(key in spec.config for key in _PLACES),
        change=lambda spec: without(spec, *_PLACES),
    ),
)
