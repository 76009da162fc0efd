"""What a release took and did not write into its files, so that nobody can know it. Each is a row, and a note.

Source: ``get_config`` of Keras 2.9.0 to 2.15.0, and what TensorFlow Addons 0.21 to 0.23 wrote beside Keras 2.13.1 and
2.15.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import Call, LayerSpec, Note, ObjectSpec, Operation
from loadstone.blueprint.traverse import objects
from loadstone.blueprint.upgrades.upgrade import note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from packaging.version import Version

    from loadstone.blueprint.graph import Blueprint

_KERAS_3 = 3
_ADDONS = "Addons>"


@dataclass(frozen=True, slots=True)
class _Unstored:
    """An object of which something is not stored, since which release, and what the user has to know."""

    name: str
    since: tuple[int, int]
    applies: Callable[[ObjectSpec, LayerSpec, Blueprint], bool]
    message: str


def _is_attention_without_mask(spec: ObjectSpec, layer: LayerSpec, _: Blueprint) -> bool:
    return spec.name in {"Attention", "AdditiveAttention"} and not any(map(_is_causal, layer.calls))


def _is_causal(call: Call) -> bool:
    return bool(call.kwargs.get("use_causal_mask"))


def _is_gelu_beside_addons(spec: ObjectSpec, _: LayerSpec, model: Blueprint) -> bool:
    return spec.name == "gelu" and any(each.name.startswith(_ADDONS) for each in objects(model))


_UNSTORED = (
    _Unstored(
        "unstored-causal",
        (2, 10),
        _is_attention_without_mask,
        "Keras 2.10 to 2.15 took causal=True in the constructor and did not store it; if it was given, the layer has "
        "to be called with use_causal_mask=True",
    ),
    _Unstored(
        "unstored-gelu",
        (2, 13),
        _is_gelu_beside_addons,
        "Keras 2.13 to 2.15 wrote the gelu of TensorFlow Addons as its own, which is not approximated; the two differ "
        "by less than 0.0005",
    ),
)


def unstored(model: Blueprint, release: Version | None) -> tuple[Note, ...]:
    """What may have been lost when a model was saved.

    Args:
        model: as the file has it.
        release: the Keras that wrote it, None where the file does not say it.
    """
    if release is None or release.major >= _KERAS_3:
        return ()
    return tuple(_notes(model, release.release[:2]))


def _notes(model: Blueprint, release: tuple[int, ...]) -> Iterator[Note]:
    for layer in model.layers:
        if isinstance(layer.content, Operation):
            continue
        for spec in objects(layer.content):
            for row in _UNSTORED:
                if release >= row.since and row.applies(spec, layer, model):
                    yield note(row.name, f"{layer.stored_name}: {row.message}", spec.at)
