"""Findings and artifacts as text for people, in colour on a terminal that wants it."""

from __future__ import annotations

import shlex
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from loadstone.artifact import Attribute, Member, Node, Pointer, Tensor
from loadstone.finding import (
    CallWith,
    Convert,
    Fetch,
    Install,
    Isolate,
    Nothing,
    Provide,
    SetVariable,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from loadstone.artifact import Where
    from loadstone.finding import Diagnosis, Finding, Remedy, Stack

#: Places, names and remedies that are printed before the rest is only counted.
SHOWN = 3

#: Columns of a label and its spaces.
LABEL = 10
_WIDTH = 118

#: What loadstone itself needs to load models.
WORKS_WITH = "Keras 3.7 or newer, on Python 3.11 or newer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a report: plain text and, for a terminal, the role that decides its colour."""

    text: str
    role: str = "body"  # error | warning | note | title | fix | body


def where_text(where: Where) -> str:
    """A place in a file, for people."""
    match where:
        case Pointer() | Tensor() | Node() | Member():
            return str(where)
        case Attribute():
            return f"attribute {where.name} of {where.owner}"
        case _:
            assert_never(where)


def remedy_parts(remedy: Remedy) -> tuple[str, str]:
    """What to do, as something to type wherever possible; and what is to be said beside it, which may be nothing."""
    match remedy:
        case Convert():
            return remedy.command, f"or in Python: {remedy.python}"
        case Install():
            return _installing(remedy)
        case Provide():
            return remedy.python, ""
        case SetVariable():
            return _setting({remedy.name: remedy.value})
        case CallWith():
            return remedy.python, remedy.effect
        case Isolate():
            return remedy.command, f"{', '.join(remedy.requirements)} on Python {remedy.python_version}"
        case Fetch():
            return remedy.action, ""
        case Nothing():
            return f"nothing helps: {remedy.why}", ""
        case _:
            assert_never(remedy)


def remedy_text(remedy: Remedy) -> str:
    """A remedy in one line."""
    return (" " * 8).join(part for part in remedy_parts(remedy) if part)


def _installing(remedy: Install) -> tuple[str, str]:
    """How distributions are added, and the variables set that they are of use with."""
    install = "pip install " + " ".join(shlex.quote(requirement) for requirement in remedy.requirements)
    if not remedy.variables:
        return install, ""
    shell, python = _setting(dict(remedy.variables))
    return f"{install} && {shell}", python


def _setting(variables: Mapping[str, str]) -> tuple[str, str]:
    """How variables are set in a shell, and in Python."""
    shell = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
    return f"export {shell}", f"or first of all in Python: import os; os.environ.update({dict(variables)!r})"


def folded(items: Sequence[str], *, everything: bool, unit: str = "more") -> str:
    """The first items and how many are left: ``a, b, c and 12 more``."""
    if everything or len(items) <= SHOWN + 1:
        return ", ".join(items)
    return f"{', '.join(items[:SHOWN])} and {len(items) - SHOWN} {unit}"


def labelled(label: str, text: str, role: str = "body") -> Iterator[Line]:
    """A label and its text, wrapped under itself; a long word, such as a path, is never broken."""
    lines = textwrap.wrap(text, _WIDTH - LABEL - 2, break_long_words=False, break_on_hyphens=False) or [""]
    for index, line in enumerate(lines):
        yield Line(text=f"  {(label if index == 0 else ''):<{LABEL}}{line}", role=role)


def repeats(previous: Finding | None, finding: Finding) -> bool:
    """Whether the remedies, being several, are those of the finding that was told before."""
    return previous is not None and previous.remedies == finding.remedies and len(finding.remedies) > 1


def finding_lines(
    finding: Finding, source: str, *, previous: Finding | None = None, everything: bool = False
) -> Iterator[Line]:
    """One finding, in the one shape; remedies that the finding before it has too are not printed twice."""
    title = f"{finding.code}  {finding.message}"
    gap = max(2, _WIDTH - len(title) - len(source))
    yield Line(text=f"{title}{' ' * gap}{source}", role=finding.severity.value)
    places = places_text(finding, everything=everything)
    yield from labelled("found", f"{places}: {finding.found}" if places else finding.found)
    if finding.provided:
        yield from labelled("provided", finding.provided)
    if finding.here:
        yield from labelled("here", finding.here)
    repeated = repeats(previous, finding)
    if repeated:
        yield Line(text=f"  {'fix':<{LABEL}}as above", role="fix")
    for index, remedy in enumerate(() if repeated else finding.remedies):
        # A command stays on one line, so that it can be copied.
        yield Line(text=f"  {('fix' if index == 0 else 'or'):<{LABEL}}{remedy_text(remedy)}", role="fix")
    yield from labelled("more", f"loadstone explain {finding.code}")


def places_text(finding: Finding, *, everything: bool = False) -> str:
    """Where a finding stands in the file: the first places, and how many are left; empty where it has none."""
    return folded([where_text(where) for where in finding.where], everything=everything, unit="more places")


def answer_text(diagnosis: Diagnosis) -> str:
    """The answer in a few words."""
    if diagnosis.loads is False and diagnosis.loads_uncompiled:
        return "loads only with compile=False"
    return {True: "loads", False: "does not load", None: "cannot be judged"}[diagnosis.loads]


def counts_text(diagnosis: Diagnosis) -> str:
    """How many findings of each severity there are: ``7 errors, 1 note``."""
    counts = ((severity.value, sum(each.severity is severity for each in diagnosis.findings)) for severity in Severity)
    return ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts if count)


