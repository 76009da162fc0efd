"""Measures every era: builds its environment on each Python, tries it, and writes ``knowledge/data/eras.json``.

``python tasks/eras.py [--row NAME] [--python X.Y] [--others] [--addons] [--again] [--clean] [--list] [--write]``

Each (era, Python) is resolved with uv as of a day when the era's releases were new, built in a scratch folder, and
tried: its imports, and models saved in that era. ``--addons`` comes first: it tries the releases of Addons that are for
an era, with their custom operators. What was seen is kept in ``.cache/eras`` and in the table, so a run that was
stopped goes on where it was. The recommended Python of an era is the newest that works; the others are measured with
``--others``. Only ``--write`` writes the table. One environment is built at a time. Together they are more wheels than
a disk may hold: ``--clean``, with a cache of its own (``UV_CACHE_DIR``), keeps those of one era only.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from loadstone.atomic import replacing  # noqa: E402 - found by the line above
from tasks import eras_build as build  # noqa: E402 - as above
from tasks import eras_kept as kept  # noqa: E402 - as above
from tasks.eras_measure import best_addons, days, proved, say, tried, try_addons  # noqa: E402 - as above
from tasks.eras_models import models_of  # noqa: E402 - as above
from tasks.eras_rows import Row, rows  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.eras_kept import Seen


def main() -> None:
    """Measures what was asked for, every era on its recommended Python by default."""
    os.nice(10)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))  # so that the scratch folder is removed
    table = rows()
    arguments = parsed([row.name for row in table])
    wanted = [row for row in table if row.name in (arguments.row or [row.name])]
    if arguments.write:
        write(table)
    for row in [] if arguments.write else wanted:
        if arguments.list:
            print("\n".join(described(row, python) for python in row.pythons))
        elif arguments.addons:
            measure_addons(row, again=arguments.again)
        else:
            measure(row, arguments.python, others=arguments.others, again=arguments.again)
        if arguments.clean:
            build.forget("tensorflow", "tensorflow-cpu")


def parsed(names: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--row", action="append", choices=names, metavar="NAME", help="this era only")
    parser.add_argument("--python", action="append", metavar="X.Y", help="this Python only")
    parser.add_argument("--others", action="store_true", help="the other Pythons of each era too")
    parser.add_argument("--addons", action="store_true", help="the releases of Addons of each era, and nothing else")
    parser.add_argument("--again", action="store_true", help="also what was measured before")
    parser.add_argument("--clean", action="store_true", help="drop TensorFlow from uv's cache after each era")
    parser.add_argument("--list", action="store_true", help="say what is known, measure nothing")
    parser.add_argument("--write", action="store_true", help="write the table from what is known, measure nothing")
    return parser.parse_args()


def described(row: Row, python: str) -> str:
    """A line on one build."""
    seen = kept.seen(row.name, python)
    state = "not measured" if seen is None else "works" if seen.works else f"fails: {seen.why}"
    return f"{row.name:18} {python:5} {state}"


def measure_addons(row: Row, *, again: bool) -> None:
    """Tries an era's releases of Addons."""
    if row.addons and (again or not kept.trials(row.name)):
        kept.keep_trials(row.name, try_addons(row))


def measure(row: Row, pythons: Sequence[str] | None, *, others: bool, again: bool) -> None:
    """Measures an era on the Pythons asked for: by default from the newest on, up to the first that works."""
    for python in pythons or row.pythons:
        addons = best_addons(row, python)
        seen = None if again else kept.seen(row.name, python)
        if seen is None or seen.addons != (None if addons is None else str(addons.version)):
            seen = tried(row, python, addons)
            kept.keep_seen(seen)
            say(described(row, python))
        elif seen.works and seen.fixture is None and models_of(row, addons):
            seen = proved(row, addons, seen)
            kept.keep_seen(seen)
            say(described(row, python))
        if seen.works and not others and pythons is None:
            break


def write(table: Sequence[Row]) -> None:
    """Writes the table from what is known."""
    eras = {row.name: as_data(row) for row in table}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(era, separators=(',', ':'))}" for name, era in eras.items())
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    text = f'{{\n"generated": "{today}",\n"eras": {{\n{lines}\n}}\n}}\n'
    with replacing(kept.TABLE) as draft:
        draft.write_text(text, encoding="utf-8")
    say(f"{kept.TABLE}: {len(eras)} eras, {len(text) / 1000:.0f} kB")


def as_data(row: Row) -> dict[str, Any]:
    """One era, as `loadstone.knowledge.eras` documents it."""
    addons = best_addons(row)
    trials = kept.trials(row.name)
    builds = {python: kept.seen(row.name, python) for python in row.pythons}
    recommended = next((python for python, seen in builds.items() if seen and seen.works), row.pythons[0])
    order = sorted(row.pythons, key=lambda python: python != recommended)
    ops = next((trial.ops for trial in trials if addons and trial.addons == str(addons.version)), None)
    return {
        "tensorflow": str(row.tensorflow.version),
        "addons": None if addons is None else str(addons.version),
        "keras": row.keras,
        "tf_keras": row.tf_keras,
        "distribution": row.distribution,
        "variables": dict(row.variables),
        "trials": [[trial.addons, trial.imports, trial.ops] for trial in trials],
        "builds": {
            python: build_data(row, python, builds[python], ops if python == recommended else None) for python in order
        },
    }


def build_data(row: Row, python: str, seen: Seen | None, ops: bool | None) -> dict[str, Any]:  # noqa: FBT001 - one value of the row
    """One build of an era."""
    if seen is None:
        first = next(days(row, best_addons(row, python)))
        return {"as_of": first.isoformat(), "pins": "", "measured": None}
    pins = sorted((canonicalize_name(name), version) for name, _, version in (pin.partition("==") for pin in seen.pins))
    measured = [seen.on, seen.builds, seen.tensorflow, seen.keras, seen.addons_imports, ops, seen.fixture]
    return {
        "as_of": seen.as_of,
        "pins": " ".join(f"{name}=={version}" for name, version in pins),
        "measured": [*measured, seen.seconds, seen.megabytes, seen.why],
    }


if __name__ == "__main__":
    main()
