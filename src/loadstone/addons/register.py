"""``register_all``, which programs call before they load a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def register_all(keras_objects: bool = True, custom_kernels: bool = True) -> None:
    """Do nothing, as often as you like: importing `loadstone.addons` has registered every object with Keras.

    Args:
        keras_objects: whether to register the objects; they are registered either way.
        custom_kernels: whether to load C++ kernels; there are none. A SavedModel whose *graph* holds operations of
            TensorFlow Addons (``Addons>ParseTime`` and the like) needs the real one.
    """
    del keras_objects, custom_kernels


def add_to_tables_of_names(objects: Mapping[str, type | Callable[..., Any]]) -> None:
    """Let strings name activations, losses and metrics (``loss="Addons>npairs_loss"``), as they could in Keras 2.

    Keras 3's ``get`` looks strings up in a table of its own, not among what is registered.

    Args:
        objects: the objects by their registered names.
    """
    from keras.src import activations, losses, metrics  # noqa: PLC0415 - private: nothing public extends the tables

    for module in (activations, losses, metrics):
        kind = module.__name__.rpartition(".")[2]
        table = {name: thing for name, thing in objects.items() if f".addons.{kind}." in thing.__module__}
        getattr(module, "ALL_OBJECTS_DICT", {}).update(table)


def register_keras_objects() -> None:
    """Do nothing: importing `loadstone.addons` has registered every object."""


def register_custom_kernels() -> None:
    """Do nothing: there are no C++ kernels."""


def _get_all_shared_objects() -> list[str]:
    """Return the files of C++ kernels, of which there are none; tests of others ask for them."""
    return []
