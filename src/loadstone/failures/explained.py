"""`loadstone.explain`: what an error means, from its text or from the exception itself."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loadstone.environment.sources import environments_of
from loadstone.formats import read
from loadstone.report.explanation import explanation_lines
from loadstone.report.text import render
from loadstone.resolve.diagnosing import diagnose
from loadstone.rules.explaining import Confidence, decided, explanations, reading

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from loadstone.report.text import Line
    from loadstone.rules.explaining import Explanation, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What an error means; ``str`` prints what ``loadstone explain`` prints, and a notebook shows it as HTML.

    Attributes:
        explanations: the findings that raise such an error, the likeliest first; empty where no failure to load a
            model is known by it.
        reading: what else the text tells: its exceptions, the loader, releases.
    """

    explanations: tuple[Explanation, ...]
    reading: Reading

    @property
    def is_known(self) -> bool:
        """Whether the message itself is one that a finding raises, and not only the code that ran."""
        return any(each.confidence is not Confidence.POSSIBLE for each in self.explanations)

    def lines(self, *, everything: bool = False) -> Iterator[Line]:
        """The report, line by line."""
        yield from explanation_lines(self.explanations, self.reading, everything=everything)

    def __str__(self) -> str:
        return render(self.lines(), colour=False).rstrip()

    def _repr_html_(self) -> str:
        from loadstone.report.html import lines_html  # noqa: PLC0415 - notebooks alone need it

        return lines_html(self.lines())


def explain(
    what: str | BaseException,
    *,
    model: str | os.PathLike[str] | None = None,
    env: str | os.PathLike[str] | None = None,
    target: str | None = None,
) -> Explained:
    """Tell what an error means: the findings that are known to raise it.

    Args:
        what: a traceback, a log, a line of an error; or an exception, which is taken with its traceback and with those
            that it came from (``__cause__``, ``__context__``), as Python prints them.
        model: the model that was to be loaded; what its diagnosis finds decides between several explanations.
        env: the environment it was to be loaded in, as for `loadstone.diagnose`; by default this Python.
        target: releases instead, as for `loadstone.diagnose`.

    Raises:
        TypeError: ``what`` is neither.
        ProbeError: the environment could not be asked what it holds.
    """
    if isinstance(what, BaseException):
        text = "".join(traceback.format_exception(what))
    elif isinstance(what, str):
        text = what
    else:
        raise TypeError(f"explain takes a text or an exception, not {type(what).__name__}")
    told = explanations(text)
    if model is not None:
        place = environments_of(None if env is None else Path(env), releases=target)
        told = decided(told, diagnose(read(Path(model)), place))
    return Explained(explanations=told, reading=reading(text))
