"""Regenerates the knowledge tables from the released packages.

``python tasks/knowledge.py`` reads every release named below (wheels are cached in ``.cache/wheels``, of TensorFlow's
only the Python files are kept), compares what it read with the installed packages of every environment that exists in
``.cache/envs`` and with this one, and writes ``src/loadstone/knowledge/data``. A disagreement ends it with an error and
nothing is written. Progress goes to stderr.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tasks import knowledge_addons, knowledge_fetch, knowledge_keras2, knowledge_keras3  # noqa: E402 - found by the line above
from tasks.knowledge_arguments import Accepted, Arguments  # noqa: E402 - as above
from tasks.knowledge_registry import import_path  # noqa: E402 - as above
from tasks.knowledge_source import Package  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packaging.specifiers import SpecifierSet

DATA = ROOT / "src" / "loadstone" / "knowledge" / "data"
TENSORFLOW_SOURCES = ("tensorflow/python/", "tensorflow_core/python/")

# The version that tf.keras gives itself in TensorFlow's releases that bundle it (without its suffix -tf), and one
# patch release of each. TensorFlow 2.3 calls its Keras 2.4.0 as 2.4 does, and can therefore have no row of its own.
BUNDLED = {"2.2.4": "2.1.4", "2.3.0": "2.2.3", "2.4.0": "2.4.4", "2.5.0": "2.5.3"}
KERAS_3 = 3
OLDEST_TENSORFLOW = Version("1.13.1")
OLDEST_ADDONS = Version("0.5.0")

# One row's names: what each is imported from and takes. The kind is Keras's module name.
Row = dict[tuple[str, str], tuple[str, frozenset[str]]]


def say(text: str) -> None:
    """Tells of progress."""
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A Keras release that makes a row: its own version, and the release of a distribution that it is read from."""

    version: Version
    distribution: str
    release: Version

    def __str__(self) -> str:
        return f"{self.distribution} {self.release}"

    @property
    def tensorflow(self) -> Version:
        """The TensorFlow that it belongs to."""
        return self.release if self.distribution == "tensorflow" else self.version

    def read(self) -> tuple[Package, str]:
        """Its sources and the dotted name of its innermost package."""
        if self.distribution == "tensorflow":
            wheel = knowledge_fetch.wheel("tensorflow-cpu", self.release)
            files = knowledge_fetch.sources(knowledge_fetch.shrink(wheel, TENSORFLOW_SOURCES), TENSORFLOW_SOURCES)
        else:
            files = knowledge_fetch.sources(knowledge_fetch.wheel(self.distribution, self.release))
        package = Package(files)
        below = {"tensorflow": "tensorflow.python.keras", "tf-keras": "tf_keras", "keras": "keras"}[self.distribution]
        return package, f"{below}.src" if package.module(f"{below}.src") else below


def keras_row(release: Release) -> Row:
    """Every name that a Keras release finds."""
    package, root = release.read()
    found = (knowledge_keras3 if release.version.major == KERAS_3 else knowledge_keras2).names(package, root)
    arguments = Arguments(package)
    row: Row = {}
    for (kind, name), definitions in found.items():
        taken = Accepted()
        for definition in definitions:
            taken |= arguments.of(definition)
        path = import_path(definitions[0], kind, release.distribution)
        row[kind.value, name] = (path, _keywords(taken))
    return row


def _keywords(taken: Accepted) -> frozenset[str]:
    return taken.names | ({"*"} if taken.open_ended else set())


def keras_releases() -> tuple[Release, ...]:
    """Every row's release, by version: the highest patch release of each minor one."""
    rows = [
        Release(version=Version(version), distribution="tensorflow", release=Version(release))
        for version, release in BUNDLED.items()
    ]
    for distribution, oldest in (("keras", Version("2.6")), ("tf-keras", Version("2.16"))):
        newest: dict[tuple[int, int], Version] = {}
        for version in knowledge_fetch.versions(distribution):
            if version >= oldest:
                newest[version.major, version.minor] = version
        rows += [Release(version=version, distribution=distribution, release=version) for version in newest.values()]
    return tuple(sorted(rows, key=lambda release: release.version))


