"""What a file states about the software that wrote it, as evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from loadstone.artifact import Evidence

if TYPE_CHECKING:
    from loadstone.artifact import Where

#: How TensorFlow up to 2.2 marks the version of the Keras inside it.
TENSORFLOW_SUFFIX = "-tf"

#: ``TF_GRAPH_DEF_VERSION`` of each minor release of TensorFlow (``tensorflow/core/public/version.h`` of the wheels
#: 1.13.2 to 2.21.0). It is raised between releases and stays for all patch releases of one. 1.6 to 1.13 have 27.
GRAPH_PRODUCERS = {
    "1.13": 27,
    "1.14": 38,
    "2.0": 119,
    "1.15": 134,
    "2.1": 175,
    "2.2": 175,
    "2.3": 440,
    "2.4": 561,
    "2.5": 716,
    "2.6": 808,
    "2.7": 898,
    "2.8": 987,
    "2.9": 1087,
    "2.10": 1205,
    "2.11": 1286,
    "2.12": 1395,
    "2.13": 1482,
    "2.14": 1575,
    "2.15": 1645,
    "2.16": 1766,
    "2.17": 1882,
    "2.18": 1994,
    "2.19": 2129,
    "2.20": 2288,
    "2.21": 2474,
}


def keras_version(stated: str, where: Where) -> tuple[Evidence, ...]:
    """Read a stated Keras version, of Keras itself or of the Keras inside TensorFlow.

    TensorFlow up to 2.2 marks the version of its Keras with ``-tf`` (``2.2.4-tf``, ``2.3.0-tf``); later it does not.
    After Keras 2.15, the second generation goes on as the package tf-keras alone.
    """
    number, suffix, _ = stated.partition(TENSORFLOW_SUFFIX)
    token = f"keras_version {stated}"
    name = "tf-keras" if _is_tf_keras(number) else "keras"
    found = [Evidence(distribution=name, versions=_exactly(number), recorded=True, token=token, where=where)]
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


def graph_producer(producer: int, where: Where) -> tuple[Evidence, ...]:
    """Read the version that a graph states of its producer: the TensorFlow that built the graph, and maybe froze it.

    A number between two releases is that of a build between them, so that either may have the name of it.
    """
    if producer <= 0:  # not stated
        return ()
    token = f"GraphDef producer {producer}"
    versions = _between(producer)
    return (Evidence(distribution="tensorflow", versions=versions, recorded=False, token=token, where=where),)


def _between(producer: int) -> SpecifierSet:
    """The releases with this number, else from the one with the next smaller number to that with the next greater."""
    numbers = sorted(GRAPH_PRODUCERS.values())
    below = max((number for number in numbers if number <= producer), default=None)
    above = min((number for number in numbers if number >= producer), default=None)
    near = sorted(Version(release) for release, number in GRAPH_PRODUCERS.items() if number in {below, above})
    bounds = [f">={near[0]}"] if producer > numbers[0] else []
    bounds += [f"<{near[-1].major}.{near[-1].minor + 1}"] if above is not None else []
    return SpecifierSet(",".join(bounds))


def _is_tf_keras(number: str) -> bool:
    try:
        return Version("2.16.dev0") <= Version(number) < Version("3.dev0")
    except InvalidVersion:
        return False


def _exactly(number: str) -> SpecifierSet:
    try:
        return SpecifierSet(f"=={number}")
    except InvalidSpecifier:
        return SpecifierSet()  # the text is kept in the token
