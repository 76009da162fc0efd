"""Values of Keras 1's arguments in the words of Keras 2: initializers, regularizers, constraints, paddings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import ObjectSpec
from loadstone.blueprint.upgrades.upgrade import refuse_value

if TYPE_CHECKING:
    from loadstone.blueprint.graph import Problem, Value

_SCALED = "VarianceScaling"
_NORMAL, _UNIFORM = "untruncated_normal", "uniform"

# Keras 1's initializations. ``uniform`` and ``normal`` had a width of 0.05, ``orthogonal`` a gain of 1.1; the others
# are scaled by the number of inputs, outputs or both.
_INITIALIZERS: Mapping[str, tuple[str, Mapping[str, Value]]] = MappingProxyType(
    {
        "zero": ("Zeros", {}),
        "one": ("Ones", {}),
        "identity": ("Identity", {"gain": 1.0}),
        "orthogonal": ("Orthogonal", {"gain": 1.1}),
        "uniform": ("RandomUniform", {"minval": -0.05, "maxval": 0.05}),
        "normal": ("RandomNormal", {"mean": 0.0, "stddev": 0.05}),
        "lecun_uniform": (_SCALED, {"scale": 1.0, "mode": "fan_in", "distribution": _UNIFORM}),
        "glorot_uniform": (_SCALED, {"scale": 1.0, "mode": "fan_avg", "distribution": _UNIFORM}),
        "glorot_normal": (_SCALED, {"scale": 1.0, "mode": "fan_avg", "distribution": _NORMAL}),
        "he_uniform": (_SCALED, {"scale": 2.0, "mode": "fan_in", "distribution": _UNIFORM}),
        "he_normal": (_SCALED, {"scale": 2.0, "mode": "fan_in", "distribution": _NORMAL}),
    }
)

# Regularizers and constraints, by the name that their settings hold: the class, and its arguments that have new names.
_NAMED: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        "L1L2Regularizer": ("L1L2", {}),
        "WeightRegularizer": ("L1L2", {}),
        "ActivityRegularizer": ("L1L2", {}),
        "MaxNorm": ("MaxNorm", {"m": "max_value"}),
        "NonNeg": ("NonNeg", {}),
        "UnitNorm": ("UnitNorm", {}),
        "MinMaxNorm": ("MinMaxNorm", {"low": "min_value", "high": "max_value"}),
    }
)

CHANNELS: Mapping[str, str] = MappingProxyType({"tf": "channels_last", "th": "channels_first"})
_FORGET = {"one": True, "zero": False}
_SIDES = (("top_pad", "bottom_pad"), ("left_pad", "right_pad"))


def argument(key: str, value: Value, owner: ObjectSpec) -> Value | Problem:
    """A value under the argument's new name; ``owner`` is whose argument it is."""
    match value:
        case str() if key.endswith("_initializer"):
            return initializer(value, owner)
        case str() if key == "data_format":
            return CHANNELS.get(value, value)
        case str() if key == "unit_forget_bias":
            return _FORGET.get(value)
        case "full" if key == "padding":
            return refuse_value(owner, "border_mode", "full", "padding on all sides, which only Theano had")
        case Mapping() if key.endswith(("_regularizer", "_constraint")):
            return _named(key, value, owner)
        case _ if key == "padding" and owner.name.startswith("ZeroPadding"):
            return _sides(value, is_line=owner.name == "ZeroPadding1D")
    return value


def initializer(name: str, owner: ObjectSpec) -> ObjectSpec:
    """An initialization by its name; one of the author's own stays a name."""
    known = _INITIALIZERS.get(name)
    if known is None:
        return ObjectSpec(name=name, is_identifier=True, at=owner.at)
    return ObjectSpec(name=known[0], config=MappingProxyType(dict(known[1])), at=owner.at)


def _named(key: str, value: Mapping[str, Value], owner: ObjectSpec) -> ObjectSpec | Problem:
    name = value.get("name")
    if not isinstance(name, str) or name not in _NAMED:
        return refuse_value(owner, key, name, "Keras has no such object")
    target, renamed = _NAMED[name]
    config = {renamed.get(item, item): setting for item, setting in value.items() if item != "name"}
    return ObjectSpec(name=target, config=MappingProxyType(config), at=owner.at)


def _sides(value: Value, *, is_line: bool) -> Value:
    """How much is added at each side: a number, a pair of numbers, four of them, or the sides by name."""
    match value:
        case Mapping():
            pairs = tuple(tuple(value.get(side, 0) for side in pair) for pair in _SIDES)
            return pairs[1] if is_line else pairs
        case (top, bottom, left, right):
            return ((top, bottom), (left, right))
    return value
