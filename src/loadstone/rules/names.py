"""Whose a name in an error message is, so that of several problems with one message the right one is told first."""

from __future__ import annotations

from loadstone import knowledge
from loadstone.knowledge.operations import first_taking
from loadstone.needs import ADDONS

#: What tf.keras 2.11 to 2.15 put before the names of its own optimizers; and everyone before theirs, by default.
_OF_TF_KERAS = "Custom>"

_PACKAGES_WITH_FINDINGS = frozenset(
    {"keras", "tensorflow", "tf_keras", "tensorflow_addons", "numpy", "h5py", "jax", "torch"}
)


def of_addons(name: str) -> bool:
    """Whether TensorFlow Addons has the name."""
    if ">" in name:
        return name.startswith("Addons>")
    return not of_keras(name) and any(provider.distribution == ADDONS for provider in _providers(name))


def of_keras(name: str) -> bool:
    """Whether some release of Keras has the name among its own."""
    return any(provider.distribution != ADDONS for provider in _providers(name.removeprefix(_OF_TF_KERAS)))


def of_keras_operation(name: str) -> bool:
    """Whether Keras 3 has the name for an operation, and for no layer."""
    newest = knowledge.keras_releases()[-1].version
    is_layer = knowledge.built_in(name, newest, knowledge.ObjectKind.LAYER, None) is not None
    return not is_layer and knowledge.built_in(name, newest, knowledge.ObjectKind.OPERATION, None) is not None


def of_no_keras_argument(name: str) -> bool:
    """Whether nothing in any release of Keras takes a keyword of this name."""
    return name not in knowledge.every_keyword()


def of_nobody(name: str) -> bool:
    """Whether no package that is known has the name, so that it is the author's own."""
    return not of_addons(name) and not of_keras(name)


def of_tensorflow_operation(name: str) -> bool:
    """Whether some release of TensorFlow registers an operation, so that a newer one may have it."""
    return first_taking(name, frozenset()) is not None


def of_library_operation(name: str) -> bool:
    """Whether no release of TensorFlow registers an operation, so that a library does."""
    return not of_tensorflow_operation(name)


def of_another_package(name: str) -> bool:
    """Whether a module is not of the packages that other findings speak of."""
    return name.partition(".")[0] not in _PACKAGES_WITH_FINDINGS


def _providers(name: str) -> tuple[knowledge.Provider, ...]:
    return (*knowledge.providers(name), *knowledge.providers(f"Addons>{name}"))
