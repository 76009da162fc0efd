"""Answers about a model that are the same in every environment it is judged in."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.artifact import Artifact

_Answer = TypeVar("_Answer")


def of_last_model(function: Callable[[Artifact], _Answer]) -> Callable[[Artifact], _Answer]:
    """Keep the answer for the artifact that was asked about last, which is compared by identity.

    A model is judged in a dozen environments, one after the other, and whatever depends on the file alone is looked
    through once. Artifacts hold dictionaries, so that `functools.cache` does not take them.
    """
    last: list[tuple[Artifact, _Answer]] = []

    @wraps(function)
    def remembering(artifact: Artifact) -> _Answer:
        for known, answer in last:
            if known is artifact:
                return answer
        answer = function(artifact)
        last[:] = [(artifact, answer)]
        return answer

    return remembering
