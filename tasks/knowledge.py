"""Regenerates the knowledge tables from the released packages.

``python tasks/knowledge.py`` reads every release named below (wheels are cached in ``.cache/wheels``, of TensorFlow's
only the Python files are kept), compares what it read with the installed packages of every environment that exists in
``.cache/envs`` and with this one, and writes ``src/loadstone/knowledge/data``. A disagreement ends it with an error and
nothing is written. Progress goes to stderr.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tasks import knowledge_addons, knowledge_fetch, knowledge_registry  # noqa: E402 - found by the line above
from tasks.knowledge_arguments import Accepted, Arguments  # noqa: E402 - as above
from tasks.knowledge_source import Package  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from packaging.specifiers import SpecifierSet

DATA = ROOT / "src" / "loadstone" / "knowledge" / "data"
TENSORFLOW_SOURCES = ("tensorflow/python/", "tensorflow_core/python/")

# The version that tf.keras gives itself in TensorFlow's releases that bundle it (without its suffix -tf), and one
# patch release of each. TensorFlow 2.3 calls its Keras 2.4.0 as 2.4 does, and can therefore have no row of its own.
BUNDLED = {"2.2.4": "2.1.4", "2.3.0": "2.2.3", "2.4.0": "2.4.4", "2.5.0": "2.5.3"}
OLDEST_TENSORFLOW = Version("1.13.1")
OLDEST_ADDONS = Version("0.5.0")

# One row's names: what each is imported from and takes. The kind is Keras's module name.
Row = dict[tuple[str, str], tuple[str, frozenset[str]]]


def say(text: str) -> None:
    """Tells of progress."""
    print(text, file=sys.stderr, flush=True)


class Release:
    """One Keras release: where it was read from, its sources, its row."""

    def __init__(self, version: Version, distribution: str, release: Version) -> None:
        self.version = version
        self.distribution = distribution
        self.release = release
        if distribution == "tensorflow":
            wheel = knowledge_fetch.wheel("tensorflow-cpu", release)
            files = knowledge_fetch.sources(knowledge_fetch.shrink(wheel, TENSORFLOW_SOURCES), TENSORFLOW_SOURCES)
        else:
            files = knowledge_fetch.sources(knowledge_fetch.wheel(distribution, release))
        self.package = Package(files)
        below = {"tensorflow": "tensorflow.python.keras", "tf-keras": "tf_keras", "keras": "keras"}[distribution]
        self.root = f"{below}.src" if self.package.module(f"{below}.src") else below

    def row(self) -> Row:
        """Every name that this release finds."""
        if self.version.major > 2:  # noqa: PLR2004 - Keras 2 and Keras 3
            found = knowledge_registry.keras3(self.package, self.root)
        else:
            found = knowledge_registry.keras2(self.package, self.root)
        arguments = Arguments(self.package)
        row: Row = {}
        for (kind, name), definitions in found.items():
            taken = Accepted()
            for definition in definitions:
                taken |= arguments.of(definition)
            path = knowledge_registry.import_path(definitions[0], self.distribution)
            row[kind.value, name] = (path, _keywords(taken))
        return row


def _keywords(taken: Accepted) -> frozenset[str]:
    return taken.names | ({"*"} if taken.open_ended else set())


def keras_releases() -> list[tuple[Version, str, Version]]:
    """The version, distribution and release of every row: the highest patch release of each minor one."""
    rows = [(Version(version), "tensorflow", Version(release)) for version, release in BUNDLED.items()]
    for distribution, oldest in (("keras", Version("2.6")), ("tf-keras", Version("2.16"))):
        newest: dict[tuple[int, int], Version] = {}
        for version in knowledge_fetch.versions(distribution):
            if version >= oldest:
                newest[version.major, version.minor] = version
        rows += [(version, distribution, version) for version in newest.values()]
    return sorted(rows)


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
    changes = [*(f"+{name}" for name in sorted(here[1] - before[1])), *(f"-{name}" for name in sorted(before[1] - here[1]))]
    return "" if here[0] == before[0] else here[0], " ".join(changes)


def bases_for(window: SpecifierSet, keras: Iterable[Release]) -> Release:
    """The Keras that an Addons release is read against: the newest in its window, the oldest of an unbounded one."""
    tensorflows = {release: release.release if release.distribution == "tensorflow" else release.version for release in keras}
    fitting = [release for release, version in tensorflows.items() if version in window and version.major < 3]  # noqa: PLR2004
    bounded = any(specifier.operator == "<" for specifier in window)
    return fitting[-1] if bounded and fitting else next(iter(fitting or tensorflows))


def addons_row(package: Package, keras: Release) -> Row:
    """Every name that one Addons release registers."""
    arguments = Arguments(package, knowledge_addons.KerasBases(keras.package, keras.root))
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
        for name, (path, named, more) in objects.items():
            if name not in known:
                faults.append(f"{origin}: {kind} {name} ({path}) is not in the table")
            elif missing := set(named) - known[name][1]:
                faults.append(f"{origin}: {kind} {name} takes {sorted(missing)} too")
            elif not more and "*" in known[name][1]:
                faults.append(f"{origin}: {kind} {name} is not open-ended")
        surplus = {name for name in known if ">" not in name} - set(objects)
        if kind in complete and surplus:
            faults.append(f"{origin}: {kind} has no {sorted(surplus)}")
    return faults


def check(keras: Mapping[Version, Row], addons: Mapping[Version, Row]) -> None:
    """Compares the rows with every environment there is; ends the program upon a disagreement."""
    faults: list[str] = []
    environments = [Path(sys.executable), *sorted((ROOT / ".cache" / "envs").glob("*/bin/python"))]
    for python in environments:
        say(f"asking {python.relative_to(ROOT)}")
        told: dict[str, Any] = knowledge_fetch.ask(python, ROOT / "tasks" / "knowledge_introspect.py")
        version = Version(told["keras"].removesuffix("-tf"))
        faults += compare(keras[version], told["objects"], told["complete"], f"keras {version}")
        if "addons" in told:
            version = Version(told["addons_version"])
            faults += compare(
                addons[version], {"addons": told["addons"]}, (), f"tensorflow-addons {version}"
            )
    if faults:
        raise SystemExit("\n".join(["The tables disagree with the installed packages:", *faults]))


def write(name: str, data: dict[str, Any]) -> None:
    """Writes one data file, an entry a line."""
    DATA.mkdir(exist_ok=True)
    dated = {"generated": datetime.datetime.now(datetime.UTC).date().isoformat(), **data}
    text = _lines(dated, depth=3 if "objects" in data else 2)
    (DATA / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    say(f"wrote {name}.json, {len(text)} bytes")


def _lines(value: Any, depth: int) -> str:
    """JSON whose mappings down to ``depth`` have a line for each entry."""
    if depth and isinstance(value, dict):
        entries = (f"{json.dumps(key)}: {_lines(item, depth - 1)}" for key, item in value.items())
        return "{\n" + ",\n".join(entries) + "\n}"
    return json.dumps(value)


def releases() -> dict[str, Any]:
    """The dates, Pythons and requirements of TensorFlow's releases."""
    told: dict[str, list[Any]] = {}
    for version in knowledge_fetch.versions("tensorflow"):
        if version < OLDEST_TENSORFLOW or version.is_prerelease:
            continue
        say(f"tensorflow {version}")
        files = knowledge_fetch.files("tensorflow", version)
        keras = knowledge_fetch.requirement("tensorflow", version, files.pythons[-1], "keras")
        told[str(version)] = [files.released.isoformat(), " ".join(files.pythons), None if keras is None else str(keras)]
    return told


