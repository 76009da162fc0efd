"""Recurrent layers and cells. A changed one is a row here.

Source: ``keras.layers`` of Keras 2.15.0 and of TensorFlow 1.13 to 2.12, beside Keras 3.15.1.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import ObjectSpec, Obstacle, Problem
from loadstone.blueprint.upgrades.upgrade import Upgrade, refuse, refuse_value, with_config, without

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadstone.blueprint.graph import Value

TIME_MAJOR = "loadstone>TimeMajor"

_LAYERS = frozenset({"LSTM", "GRU", "SimpleRNN", "RNN"})

#: What the layers of cuDNN computed, in the arguments of the plain ones; they had no such arguments.
_CUDNN: Mapping[str, tuple[str, Mapping[str, Value]]] = MappingProxyType(
    {
        "CuDNNLSTM": ("LSTM", MappingProxyType({"activation": "tanh", "recurrent_activation": "sigmoid"})),
        "CuDNNGRU": (
            "GRU",
            MappingProxyType({"activation": "tanh", "recurrent_activation": "sigmoid", "reset_after": True}),
        ),
    }
)

_SIZES = ("units", "filters", "cell")

_KEEP = ("input_keep_prob", "state_keep_prob", "output_keep_prob")

_RESIDUAL = ("residual_", "residule_")  # TensorFlow misspells one of its keys

_CONVOLUTIONAL_CELLS = MappingProxyType({"ConvLSTM2DCell": "ConvLSTM2D"})


def _identifier(name: Value, spec: ObjectSpec) -> Value:
    return ObjectSpec(name=name, is_identifier=True, at=spec.at) if isinstance(name, str) else name


def _plain_for_cudnn(spec: ObjectSpec) -> ObjectSpec:
    name, computed = _CUDNN[spec.name]
    added = {key: _identifier(value, spec) for key, value in computed.items()}
    return replace(spec, name=name, config=MappingProxyType({**spec.config, **added}))


def _time_first(spec: ObjectSpec) -> ObjectSpec:
    return _wrapped(without(spec, "time_major"))


def _wrapped(spec: ObjectSpec) -> ObjectSpec:
    """The layer inside of one that swaps its first two axes, under the same name."""
    name = spec.config.get("name")
    config: Mapping[str, Value] = {"layer": spec} if name is None else {"layer": spec, "name": name}
    return ObjectSpec(name=TIME_MAJOR, config=MappingProxyType(dict(config)), at=spec.at)


def _sides(spec: ObjectSpec) -> dict[str, ObjectSpec]:
    """The layers of a Bidirectional that are wrapped themselves."""
    parts = {key: spec.config.get(key) for key in ("layer", "backward_layer")}
    return {key: side for key, side in parts.items() if isinstance(side, ObjectSpec) and side.name == TIME_MAJOR}


def _wrap_around_both(spec: ObjectSpec) -> ObjectSpec | Problem:
    sides = _sides(spec)
    if len(sides) != sum(spec.config.get(key) is not None for key in ("layer", "backward_layer")):
        return Problem(
            obstacle=Obstacle.UNKNOWN_ARGUMENT,
            subject="Bidirectional.time_major",
            message="Bidirectional has time_major=True in one of its two layers and False in the other",
            at=spec.at,
        )
    return _wrapped(with_config(spec, {**spec.config, **{key: side.config["layer"] for key, side in sides.items()}}))


def _starts_backwards(spec: ObjectSpec) -> bool:
    layer = spec.config.get("layer")
    return (
        spec.name == "Bidirectional"
        and spec.config.get("backward_layer") is None
        and isinstance(layer, ObjectSpec)
        and layer.config.get("go_backwards") is True
    )


def _with_backward_layer(spec: ObjectSpec) -> ObjectSpec:
    layer = spec.config["layer"]
    if not isinstance(layer, ObjectSpec):  # as _starts_backwards saw to
        return spec
    name = str(layer.config.get("name", layer.name.lower()))
    other = with_config(layer, {**layer.config, "go_backwards": False, "name": f"backward_{name}"})
    return with_config(spec, {**spec.config, "backward_layer": other})


def _sides_differ(spec: ObjectSpec) -> bool:
    """Whether the backward layer may have outputs or states of other sizes than the forward one."""
    forward, backward = spec.config.get("layer"), spec.config.get("backward_layer")
    if spec.name != "Bidirectional" or not isinstance(forward, ObjectSpec) or not isinstance(backward, ObjectSpec):
        return False
    sizes = [next((side.config[key] for key in _SIZES if key in side.config), None) for side in (forward, backward)]
    return forward.name != backward.name or sizes[0] != sizes[1]


def _convolves(spec: ObjectSpec) -> bool:
    cell = spec.config.get("cell")
    return spec.name in {"ConvRNN2D", "ConvRNN"} and isinstance(cell, ObjectSpec) and cell.name in _CONVOLUTIONAL_CELLS


def _layer_of_cell(spec: ObjectSpec) -> ObjectSpec:
    cell = spec.config["cell"]
    if not isinstance(cell, ObjectSpec):  # as _convolves saw to
        return spec
    return replace(
        spec,
        name=_CONVOLUTIONAL_CELLS[cell.name],
        config=MappingProxyType({**cell.config, **without(spec, "cell").config}),
    )


def _residual(spec: ObjectSpec) -> ObjectSpec | Problem:
    if spec.config.get("residual_fn") is not None:
        return refuse(spec, "residual_fn", "a Python function stored as bytecode, which is not run")
    kept = {key: value for key, value in spec.config.items() if not key.startswith(_RESIDUAL)}
    return replace(spec, name="loadstone>ResidualCell", config=MappingProxyType(kept))


def _undropped(spec: ObjectSpec) -> ObjectSpec | Problem:
    kept = [spec.config.get(key, 1.0) for key in _KEEP]
    cell = spec.config.get("cell")
    if any(each not in {None, 1} for each in kept) or not isinstance(cell, ObjectSpec):
        return refuse_value(
            spec, "input_keep_prob", kept[0], "it drops at inference, too, which no cell of Keras 3 does"
        )
    return cell


def _cell_on_a_device(spec: ObjectSpec) -> ObjectSpec:
    cell = spec.config.get("cell")
    return cell if isinstance(cell, ObjectSpec) else spec


RECURRENT: tuple[Upgrade, ...] = (
    Upgrade(
        name="cudnn",
        summary="Keras 3 computes with cuDNN inside of LSTM and GRU",
        applies=lambda spec: spec.name in _CUDNN,
        change=_plain_for_cudnn,
    ),
    Upgrade(
        name="convolutional-cell",
        summary="Keras 3 has the convolutional cell as a layer only",
        applies=_convolves,
        change=_layer_of_cell,
    ),
    Upgrade(
        name="time-major",
        summary="Keras 3 puts the batch first; a layer around it swaps the axes",
        applies=lambda spec: spec.name in _LAYERS and spec.config.get("time_major") is True,
        change=_time_first,
    ),
    Upgrade(
        name="time-major-bidirectional",
        summary="Keras 3 puts the batch first; a layer around both directions swaps the axes",
        applies=lambda spec: spec.name == "Bidirectional" and bool(_sides(spec)),
        change=_wrap_around_both,
    ),
    Upgrade(
        name="backward-first",
        summary="the other layer goes forward where the first goes backwards; Keras 3 wants to be told so",
        applies=_starts_backwards,
        change=_with_backward_layer,
    ),
    Upgrade(
        name="residual-cell",
        summary="Keras 3 has no cell that adds its input to its output; loadstone has",
        applies=lambda spec: spec.name == "ResidualWrapper",
        change=_residual,
    ),
    Upgrade(
        name="cell-on-device",
        summary="the device that a cell computed on is not kept",
        applies=lambda spec: spec.name == "DeviceWrapper",
        change=_cell_on_a_device,
    ),
    Upgrade(
        name="dropping-cell",
        summary="a cell around another one that keeps everything is the other one",
        applies=lambda spec: spec.name == "DropoutWrapper",
        change=_undropped,
    ),
    Upgrade(
        name="peephole-cell",
        summary="Keras' PeepholeLSTMCell is the one of TensorFlow Addons",
        applies=lambda spec: spec.name == "PeepholeLSTMCell",
        change=lambda spec: replace(spec, name="Addons>PeepholeLSTMCell"),
    ),
    Upgrade(
        name="different-sides",
        summary="Keras 3's Bidirectional takes both layers to have outputs of one size, loadstone's does not",
        applies=_sides_differ,
        change=lambda spec: replace(spec, name="loadstone>Bidirectional"),
    ),
)
