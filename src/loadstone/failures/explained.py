"""`loadstone.explain`: what an error means, from its text or from the exception itself."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadstone.report.explanation import explanation_lines
from loadstone.report.text import render
from loadstone.rules.explaining import explanations, reading

if TYPE_CHECKING:
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

    def lines(self) -> Iterator[Line]:
        """The report, line by line."""
        yield from explanation_lines(self.explanations, self.reading, everything=False)

    def __str__(self) -> str:
        return render(self.lines(), colour=False).rstrip()

    def _repr_html_(self) -> str:
        from loadstone.report.html import lines_html  # noqa: PLC0415 - notebooks alone need it

        return lines_html(self.lines())


def explain(what: str | BaseException) -> Explained:
    """Tell what an error means, without the model: the findings that are known to raise it.

    Args:
        what: a traceback, a log, a line of an error; or an exception, which is taken with its traceback and with those
            that it came from (``__cause__``, ``__context__``), as Python prints them.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(what, BaseException):
        text = "".join(traceback.format_exception(what))
    elif isinstance(what, str):
        text = what
    else:
        raise TypeError(f"explain takes a text or an exception, not {type(what).__name__}")
    return Explained(explanations=explanations(text), reading=reading(text))