def main() -> None:
    """Reads, compares, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--offline", action="store_true", help="keep releases.json, ask the registry for no dates")
    options = parser.parse_args()
    keras: list[Release] = []
    rows: dict[Version, Row] = {}
    for version, distribution, release in keras_releases():
        say(f"reading Keras {version} ({distribution} {release})")
        keras.append(Release(version, distribution, release))
        rows[version] = keras[-1].row()
    addons: dict[Version, Row] = {}
    windows: dict[str, list[Any]] = {}
    for version in knowledge_fetch.versions("tensorflow-addons"):
        if version < OLDEST_ADDONS:
            continue
        say(f"reading TensorFlow Addons {version}")
        wheel = knowledge_fetch.wheel("tensorflow-addons", version)
        package = Package(knowledge_fetch.sources(wheel))
        window = knowledge_addons.window(package, knowledge_fetch.metadata(wheel))
        addons[version] = addons_row(package, bases_for(window, keras))
        if not options.offline:
            files = knowledge_fetch.files("tensorflow-addons", version)
            windows[str(version)] = [files.released.isoformat(), " ".join(files.pythons), str(window)]
    check(rows, addons)
    origins = [f"{release.distribution} {release.release}" for release in keras]
    write("keras", {"releases": [*map(str, rows)], "origins": origins, "objects": encode([*rows.values()])})
    origins = [f"tensorflow-addons {version}" for version in addons]
    write("addons", {"releases": [*map(str, addons)], "origins": origins, "objects": encode([*addons.values()])})
    if not options.offline:
        write("releases", {"tensorflow": releases(), "tensorflow-addons": windows})


if __name__ == "__main__":
    main()