def encode(rows: Sequence[Row]) -> dict[str, dict[str, list[list[Any]]]]:
    """The spans of all names, as ``loadstone.knowledge.tables`` documents them."""
    objects: dict[str, dict[str, list[list[Any]]]] = {}
    for kind, name in sorted({key for row in rows for key in row}):
        spans: list[list[Any]] = []
        before: tuple[str, frozenset[str]] | None = None
        for position, row in enumerate(rows):
            here = row.get((kind, name))
            if here is None:
                continue
            if here == before and spans[-1][1] == position - 1:
                spans[-1][1] = position
            else:
                spans.append([position, position, *_changed(before, here)])
            before = here
        objects.setdefault(kind, {})[name] = spans
    return objects


def _changed(before: tuple[str, frozenset[str]] | None, here: tuple[str, frozenset[str]]) -> tuple[str, str]:
    if before is None:
        return here[0], " ".join(sorted(here[1]))
    changes = [
        *(f"+{name}" for name in sorted(here[1] - before[1])),
        *(f"-{name}" for name in sorted(before[1] - here[1])),
    ]
    return "" if here[0] == before[0] else here[0], " ".join(changes)


def bases_for(window: SpecifierSet, releases: Iterable[Release]) -> Release:
    """The Keras that an Addons release is read against: the newest in its window, the oldest of an unbounded one."""
    keras2 = [each for each in releases if each.distribution != "tf-keras" and each.version.major < KERAS_3]
    fitting = [release for release in keras2 if release.tensorflow in window] or keras2[:1]
    return fitting[-1] if any(specifier.operator == "<" for specifier in window) else fitting[0]


@lru_cache(maxsize=1)
def keras_bases(release: Release) -> knowledge_addons.KerasBases:
    """What Addons classes derive from, in one Keras release."""
    return knowledge_addons.KerasBases(*release.read())


def addons_row(package: Package, bases: knowledge_addons.KerasBases) -> Row:
    """Every name that one Addons release registers."""
    arguments = Arguments(package, bases)
    public = knowledge_addons.public_paths(package)
    return {
        ("addons", name): (public.get(definition, definition.path), _keywords(arguments.of(definition)))
        for name, definition in knowledge_addons.registered(package)
    }


def compare(row: Row, told: Mapping[str, Mapping[str, Any]], complete: Iterable[str], origin: str) -> list[str]:
    """Where a row disagrees with what the installed release tells of itself; of ``complete`` kinds it tells all."""
    faults: list[str] = []
    for kind, objects in told.items():
        kinds = ("layers", "models") if kind == "layers" else (kind,)
        known = {name: entry for each in kinds for (other, name), entry in row.items() if other == each}
        for name, (path, named) in objects.items():
            if name not in known:
                faults.append(f"{origin}: {kind} {name} ({path}) is not in the table")
            elif missing := set(named) - known[name][1]:
                faults.append(f"{origin}: {kind} {name} takes {sorted(missing)} too")
        surplus = {name for name in known if not name.startswith("Custom>")} - set(objects)
        if kind in complete and surplus:
            faults.append(f"{origin}: {kind} has no {sorted(surplus)}")
    return faults


def ask_environments() -> list[dict[str, Any]]:
    """What the packages of every environment there is tell of themselves."""
    told: list[dict[str, Any]] = []
    for python in (Path(sys.executable), *sorted((ROOT / ".cache" / "envs").glob("*/bin/python"))):
        say(f"asking {python.relative_to(ROOT)}")
        told.append(knowledge_fetch.ask(python, ROOT / "tasks" / "knowledge_introspect.py"))
    return told


def check(environments: Iterable[dict[str, Any]], keras: Mapping[Version, Row], addons: Mapping[Version, Row]) -> None:
    """Compares the rows with what the environments told; ends the program upon a disagreement."""
    faults: list[str] = []
    for told in environments:
        version = Version(told["keras"].removesuffix("-tf"))
        faults += compare(keras[version], told["objects"], told["complete"], f"keras {version}")
        if "addons" in told:
            version = Version(told["addons_version"])
            faults += compare(addons[version], {"addons": told["addons"]}, ["addons"], f"tensorflow-addons {version}")
    if faults:
        raise SystemExit("\n".join(["The tables disagree with the installed packages:", *faults]))