def verdict_text(diagnosis: Diagnosis) -> str:
    """The answer in one line."""
    counts = counts_text(diagnosis)
    answer = f"{diagnosis.source} {answer_text(diagnosis)} in {diagnosis.environment}"
    return f"{answer}: {counts}" if counts else answer


def all_load(diagnoses: Iterable[Diagnosis]) -> bool | None:
    """The answer for several models: False as soon as one does not load, None where one of the rest is unknown."""
    answers = {diagnosis.loads for diagnosis in diagnoses}
    return False if False in answers else None if None in answers else True


def diagnosis_lines(diagnosis: Diagnosis, *, everything: bool = False) -> Iterator[Line]:
    """Every finding, then where else the model loads, then the verdict."""
    for previous, finding in zip((None, *diagnosis.findings), diagnosis.findings, strict=False):
        yield from finding_lines(finding, diagnosis.source, previous=previous, everything=everything)
        yield Line(text="")
    role = {True: "title", False: "error", None: "warning"}[diagnosis.loads]
    yield from elsewhere_lines(diagnosis, everything=everything)
    yield Line(text=verdict_text(diagnosis), role=role)


def diagnoses_lines(diagnoses: Iterable[Diagnosis], *, everything: bool = False) -> Iterator[Line]:
    """Several diagnoses, one after another."""
    for index, diagnosis in enumerate(diagnoses):
        if index:
            yield Line(text="")
        yield from diagnosis_lines(diagnosis, everything=everything)


def elsewhere_lines(diagnosis: Diagnosis, *, everything: bool = False) -> Iterator[Line]:
    """What loadstone can do with a model, and where it loads as it is; nothing where that was not asked."""
    rebuild = diagnosis.with_loadstone
    if rebuild is None:
        return
    where = "" if rebuild.here else f"; not here: loadstone loads models where there is {WORKS_WITH}"
    can = {True: "loads it", False: "does not load it", None: "may load it"}[rebuild.loads]
    if rebuild.custom_objects:
        can = "loads it with your own code"
    yield from labelled("loadstone", f"{can}: {rebuild.why}{where if rebuild.loads or rebuild.custom_objects else ''}")
    places = [f"{stack}{stack_remark(stack)}" for stack in diagnosis.candidates]
    shown = places if everything else places[:1]
    more = f"; and {len(places) - len(shown)} more" if len(places) > len(shown) else ""
    if places:
        yield from labelled("loads in", "; ".join(shown) + more)


def stack_remark(stack: Stack) -> str:
    """What has to be known of an environment in which a model loads."""
    if stack.loads is None:
        return " (perhaps)"
    return "" if stack.compiled else " (with compile=False)"


def page_lines(page: str) -> Iterator[Line]:
    """A rule's page; its headings stand out."""
    for line in page.strip().splitlines():
        yield Line(text=line, role="title" if line.startswith("#") else "body")


_STYLES = {
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold cyan",
    "title": "bold green",
    "fix": "green",
    "body": "",
}


def render(lines: Iterable[Line], *, colour: bool) -> str:
    """The lines as one text; rich is imported for colour alone."""
    if not colour:
        return "".join(f"{line.text.rstrip()}\n" for line in lines)
    from io import StringIO  # noqa: PLC0415 - a plain report does without

    from rich.console import Console  # noqa: PLC0415 - a plain report does without
    from rich.text import Text  # noqa: PLC0415 - a plain report does without

    out = StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", width=10_000, soft_wrap=True)
    for line in lines:
        console.print(Text(line.text.rstrip(), style=_STYLES[line.role]))
    return out.getvalue()
