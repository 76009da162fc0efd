"""Whose a name in an error message is, so that of several problems with one message the right one is told first."""

from __future__ import annotations

from loadstone import knowledge
from loadstone.needs import ADDONS


def of_addons(name: str) -> bool:
    """Whether TensorFlow Addons, or another package than Keras, has the name."""
    return ">" in name or (not of_keras(name) and any(p.distribution == ADDONS for p in _providers(name)))


def of_keras(name: str) -> bool:
    """Whether some release of Keras has the name among its own."""
    return any(provider.distribution != ADDONS for provider in _providers(name))


def of_nobody(name: str) -> bool:
    """Whether no package that is known has the name, so that it is the author's own."""
    return not of_addons(name) and not of_keras(name)


def _providers(name: str) -> tuple[knowledge.Provider, ...]:
    return (*knowledge.providers(name), *knowledge.providers(f"Addons>{name}"))