def write(name: str, data: dict[str, Any]) -> None:
    """Writes one data file, an entry a line."""
    DATA.mkdir(exist_ok=True)
    dated = {"generated": dt.datetime.now(dt.UTC).date().isoformat(), **data}
    text = _lines(dated, depth=3 if "objects" in data else 2)
    (DATA / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    say(f"wrote {name}.json, {len(text)} bytes")


def _lines(value: Any, depth: int) -> str:
    """JSON whose mappings down to ``depth`` have a line for each entry."""
    if depth and isinstance(value, dict):
        entries = (f"{json.dumps(key)}: {_lines(item, depth - 1)}" for key, item in value.items())
        return "{\n" + ",\n".join(entries) + "\n}"
    return json.dumps(value)


def write_names(name: str, releases: Sequence[Version], origins: Sequence[str], rows: Sequence[Row]) -> None:
    """Writes a table of names."""
    write(name, {"releases": [*map(str, releases)], "origins": [*origins], "objects": encode(rows)})


def tensorflow_releases() -> dict[str, list[Any]]:
    """The dates, Pythons and requirement of Keras of TensorFlow's final releases."""
    told = known_releases("tensorflow")
    for version in knowledge_fetch.versions("tensorflow"):
        # A post-release is the same release, built again for one platform.
        if version >= OLDEST_TENSORFLOW and not version.is_postrelease and str(version) not in told:
            say(f"asking for TensorFlow {version}")
            files = knowledge_fetch.files("tensorflow", version)
            keras = knowledge_fetch.requirement("tensorflow", version, files.pythons[-1], "keras")
            told[str(version)] = _dated(files, keras)
    return {str(version): told[str(version)] for version in sorted(map(Version, told))}


def known_releases(distribution: str) -> dict[str, list[Any]]:
    """What was told before: a release's date, wheels and requirements are facts of the past and not asked for again."""
    path = DATA / "releases.json"
    known: dict[str, list[Any]] = json.loads(path.read_text(encoding="utf-8"))[distribution] if path.exists() else {}
    return known


def addons_releases(windows: Mapping[Version, SpecifierSet]) -> dict[str, list[Any]]:
    """The dates, Pythons and windows of Addons' releases."""
    say("asking for TensorFlow Addons")
    known = known_releases("tensorflow-addons")
    return {
        str(version): known.get(str(version)) or _dated(knowledge_fetch.files("tensorflow-addons", version), window)
        for version, window in windows.items()
    }


def _dated(files: knowledge_fetch.Files, requirement: SpecifierSet | None) -> list[Any]:
    stated = None if requirement is None else ",".join(sorted(map(str, requirement), reverse=True))
    return [files.released.isoformat(), " ".join(files.pythons), stated]


def main() -> None:
    """Reads, compares, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names-only", action="store_true", help="keep releases.json: ask the registry for no dates")
    options = parser.parse_args()
    environments = ask_environments()
    keras: dict[Release, Row] = {}
    for release in keras_releases():
        say(f"reading Keras {release.version} ({release})")
        keras[release] = keras_row(release)
    addons: dict[Version, Row] = {}
    windows: dict[Version, SpecifierSet] = {}
    for version in knowledge_fetch.versions("tensorflow-addons"):
        if version >= OLDEST_ADDONS:
            say(f"reading TensorFlow Addons {version}")
            wheel = knowledge_fetch.wheel("tensorflow-addons", version)
            package = Package(knowledge_fetch.sources(wheel))
            windows[version] = knowledge_addons.window(package, knowledge_fetch.metadata(wheel))
            addons[version] = addons_row(package, keras_bases(bases_for(windows[version], keras)))
    check(environments, {release.version: row for release, row in keras.items()}, addons)
    write_names("keras", [release.version for release in keras], [*map(str, keras)], [*keras.values()])
    write_names("addons", [*addons], [f"tensorflow-addons {version}" for version in addons], [*addons.values()])
    if not options.names_only:
        write("releases", {"tensorflow": tensorflow_releases(), "tensorflow-addons": addons_releases(windows)})


if __name__ == "__main__":
    main()
