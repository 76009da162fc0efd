"""The arrays of Keras 1 by the names and in the layout of Keras 2. Pure: names and shapes decide, no array is read.

Keras 1 named an array after its layer and its role: ``dense_1_W``, ``lstm_1_U_f``. TensorFlow added an output number
(``:0``), and a count where the name was taken in its graph (``dense_1_W_1:0``). Where the names do not tell
(``param_0``) the order does, which Keras 1 itself loaded by.

Source: the layers of Keras 1.0.8, 1.1.2 and 1.2.2, and what Keras 2.2.4 makes of their arrays when it loads them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import Blueprint, ObjectSpec, Operation
from loadstone.blueprint.recipes import Recipe, within
from loadstone.blueprint.upgrades.keras1.classes import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from loadstone.blueprint.graph import LayerSpec, Value

    Shapes = Mapping[str, tuple[int, ...]]

_COUNT = re.compile(r"(?:_\d+)?(?::\d+)?$")


@dataclass(frozen=True, slots=True)
class _Array:
    """One array of Keras 2: its name, the roles of those it is made of, and whether it is a convolution's kernel."""

    name: str
    roles: tuple[str, ...]
    is_kernel: bool = False


def _gates(gates: str, *, kernels: bool = False) -> tuple[tuple[_Array, ...], ...]:
    """The two ways to store a recurrent layer: an array for all gates, or one for each in Keras 2's order of gates."""
    names = (("kernel", "W"), ("recurrent_kernel", "U"), ("bias", "b"))
    return (
        tuple(_Array(name, (role,), kernels and name != "bias") for name, role in names),
        tuple(
            _Array(name, tuple(f"{role}_{gate}" for gate in gates), kernels and name != "bias") for name, role in names
        ),
    )


_BIAS = _Array("bias", ("b",))
_PLAIN = ((_Array("kernel", ("W",)), _BIAS),)
_CONVOLUTION = ((_Array("kernel", ("W",), is_kernel=True), _BIAS),)

# The arrays of each class, as it is called in Keras 2; the recurrent layers store theirs in either of two ways.
_LAYOUTS: Mapping[str, tuple[tuple[_Array, ...], ...]] = MappingProxyType(
    {
        "Dense": _PLAIN,
        f"{PACKAGE}MaxoutDense": (tuple(_Array(name, (name,)) for name in ("W", "b")),),
        f"{PACKAGE}Highway": (tuple(_Array(name, (name,)) for name in ("W", "W_carry", "b", "b_carry")),),
        "Conv1D": _CONVOLUTION,
        "Conv2D": _CONVOLUTION,
        "Conv3D": _CONVOLUTION,
        f"{PACKAGE}Deconvolution2D": _CONVOLUTION,
        "SeparableConv2D": (
            (
                _Array("depthwise_kernel", ("depthwise_kernel",), is_kernel=True),
                _Array("pointwise_kernel", ("pointwise_kernel",), is_kernel=True),
                _BIAS,
            ),
        ),
        "loadstone>LocallyConnected1D": _PLAIN,
        "loadstone>LocallyConnected2D": _PLAIN,
        "SimpleRNN": _gates("")[:1],
        "LSTM": _gates("ifco"),
        "GRU": _gates("zrh"),
        "ConvLSTM2D": _gates("ifco", kernels=True),
        "Embedding": ((_Array("embeddings", ("W",)),),),
        f"{PACKAGE}Embedding": ((_Array("embeddings", ("W",)),),),
        "PReLU": ((_Array("alpha", ("alphas",)),),),
        f"{PACKAGE}ParametricSoftplus": ((_Array("alpha", ("alphas",)), _Array("beta", ("betas",))),),
        f"{PACKAGE}SReLU": (
            tuple(_Array(name, (name,)) for name in ("t_left", "a_left", "t_right", "a_right")),
        ),
        **{
            name: (
                (
                    _Array("gamma", ("gamma",)),
                    _Array("beta", ("beta",)),
                    _Array("moving_mean", ("running_mean",)),
                    _Array("moving_variance", ("running_std",)),
                ),
            )
            for name in (
                "BatchNormalization", f"{PACKAGE}SampleNormalization", f"{PACKAGE}BatchStatisticsNormalization",
            )
        },
    }
)  # fmt: skip

# Every role, the longest first.
_ROLES = sorted(
    {role for layouts in _LAYOUTS.values() for layout in layouts for array in layout for role in array.roles},
    key=len,
    reverse=True,
)

# The order in which Keras 1 lists the arrays of a layer that has one for each gate: all of a gate's together, and the
# gates of an LSTM in another order than in its kernels.
_LISTED = {"LSTM": "icfo", "ConvLSTM2D": "icfo", "GRU": "zrh"}


