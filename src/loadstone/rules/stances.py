"""What the loader of an environment does about a known way to do harm: the line that safety findings say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone.environment import KERAS_3
from loadstone.knowledge.advisories import LOAD_MODEL, Stance, advisories

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loadstone.knowledge.advisories import Advisory
    from loadstone.rules.case import Case

_NAMES = {"keras": "Keras", "tf-keras": "tf_keras", "tensorflow": "TensorFlow"}
#: Keras 2 goes on as a package of another name from here on.
_FIRST_TF_KERAS = Version("2.16")


def stops(case: Case, *mechanisms: str) -> bool:
    """Whether the loader stops all that is known by these names; False where nothing is known."""
    found = _judged(case, mechanisms)
    return bool(found) and all(stance is Stance.STOPS for _, _, stance in found)


def here(case: Case, *mechanisms: str) -> str:
    """What is in the environment, and which of these it stops."""
    if case.loader is None:
        return case.here
    if case.is_refused and case.artifact.dialect is not None:
        return f"{case.here}, which turns the file away as a whole"
    told = [_told(*each) for each in _judged(case, mechanisms)]
    return "; ".join((case.here, *dict.fromkeys(told)))


def _judged(case: Case, mechanisms: Iterable[str]) -> tuple[tuple[Advisory, str, Stance], ...]:
    """The advisories about a file of this format, with the distribution that answers and what it does."""
    if case.keras is None:
        return ()
    rows = advisories(*mechanisms, format_name=case.artifact.format.value)
    rows = tuple(row for row in rows if LOAD_MODEL in row.call) or rows
    found = []
    for row in rows:
        distribution, version = _software(case, row)
        found.append((row, distribution, row.stance(distribution, version)))
    return tuple(found)


def _software(case: Case, row: Advisory) -> tuple[str, Version]:
    """The distribution and release that a row is asked about: TensorFlow's own for the Keras inside it."""
    keras = case.keras or Version("0")
    tensorflow = case.environment.tensorflow
    if "tensorflow" in row.fixed and tensorflow is not None and case.loader and case.loader.row[1] == "tensorflow":
        return "tensorflow", tensorflow
    return ("tf-keras" if keras >= _FIRST_TF_KERAS and keras.major < KERAS_3 else "keras"), keras


def _told(row: Advisory, distribution: str, stance: Stance) -> str:
    match stance:
        case Stance.STOPS:
            return f"it stops {row.id} (since {_NAMES[distribution]} {_listed(row.first_fixed(distribution))})"
        case Stance.UNAFFECTED:
            return f"{row.id} does not concern it"
        case Stance.OPEN:
            fixed = row.first_fixed(distribution)
            since = f"fixed in {_NAMES[distribution]} {_listed(fixed)}" if fixed else f"open in {_NAMES[distribution]}"
            return f"it does not stop {row.id} ({since})"


def _listed(versions: tuple[str, ...]) -> str:
    return versions[0] if len(versions) == 1 else f"{', '.join(versions[:-1])} and {versions[-1]}"
