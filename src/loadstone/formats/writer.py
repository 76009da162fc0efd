"""What a file states about the software that wrote it, as evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from loadstone.artifact import Evidence

if TYPE_CHECKING:
    from loadstone.artifact import Where

_TENSORFLOW_SUFFIX = "-tf"


def keras_version(stated: str, where: Where) -> tuple[Evidence, ...]:
    """Read a stated Keras version, of Keras itself or of the Keras inside TensorFlow.

    TensorFlow up to 2.2 marks the version of its Keras with ``-tf`` (``2.2.4-tf``, ``2.3.0-tf``); later it does not.
    """
    number, suffix, _ = stated.partition(_TENSORFLOW_SUFFIX)
    token = f"keras_version {stated}"
    found = [Evidence(distribution="keras", versions=_exactly(number), recorded=True, token=token, where=where)]
    if suffix:
        versions = SpecifierSet("<2.3")
        found.append(Evidence(distribution="tensorflow", versions=versions, recorded=False, token=token, where=where))
    return tuple(found)


def backend(stated: str, where: Where) -> Evidence:
    """Read the stated backend (``tensorflow``, ``theano``, ``cntk``, ``jax``, ``torch``), of whatever version."""
    token = f"backend {stated}"
    return Evidence(distribution=stated, versions=SpecifierSet(), recorded=True, token=token, where=where)


def tensorflow_version(stated: str, where: Where) -> Evidence:
    """Read a stated TensorFlow version; ``unknown``, or a build of someone's own, is any version."""
    token = f"tensorflow_version {stated}"
    return Evidence(distribution="tensorflow", versions=_exactly(stated), recorded=True, token=token, where=where)


def fingerprint(where: Where) -> Evidence:
    """What a fingerprint beside a SavedModel's program tells: 2.11.1 writes one, 2.10.1 does not."""
    token = str(where)
    versions = SpecifierSet(">=2.11")
    return Evidence(distribution="tensorflow", versions=versions, recorded=False, token=token, where=where)


def _exactly(number: str) -> SpecifierSet:
    try:
        return SpecifierSet(f"=={number}")
    except InvalidSpecifier:
        return SpecifierSet()  # the text is kept in the token