def recipes(layer: LayerSpec, names: tuple[str, ...], shapes: Shapes) -> tuple[Recipe, ...]:
    """How the arrays of a layer's group are made; what is not understood stays as it is.

    Args:
        layer: the layer or nested model, in the words of Keras 2.
        names: the full names of the arrays of its group, in the order of the file.
        shapes: the shape of each array by its full name.
    """
    leaves = tuple(_leaves(layer.content)) if not isinstance(layer.content, Operation) else ()
    found: list[Recipe] = []
    left = names
    called = _called(leaves, names)
    for leaf in leaves:
        taken = _by_role(leaf, called[leaf.name], left) or (_by_order(leaf, left) if len(leaves) == 1 else None)
        for array, sources in taken or ():
            recipe = _recipe(leaf, array, sources, shapes)
            found.append(replace(recipe, name=within(sources[0], layer.stored_name, recipe.name)))
            left = tuple(name for name in left if name not in sources)
    return (*found, *(Recipe(name=name, sources=(name,)) for name in left))


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A layer that has arrays: the name that they begin with, the path that Keras 2 gives them, and its settings."""

    name: str
    path: str
    spec: ObjectSpec


def _leaves(content: Value, prefix: str = "", path: str = "") -> Iterator[_Leaf]:
    """The layers that arrays belong to, those inside a wrapper or a model included."""
    match content:
        case Blueprint():
            for layer in content.layers:
                if not isinstance(layer.content, Operation):
                    yield from _leaves(layer.content)
        case ObjectSpec(config=config) if (inner := config.get("layer")) is not None:
            outer = str(config.get("name", ""))
            if content.name == "Bidirectional":
                yield from _leaves(inner, "forward_", outer)
                yield from _leaves(inner, "backward_", outer)
            else:
                yield from _leaves(inner, prefix, outer)
        case ObjectSpec(config=config) if content.name in _LAYOUTS:
            name = f"{prefix}{config.get('name', '')}"
            yield _Leaf(name, f"{path}/{name}" if path else name, content)


def _called(leaves: Sequence[_Leaf], names: Sequence[str]) -> Mapping[str, str]:
    """What the file calls each layer: its name, or where no array has that, the next one in the order of the file.

    A model that was built again by the same code has other numbers in its layers' names.
    """
    there = list(dict.fromkeys(_owner(name) for name in names))
    missing = [leaf.name for leaf in leaves if leaf.name not in there]
    others = [name for name in there if name not in {leaf.name for leaf in leaves}]
    if len(missing) != len(others):
        return {leaf.name: leaf.name for leaf in leaves}
    return {**{leaf.name: leaf.name for leaf in leaves}, **dict(zip(missing, others, strict=True))}


def _owner(name: str) -> str:
    """The layer's name at the start of an array's (``dense_1`` of ``dense_1_W:0``), all of it where no role ends it."""
    last = name.rpartition("/")[2]
    last = last.rpartition(":")[0] or last
    for text in (last, _COUNT.sub("", last)):
        for role in _ROLES:
            if text.endswith(f"_{role}"):
                return text[: -len(role) - 1]
    return last


def _by_role(leaf: _Leaf, called: str, names: Sequence[str]) -> list[tuple[_Array, tuple[str, ...]]] | None:
    """The arrays whose names say that they are this layer's, None when they are not all there."""
    roles: dict[str, str] = {}
    for name in names:
        last = name.rpartition("/")[2]
        if last.startswith(f"{called}_"):
            roles.setdefault(_role(last[len(called) + 1 :], leaf.spec.name), name)
    for layout in _LAYOUTS[leaf.spec.name]:
        taken = [
            (array, tuple(roles[role] for role in array.roles))
            for array in layout
            if all(role in roles for role in array.roles)
        ]
        if taken and sum(len(sources) for _, sources in taken) == len(roles):
            return taken
    return None


def _role(text: str, class_name: str) -> str:
    """The role at the start of ``W_i_1:0``: the longest that this class has, else the text itself."""
    text = text.rpartition(":")[0] or text
    known = {role for layout in _LAYOUTS[class_name] for array in layout for role in array.roles}
    bare = _COUNT.sub("", text)
    return next((role for role in (text, bare) if role in known), text)


def _by_order(leaf: _Leaf, names: Sequence[str]) -> list[tuple[_Array, tuple[str, ...]]] | None:
    """The arrays by their place, as Keras 1 loads them; None when there are as many as no layout has."""
    for layout in _LAYOUTS[leaf.spec.name]:
        listed = [array.roles[0] for array in layout]
        if any(len(array.roles) > 1 for array in layout):
            listed = [f"{role}_{gate}" for gate in _LISTED[leaf.spec.name] for role in "WUb"]
        if leaf.spec.config.get("use_bias") is False:
            listed = [role for role in listed if not role.startswith("b")]
        if len(listed) == len(names):
            roles = dict(zip(listed, names, strict=True))
            return [
                (array, tuple(roles[role] for role in array.roles))
                for array in layout
                if all(role in roles for role in array.roles)
            ]
    return None


def _recipe(leaf: _Leaf, array: _Array, sources: tuple[str, ...], shapes: Shapes) -> Recipe:
    recipe = Recipe(name=f"{leaf.path}/{array.name}", sources=sources, axis=-1 if len(sources) > 1 else None)
    if not array.is_kernel:
        return recipe
    rank = len(shapes[sources[0]])
    if leaf.spec.name == "Conv1D":
        # (length, 1, inputs, filters); until 1.1 (filters, inputs, length, 1).
        size = leaf.spec.config.get("kernel_size")
        length = size[0] if isinstance(size, tuple) else size
        shape = shapes[sources[0]]
        is_later = shape[:2] == (length, 1) and shape[3] == leaf.spec.config.get("filters")
        return replace(recipe, transpose=None if is_later else (2, 3, 1, 0), squeeze=1)
    is_first = leaf.spec.config.get("data_format") == "channels_first"
    spatial = tuple(range(2, rank)) if is_first else tuple(range(rank - 2))
    # The filters of a Theano kernel come first, its inputs second.
    filters, inputs = (0, 1) if is_first else (rank - 1, rank - 2)
    last = (filters, inputs) if leaf.spec.name == f"{PACKAGE}Deconvolution2D" else (inputs, filters)
    order = (*spatial, *last)
    return replace(recipe, transpose=None if order == tuple(range(rank)) else order)
