"""Measures one era on one Python: resolves, builds, tries; and finds the best Addons for it."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tasks import eras_build as build
from tasks import eras_kept as kept
from tasks import eras_words as words
from tasks.eras_kept import Seen, Trial
from tasks.eras_models import keras_of, models_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from loadstone.knowledge import TfaRelease
    from tasks.eras_rows import Row

# Days after the release: a few, so that what it was published with is there; then later ones, for releases whose
# dependencies were broken at first.
DELAYS = (3, 30, 120, 365)


def tried(row: Row, python: str, addons: TfaRelease | None) -> Seen:
    """Builds an era on one Python as of the first day on which it works, and tries it.

    Where no day works, the first one's failure is what counts.
    """
    failed: Seen | None = None
    for as_of in days(row, addons):
        seen = attempt(row, python, addons, as_of)
        if seen.works:
            return seen
        failed = failed or seen
        if "no wheel" in (seen.why or ""):
            break  # no later day brings one
    if failed is None:
        raise AssertionError(row.name)  # there is always a day
    return failed


def days(row: Row, addons: TfaRelease | None) -> Iterator[dt.date]:
    """The days as of which packages are chosen, one after the other."""
    first = row.earliest(addons)
    yield min(first + dt.timedelta(days=DELAYS[0]), today())
    yield from (day for delay in DELAYS[1:] if (day := first + dt.timedelta(days=delay)) < today())


def today() -> dt.date:
    """The day of measuring."""
    return dt.datetime.now(tz=dt.UTC).date()


def attempt(row: Row, python: str, addons: TfaRelease | None, as_of: dt.date) -> Seen:
    """One build as of one day."""
    requirements = row.requirements(addons)
    common: dict[str, Any] = {
        "row": row.name,
        "python": python,
        "addons": None if addons is None else str(addons.version),
        "as_of": as_of.isoformat(),
        "on": today().isoformat(),
    }
    say(f"{row.name} on Python {python} as of {as_of}: {' '.join(requirements)}")
    pins: tuple[str, ...] = ()
    with build.scratch() as folder:
        try:
            pins = build.resolve(requirements, python, as_of)
            interpreter = build.create(folder / "first", python)
            build.install(interpreter, pins, as_of)
            seconds = build.timed(requirements, python, as_of, folder / "second")
        except build.BuildFailedError as problem:
            why = words.of_build(str(problem), python)
            return Seen(**common, pins=pins, builds=False, why=why, errors={"build": str(problem)[-4000:]})
        size = build.megabytes(folder / "second")
        outcome = build.probe(interpreter, request(row, addons), row.variables)
    built = Seen(**common, pins=pins, builds=True, seconds=round(seconds, 1), megabytes=size)
    return with_outcome(built, row, outcome)


def proved(row: Row, addons: TfaRelease | None, seen: Seen) -> Seen:
    """What was seen, with the models of the era tried in the same environment: they came later."""
    say(f"{row.name} on Python {seen.python}: models")
    as_of = dt.date.fromisoformat(seen.as_of)
    with build.scratch() as folder:
        interpreter = build.create(folder / "first", seen.python)
        build.install(interpreter, seen.pins, as_of)
        return with_outcome(seen, row, build.probe(interpreter, request(row, addons), row.variables))


def with_outcome(seen: Seen, row: Row, outcome: build.Outcome) -> Seen:
    """A build with what was tried in it."""
    models = [worked for step, worked in outcome.steps.items() if step.startswith("model ")]
    return replace(
        seen,
        tensorflow=outcome.went("tensorflow"),
        keras=outcome.went(keras_of(row)),
        addons_imports=outcome.went("tensorflow_addons") if seen.addons else None,
        fixture=all(models) if models else None,
        why=words.of_outcome(outcome),
        errors=outcome.errors,
    )


def request(row: Row, addons: TfaRelease | None) -> dict[str, Any]:
    """What to try: the imports in their order, then the models of the era."""
    imports = ["tensorflow", keras_of(row), *(["tensorflow_addons"] if addons else [])]
    return {"imports": imports, "keras": keras_of(row), "models": models_of(row, addons)}


def best_addons(row: Row, python: str | None = None) -> TfaRelease | None:
    """The newest release of Addons for an era whose operators load, else the newest that imports, else the newest.

    Of those with wheels for a Python, where one is named; None where there is none.
    """
    trials = {trial.addons: trial for trial in kept.trials(row.name)}

    def quality(release: TfaRelease) -> tuple[bool, bool]:
        trial = trials.get(str(release.version))
        return (False, False) if trial is None else (trial.ops, trial.imports)

    there = (release for release in row.addons if python is None or python in release.pythons)
    return max(there, key=quality, default=None)  # the first of equals, which is the newest


def try_addons(row: Row) -> tuple[Trial, ...]:
    """Tries every release of Addons that is for an era, beside the distribution ``tensorflow``, newest first."""
    with build.scratch() as folder:
        return tuple(_trial(row, addons, folder / str(addons.version)) for addons in row.addons)


def _trial(row: Row, addons: TfaRelease, folder: Path) -> Trial:
    python = next(python for python in row.pythons if python in addons.pythons)
    as_of = next(days(row, addons))
    requirements = row.requirements(addons, "tensorflow")
    say(f"{row.name} on Python {python} as of {as_of}: {' '.join(requirements)}")
    common: dict[str, Any] = {
        "row": row.name,
        "python": python,
        "addons": str(addons.version),
        "on": today().isoformat(),
    }
    try:
        pins = build.resolve(requirements, python, as_of)
        beside_cpu = build.resolve(row.requirements(addons), python, as_of)
        interpreter = build.create(folder, python)
        build.install(interpreter, pins, as_of)
    except build.BuildFailedError as problem:
        return Trial(**common, imports=False, ops=False, errors={"build": str(problem)[-4000:]})
    imports = ["tensorflow", "tensorflow_addons"]
    outcome = build.probe(interpreter, {"imports": imports, "ops": True, "keras": keras_of(row)}, row.variables)
    trial = Trial(
        **common,
        imports=all(outcome.went(name) or False for name in imports),
        ops=outcome.went("ops") or False,
        same_pins={pin for pin in pins if not pin.startswith("tensorflow==")}
        == {pin for pin in beside_cpu if not pin.startswith(("tensorflow-cpu==", "tensorflow=="))},
        errors=outcome.errors,
    )
    say(f"  imports: {trial.imports}, operators load: {trial.ops} {dict(trial.errors)}")
    return trial


def say(text: str) -> None:
    """Tells of progress."""
    print(text, file=sys.stderr, flush=True)
