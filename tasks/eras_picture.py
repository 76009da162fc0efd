"""Draws ``docs/eras.svg`` from the table of eras: ``python tasks/eras_picture.py [--check]``.

One row for each TensorFlow minor release; columns for the Pythons, for the Keras that answers, and for the minor
releases of TensorFlow Addons. Plain shapes and text, in colours that can be read on light and on dark pages alike.
``--check`` writes nothing and says by its exit status whether the file is up to date.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from loadstone.knowledge import tensorflow_releases, tfa_releases  # noqa: E402 - found by the line above
from loadstone.knowledge.eras import Era, EraBuild, eras  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from packaging.version import Version

PICTURE = ROOT / "docs" / "eras.svg"

CELL = 20
LEFT, TOP = 84, 78
GAP = 16

# The marks: each has a shape of its own, so that nobody needs the colours.
WORKS, PARTLY, FAILS, ABSENT, UNKNOWN = "w", "p", "f", "a", "u"
MARKS = {
    WORKS: '<rect x="3" y="3" width="14" height="14" rx="3" fill="#2da44e"/>',
    PARTLY: '<rect x="4" y="4" width="12" height="12" rx="2" fill="none" stroke="#2da44e" stroke-width="2"/>'
    '<path d="M4 16L16 4V16Z" fill="#2da44e"/>',
    FAILS: '<path d="M5 5L15 15M15 5L5 15" stroke="#d1485f" stroke-width="3" stroke-linecap="round"/>',
    UNKNOWN: '<circle cx="10" cy="10" r="5" fill="none" stroke="#6e7781" stroke-width="1.5" stroke-dasharray="2 2"/>',
}
LEGEND = (
    (WORKS, "built and tried: works"),
    (PARTLY, "imports; Addons' custom operators do not load"),
    (FAILS, "tried: does not work"),
    (UNKNOWN, "not tried"),
)
NO_MARK = "empty: no wheel, or not declared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its heading, the group it stands in, and what it says of each TensorFlow minor release."""

    group: str
    name: str
    mark: Callable[[str], tuple[str, str]]


class Table:
    """The eras, as the picture asks for them."""

    def __init__(self) -> None:
        self.plain = {minor(era.tensorflow): era for era in eras() if era.name == f"tf{minor(era.tensorflow)}"}

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """All columns, from the left."""
        return (*self._pythons(), *self._keras(), *self._addons())

    def _pythons(self) -> Iterator[Column]:
        known = {python for release in tensorflow_releases() for python in release.pythons}
        for python in sorted(known, key=numbers):

            def mark(tensorflow: str, python: str = python) -> tuple[str, str]:
                return build_mark(next((b for b in self.plain[tensorflow].builds if b.python == python), None))

            yield Column(group="Python", name=python, mark=mark)

    def _keras(self) -> Iterator[Column]:
        for name, wanted in KERAS.items():

            def mark(tensorflow: str, wanted: Callable[[Era], bool] = wanted) -> tuple[str, str]:
                found = [era for era in eras() if minor(era.tensorflow) == tensorflow and wanted(era)]
                return build_mark(found[-1].builds[0]) if found else (ABSENT, "")

            yield Column(group="Keras", name=name, mark=mark)

    def _addons(self) -> Iterator[Column]:
        for addons in dict.fromkeys(minor(release.version) for release in tfa_releases()):

            def mark(tensorflow: str, addons: str = addons) -> tuple[str, str]:
                trial = next((t for t in self.plain[tensorflow].trials if minor(t.addons) == addons), None)
                if trial is None:
                    return ABSENT, ""
                return (WORKS if trial.ops else PARTLY if trial.imports else FAILS), ""

            yield Column(group="TensorFlow Addons", name=addons, mark=mark)


def is_own(era: Era) -> bool:
    """The Keras of the second generation that belongs to its TensorFlow."""
    return era.name == f"tf{minor(era.tensorflow)}" and (era.keras is None or era.keras.major == 2)  # noqa: PLR2004 - a generation


KERAS: dict[str, Callable[[Era], bool]] = {
    "tf.keras 2": is_own,
    "keras 1.2": lambda era: era.keras is not None and minor(era.keras) == "1.2",
    "keras 2.2": lambda era: era.keras is not None and minor(era.keras) == "2.2",
    "keras 2.3": lambda era: era.keras is not None and minor(era.keras) == "2.3",
    "tf_keras": lambda era: era.tf_keras is not None,
    "keras 3": lambda era: era.keras is not None and era.keras.major == 3,  # noqa: PLR2004 - a generation
}


