"""``register_all``, which programs call before they load a model."""

from __future__ import annotations


def register_all(keras_objects: bool = True, custom_kernels: bool = True) -> None:
    """Do nothing, as often as you like: importing `loadstone.addons` has registered every object with Keras.

    Args:
        keras_objects: whether to register the objects; they are registered either way.
        custom_kernels: whether to load C++ kernels; there are none. A SavedModel whose *graph* holds operations of
            TensorFlow Addons (``Addons>ParseTime`` and the like) needs the real one.
    """
    del keras_objects, custom_kernels


def register_keras_objects() -> None:
    """Do nothing: importing `loadstone.addons` has registered every object."""


def register_custom_kernels() -> None:
    """Do nothing: there are no C++ kernels."""


def _get_all_shared_objects() -> list[str]:
    """Return the files of C++ kernels, of which there are none; tests of others ask for them."""
    return []
