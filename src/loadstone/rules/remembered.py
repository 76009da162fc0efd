"""Answers that several rules, or several environments, ask for."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Subject = TypeVar("_Subject")
_Answer = TypeVar("_Answer")


def of_last(function: Callable[[_Subject], _Answer]) -> Callable[[_Subject], _Answer]:
    """Keep the answer for what was asked about last, which is compared by identity.

    A model is judged in a dozen environments, one after the other, and whatever depends on the file alone is looked
    through once; so is, for one environment, what two rules ask. Artifacts and cases hold dictionaries, so that
    `functools.cache` does not take them.
    """
    last: list[tuple[_Subject, _Answer]] = []

    @wraps(function)
    def remembering(subject: _Subject) -> _Answer:
        for known, answer in last:
            if known is subject:
                return answer
        answer = function(subject)
        last[:] = [(subject, answer)]
        return answer

    return remembering