def build_mark(build: EraBuild | None) -> tuple[str, str]:
    """The mark of one build, and what is said about it."""
    if build is None:
        return ABSENT, ""
    if build.measured is None:
        return UNKNOWN, ""
    if build.measured.works:
        return WORKS, ""
    why = build.measured.why or ""
    return (ABSENT, "") if why.startswith("no wheel") else (FAILS, why)


def minor(version: Version) -> str:
    """``2.8`` of 2.8.4."""
    return f"{version.major}.{version.minor}"


def numbers(text: str) -> tuple[int, ...]:
    """A dotted number, to be sorted by."""
    return tuple(int(part) for part in text.split("."))


def picture() -> str:
    """The whole picture."""
    table = Table()
    rows = list(table.plain)
    places = list(positions(table.columns))
    width, height = places[-1] + CELL + 12, TOP + len(rows) * CELL + 92
    parts = [*headings(table.columns, places), *stripes(rows, width)]
    for row, tensorflow in enumerate(rows):
        y = TOP + row * CELL
        release = table.plain[tensorflow].tensorflow
        parts.append(f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{release}</text>')
        for column, x in zip(table.columns, places, strict=True):
            mark, why = column.mark(tensorflow)
            if mark != ABSENT:
                parts.append(placed(mark, x, y, why))
    parts += legend(TOP + len(rows) * CELL + 16)
    marks = "".join(f'<g id="{name}">{shape}</g>' for name, shape in MARKS.items())
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="ui-sans-serif,system-ui,sans-serif" font-size="11" fill="#6e7781" role="img">'
        "<title>Which TensorFlow works with which Python, Keras and TensorFlow Addons, measured</title>"
    )
    return "\n".join([head, f"<defs>{marks}</defs>", *parts, "</svg>", ""])


def positions(columns: tuple[Column, ...]) -> Iterator[int]:
    """Where each column begins; groups stand apart."""
    x, group = LEFT, columns[0].group
    for column in columns:
        if column.group != group:
            x, group = x + GAP, column.group
        yield x
        x += CELL


def headings(columns: tuple[Column, ...], places: list[int]) -> Iterator[str]:
    """The groups' names, and the columns' names, upright."""
    yield f'<text x="{LEFT - 8}" y="14" text-anchor="end" font-weight="600">TensorFlow</text>'
    groups = {column.group: x for column, x in reversed(list(zip(columns, places, strict=True)))}
    for group, x in groups.items():
        yield f'<text x="{x + 2}" y="14" font-weight="600">{group}</text>'
    for column, x in zip(columns, places, strict=True):
        at = f"{x + 14} {TOP - 6}"
        yield f'<text transform="translate({at}) rotate(-90)">{escape(column.name)}</text>'


def stripes(rows: list[str], width: int) -> Iterator[str]:
    """Every other row shaded, so that the eye keeps its line."""
    for row in range(0, len(rows), 2):
        y = TOP + row * CELL
        yield f'<rect x="0" y="{y}" width="{width}" height="{CELL}" fill="#6e7781" fill-opacity=".09"/>'


def placed(mark: str, x: int, y: int, why: str) -> str:
    """A mark in its cell; what failed is said when it is pointed at."""
    if why:
        return f'<use href="#{mark}" x="{x}" y="{y}"><title>{escape(why)}</title></use>'
    return f'<use href="#{mark}" x="{x}" y="{y}"/>'


def legend(y: int) -> Iterator[str]:
    """What the marks mean, and of which day they are."""
    for number, (mark, text) in enumerate(LEGEND):
        x, line = LEFT + (number % 2) * 250, y + (number // 2) * CELL
        yield f'<use href="#{mark}" x="{x}" y="{line}"/><text x="{x + CELL + 4}" y="{line + 14}">{text}</text>'
    days = [build.measured.on for era in eras() for build in era.builds if build.measured]
    note = f"{NO_MARK}. Linux x86-64, {max(days)}." if days else f"{NO_MARK}."
    yield f'<text x="{LEFT + 4}" y="{y + 2 * CELL + 14}">{note}</text>'


def main() -> None:
    """Writes the picture, or says whether it is up to date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit status 1 when the file is outdated")
    arguments = parser.parse_args()
    wanted = picture()
    if PICTURE.exists() and PICTURE.read_text(encoding="utf-8") == wanted:
        return
    if arguments.check:
        sys.exit(f"{PICTURE} is not what the table of eras says: run python tasks/eras_picture.py")
    PICTURE.write_text(wanted, encoding="utf-8")
    print(f"wrote {PICTURE}, {len(wanted) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
