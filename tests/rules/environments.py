"""The environments of the corpus as values, so that rules are judged without building any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from loadstone.environment import Described, alternatives, planned
from loadstone.environment.described import Wanted
from tests.corpus_table import table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadstone.environment import Environment


def environment(
    *, python: str = "3.11.7", variables: Mapping[str, str] | None = None, **distributions: str
) -> Environment:
    """An environment from versions by distribution; underscores stand for hyphens."""
    return described(python, {name.replace("_", "-"): version for name, version in distributions.items()}, variables)


def described(python: str, distributions: Mapping[str, str], variables: Mapping[str, str] | None = None) -> Environment:
    """An environment from versions by canonical name."""
    pins = {name: Version(version) for name, version in distributions.items()}
    return planned("described", python=python, pins=pins, variables=variables)


def listed(*requirements: str) -> Environment:
    """The newest environment that a list of requirements may stand for."""
    stated = map(Requirement, requirements)
    wanted = tuple(Wanted(name=canonicalize_name(each.name), versions=each.specifier) for each in stated)
    return alternatives(Described(source="requirements.txt", wanted=wanted)).environments[0]


def era(name: str, *, addons: bool = True) -> Environment:
    """The environment that wrote an era of the corpus, with or without its TensorFlow Addons."""
    stack: Mapping[str, str] = table()["stack"][name]
    # TensorFlow up to 2.5 has no distribution of Keras; the table names the Keras inside it.
    bundled = tuple(map(int, stack["tensorflow"].split(".")[:2])) < (2, 6)
    left_out = {"python", *(["keras"] if bundled else []), *([] if addons else ["tensorflow-addons"])}
    return described(stack["python"], {key: value for key, value in stack.items() if key not in left_out})


TF24, TF28, TF215, KERAS315 = (era(name) for name in ("tf24", "tf28", "tf215", "keras315"))
EMPTY = environment()
