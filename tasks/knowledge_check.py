"""Compares the tables with what the installed packages of several environments tell of themselves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from tasks import knowledge_fetch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tasks.knowledge_rows import Known, Release, Row

ROOT = Path(__file__).resolve().parent.parent


def compare(row: Row, told: Mapping[str, Mapping[str, Any]], complete: Iterable[str], origin: str) -> list[str]:
    """Where a row disagrees with what the installed release tells of itself; of ``complete`` kinds it tells all."""
    faults: list[str] = []
    for kind, objects in told.items():
        kinds = ("layers", "models") if kind == "layers" else (kind,)
        known = {name: entry for each in kinds for (other, name), entry in row.items() if other == each}
        for name, (path, named, keys) in objects.items():
            if name not in known:
                faults.append(f"{origin}: {kind} {name} ({path}) is not in the table")
                continue
            if missing := set(named) - known[name].keywords:
                faults.append(f"{origin}: {kind} {name} takes {sorted(missing)} too")
            faults += [f"{origin}: {kind} {name} {fault}" for fault in _written(known[name], keys)]
        surplus = {name for name in known if not name.startswith("Custom>")} - set(objects)
        if kind in complete and surplus:
            faults.append(f"{origin}: {kind} has no {sorted(surplus)}")
    return faults


def _written(known: Known, keys: list[str] | None) -> Iterator[str]:
    """Where an object wrote other keys than the table says; ``keys`` are None of what could not be made or asked."""
    if keys is None or known.keys is None:
        return
    if surplus := set(keys) - known.keys.every:
        yield f"writes {sorted(surplus)} too"
    if missing := known.keys.always - set(keys):
        yield f"does not always write {sorted(missing)}"


def ask_environments() -> list[dict[str, Any]]:
    """What the packages of every environment there is tell of themselves."""
    told: list[dict[str, Any]] = []
    for python in (Path(sys.executable), *sorted((ROOT / ".cache" / "envs").glob("*/bin/python"))):
        print(f"asking {python.relative_to(ROOT)}", file=sys.stderr, flush=True)
        told.append(knowledge_fetch.ask(python, ROOT / "tasks" / "knowledge_introspect.py"))
    return told


def check(
    environments: Iterable[Mapping[str, Any]], keras: Mapping[Release, Row], addons: Mapping[Version, Row]
) -> None:
    """Compares the rows with what the environments told; ends the program upon a disagreement."""
    faults: list[str] = []
    for environment in environments:
        for told in environment["answers"]:
            release = _release(told, Version(environment["tensorflow"]), keras)
            if release is None:
                print(f"no row is of {told['distribution']}'s Keras {told['keras']}: not compared", file=sys.stderr)
            else:
                faults += compare(keras[release], told["objects"], told["complete"], str(release))
        version = Version(environment.get("addons_version", "0"))
        if version in addons:
            told = {"addons": environment["addons"]}
            faults += compare(addons[version], told, ["addons"], f"tensorflow-addons {version}")
    if faults:
        raise SystemExit("\n".join(["The tables disagree with the installed packages:", *dict.fromkeys(faults)]))


def _release(told: Mapping[str, Any], tensorflow: Version, releases: Iterable[Release]) -> Release | None:
    """The row that is of an installed Keras, or of another patch release of it; of a bundled one by its TensorFlow."""
    version = tensorflow if told["distribution"] == "tensorflow" else Version(told["keras"])
    own = [each for each in releases if (each.distribution, each.release) == (told["distribution"], each.version)]
    minor = [each for each in own if each.version.release[:2] == version.release[:2]]
    return next((each for each in minor if each.version == version), minor[-1] if minor else None)
