"""Preprocessing layers, which changed from release to release before Keras 2.6. A changed argument is a row here.

Source: ``tf.keras.layers.experimental.preprocessing`` of TensorFlow 2.1 to 2.5, ``keras.layers`` of Keras 2.6 to
2.15.0, and Keras 3.15.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.blueprint.upgrades.upgrade import Upgrade, refuse, with_config, without

if TYPE_CHECKING:
    from loadstone.blueprint.graph import ObjectSpec, Problem

_ENCODING = frozenset({"CategoryEncoding", "IntegerLookup", "StringLookup", "TextVectorization"})
_MODES = {"binary": "multi_hot", "tf-idf": "tf_idf"}
#: What TensorFlow 2.2 to 2.5 wrote where no salt was given.
_NO_SALT = (0xDECAFCAFFE, 0xDECAFCAFFE)
_INTEGERS = frozenset({"int32", "int64"})


def _old_mode(spec: ObjectSpec) -> bool:
    return spec.name in _ENCODING and spec.config.get("output_mode") in _MODES


def _rename_mode(spec: ObjectSpec) -> ObjectSpec | Problem:
    mode = str(spec.config["output_mode"])
    if spec.name == "CategoryEncoding" and mode == "tf-idf":
        return refuse(spec, "output_mode", "Keras 3 encodes categories without weights of their frequency")
    return with_config(spec, {**spec.config, "output_mode": _MODES[mode]})


def _hashes_to_numbers(spec: ObjectSpec) -> bool:
    wants_integers = spec.config.get("output_mode", "int") == "int"
    return spec.name == "Hashing" and wants_integers and spec.config.get("dtype", "int64") not in _INTEGERS


def _with_integers(spec: ObjectSpec) -> ObjectSpec:
    return with_config(spec, {**spec.config, "dtype": "int64"})


def _salted_by_default(spec: ObjectSpec) -> bool:
    return spec.name == "Hashing" and spec.config.get("salt") == _NO_SALT


def _counts_what_is_there(spec: ObjectSpec) -> bool:
    """Whether the vocabulary stands beside its size; one that was learnt stands elsewhere."""
    return (
        spec.name == "TextVectorization"
        and "vocabulary_size" in spec.config
        and spec.config.get("vocabulary") is not None
    )


def _bins_as_integers(spec: ObjectSpec) -> bool:
    return spec.name == "Discretization" and spec.config.get("dtype") in _INTEGERS


PREPROCESSING: tuple[Upgrade, ...] = (
    Upgrade(
        name="output-mode",
        summary="the output modes 'binary' and 'tf-idf' are 'multi_hot' and 'tf_idf' in Keras 3",
        applies=_old_mode,
        change=_rename_mode,
    ),
    Upgrade(
        name="hashing-dtype",
        summary="hashes are integers, whatever dtype the layer was said to have",
        applies=_hashes_to_numbers,
        change=_with_integers,
    ),
    Upgrade(
        name="bins-dtype",
        summary="the dtype of Discretization was that of its outputs; Keras 3 would cast the inputs to it",
        applies=_bins_as_integers,
        change=lambda spec: without(spec, "dtype"),
    ),
    Upgrade(
        name="no-salt",
        summary="the salt that was written where none was given is none: with one, Keras 3 hashes in another way",
        applies=_salted_by_default,
        change=lambda spec: without(spec, "salt"),
    ),
    Upgrade(
        name="vocabulary-size",
        summary="the size of a vocabulary follows from the vocabulary",
        applies=_counts_what_is_there,
        change=lambda spec: without(spec, "vocabulary_size"),
    ),
)
