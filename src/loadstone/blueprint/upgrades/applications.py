"""Layers of the networks of ``keras.applications``, which are registered nowhere. A layer is a row here.

Keras loads its own files of them with ``custom_objects`` only. A class of the same name that someone else wrote is told
from them by its module, or where the file has none by its arguments and by the name that the networks give to the
layer. The Lambda of InceptionResNetV2 (up to Keras 2.11) is known by its instructions.
Source: ``keras.applications`` of Keras 2.2.4 to 3.15.1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.upgrades.upgrade import Upgrade, with_config
from loadstone.formats import bytecode

if TYPE_CHECKING:
    from loadstone.blueprint.graph import ObjectSpec, Value
    from loadstone.formats.marshalled import CodeObject

_MODULES = ("keras.applications.", "keras.src.applications.", "tf_keras.src.applications.")
_PACKAGE = "Custom>"
_SCALE = "CustomScaleLayer"


@dataclass(frozen=True, slots=True)
class _Layer:
    """A class, its arguments, and a part of the name that its network gives it."""

    name: str
    arguments: frozenset[str]
    within: str


_LAYERS = (
    _Layer("LayerScale", frozenset({"init_values", "projection_dim"}), "_layer_scale"),
    _Layer("StochasticDepth", frozenset({"drop_path_rate"}), "_stochastic_depth"),
    _Layer(_SCALE, frozenset({"scale"}), "custom_scale_layer"),
)
_OF_EVERY_LAYER = frozenset({"batch_input_shape", "dtype", "dynamic", "name", "trainable"})


def _row(spec: ObjectSpec) -> _Layer | None:
    row = next((row for row in _LAYERS if spec.name.removeprefix(_PACKAGE) == row.name), None)
    if row is None or set(spec.config) - _OF_EVERY_LAYER != row.arguments:
        return None
    if spec.module is not None:
        return row if spec.module.startswith(_MODULES) else None
    return row if row.within in str(spec.config.get("name")) else None


def _own(spec: ObjectSpec) -> ObjectSpec:
    row = _row(spec)
    return spec if row is None else replace(spec, name=f"loadstone>{row.name}")


# ``lambda inputs, scale: inputs[0] + inputs[1] * scale``, as every compiler since Python 3.6 has it.
_SCALING = (
    ("parameter", 0), ("constant", 0), ("item", None),
    ("parameter", 0), ("constant", 1), ("item", None),
    ("parameter", 1), ("times", None), ("plus", None), ("return", None),
)  # fmt: skip
_NAMES = MappingProxyType(
    {
        ("BINARY_SUBSCR", 0): "item",
        ("BINARY_MULTIPLY", 0): "times",
        ("BINARY_ADD", 0): "plus",
        ("BINARY_OP", 0): "plus",
        ("BINARY_OP", 5): "times",
        ("RETURN_VALUE", 0): "return",
    }
)
_WITHOUT_EFFECT = frozenset({"CACHE", "NOP", "PRECALL", "RESUME"})


def _scales(spec: ObjectSpec) -> bool:
    """Whether it is the Lambda of InceptionResNetV2."""
    function, arguments = spec.config.get("function"), spec.config.get("arguments")
    match function:
        case (str(text), None, None) if spec.name == "Lambda":
            data = bytecode.decode(text)
        case _:
            return False
    code = None if data is None else bytecode.parse(data)
    if code is None or not isinstance(arguments, MappingProxyType) or set(arguments) != {"scale"}:
        return False
    if code.argcount != len(("inputs", "scale")) or code.varnames[1:] != ("scale",) or code.kwonlyargcount:
        return False
    return any(_meaning(code, release) == _SCALING for release in bytecode.opcodes())


def _meaning(code: CodeObject, release: tuple[int, int]) -> tuple[tuple[str, object], ...]:
    """What a function of one expression does, step by step; an instruction of another kind is given by its name."""
    steps: list[tuple[str, object]] = []
    for each in bytecode.instructions(code, release) or ():
        if each.name in _WITHOUT_EFFECT:
            continue
        if each.name == "LOAD_FAST":
            steps.append(("parameter", each.argument))
        elif each.name == "LOAD_CONST" and each.argument < len(code.consts):
            steps.append(("constant", code.consts[each.argument]))
        else:
            key = (each.name, each.argument if each.name == "BINARY_OP" else 0)
            steps.append((_NAMES.get(key, each.name), None))
    return tuple(steps)


def _scaling(spec: ObjectSpec) -> ObjectSpec:
    arguments = spec.config["arguments"]
    scale: Value = arguments["scale"] if isinstance(arguments, MappingProxyType) else None
    kept = {key: value for key, value in spec.config.items() if key in _OF_EVERY_LAYER}
    return replace(with_config(spec, {**kept, "scale": scale}), name=f"loadstone>{_SCALE}")


APPLICATIONS: tuple[Upgrade, ...] = (
    Upgrade(
        name="applications-layer",
        summary="the layer of a network of keras.applications, which Keras does not register; loadstone has it",
        applies=lambda spec: _row(spec) is not None,
        change=_own,
    ),
    Upgrade(
        name="applications-lambda",
        summary="InceptionResNetV2's Lambda, known by its instructions, adds a scaled branch; loadstone's layer does",
        applies=_scales,
        change=_scaling,
    ),
)
