"""Regenerates the knowledge tables from the released packages.

``python tasks/knowledge.py`` reads every release named in ``knowledge_rows`` (wheels are cached in ``.cache/wheels``,
of TensorFlow's only the Python files are kept), compares what it read with the installed packages of every environment
that exists in ``.cache/envs`` and with this one, and writes ``src/loadstone/knowledge/data``. A disagreement ends it
with an error and nothing is written. Progress goes to stderr.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tasks import knowledge_addons, knowledge_check, knowledge_fetch, knowledge_releases, knowledge_rows  # noqa: E402 - found by the line above
from tasks.knowledge_source import Package  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    from tasks.knowledge_rows import Release, Row

DATA = ROOT / "src" / "loadstone" / "knowledge" / "data"


def say(text: str) -> None:
    """Tells of progress."""
    print(text, file=sys.stderr, flush=True)


def read_keras(releases: Iterable[Release], row: Callable[[Release], Row]) -> dict[Release, Row]:
    """The rows of these releases."""
    rows: dict[Release, Row] = {}
    for release in releases:
        say(f"reading Keras {release.version} ({release})")
        rows[release] = row(release)
    return rows


def read_addons(keras: Iterable[Release]) -> tuple[dict[Version, Row], dict[Version, SpecifierSet]]:
    """The rows of TensorFlow Addons' releases, and the windows that they declare."""
    releases = [*keras]
    rows: dict[Version, Row] = {}
    windows: dict[Version, SpecifierSet] = {}
    for version in knowledge_fetch.listed("tensorflow-addons"):
        if version >= knowledge_rows.OLDEST_ADDONS:
            say(f"reading TensorFlow Addons {version}")
            wheel = knowledge_fetch.wheel("tensorflow-addons", version)
            package = Package(knowledge_fetch.sources(wheel))
            windows[version] = knowledge_addons.window(package, knowledge_fetch.metadata(wheel))
            rows[version] = knowledge_rows.addons_row(package, knowledge_rows.bases_for(windows[version], releases))
    return rows, windows


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


def write_tables(name: str, releases: Mapping[Version, str], rows: Sequence[Row]) -> None:
    """Writes the table of the names that releases find, and the one of the keys that classes write."""
    read = {"releases": [*map(str, releases)]}
    write(name, {**read, "origins": [*releases.values()], "objects": knowledge_rows.encode_names(rows)})
    write(f"{name}_config", {**read, "objects": knowledge_rows.encode_keys(rows)})


def known_releases() -> dict[str, dict[str, list[Any]]]:
    """The releases that are in the committed file."""
    path = DATA / "releases.json"
    known: dict[str, dict[str, list[Any]]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return known


def write_releases(windows: Mapping[Version, SpecifierSet]) -> None:
    """Asks for the releases that are not known yet, and writes all."""
    known = known_releases()
    told = {
        each.name: knowledge_releases.releases(
            each, known.get(each.name, {}), windows if each.name == "tensorflow-addons" else {}
        )
        for each in knowledge_releases.DISTRIBUTIONS
    }
    write("releases", told)


def main() -> None:
    """Reads, compares, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names-only", action="store_true", help="keep releases.json: ask the registry for no dates")
    options = parser.parse_args()
    environments = knowledge_check.ask_environments()
    keras = read_keras(knowledge_rows.keras_releases(), knowledge_rows.keras_row)
    bundled = read_keras(knowledge_rows.bundled_releases(), knowledge_rows.keras_row)
    multibackend = read_keras(knowledge_rows.multibackend_releases(), knowledge_rows.multibackend_row)
    addons, windows = read_addons(keras)
    knowledge_check.check(environments, keras | bundled | multibackend, addons)
    for name, rows in (("keras", keras), ("bundled", bundled), ("multibackend", multibackend)):
        write_tables(name, {each.version: str(each) for each in rows}, [*rows.values()])
    write_tables("addons", {version: f"tensorflow-addons {version}" for version in addons}, [*addons.values()])
    if not options.names_only:
        write_releases(windows)


if __name__ == "__main__":
    main()
