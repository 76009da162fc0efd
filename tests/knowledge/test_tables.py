"""The committed data: dated, sorted, small, quick to ask."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import date
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from packaging.version import Version

from loadstone.knowledge import (
    ObjectKind,
    addons_config_keys,
    keras,
    keras_releases,
    providers,
    tables,
    tensorflow_releases,
    tfa_releases,
)

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = files("loadstone.knowledge") / "data"
TABLES = ["addons", "bundled", "keras", "multibackend"]
CONFIGS = [f"{name}_config" for name in TABLES]


def entries(value: Any) -> list[list[str]]:
    """The keys of every mapping in a document, but of its top."""
    if not isinstance(value, dict):
        return []
    return [list(value), *(keys for item in value.values() for keys in entries(item))]


@pytest.mark.parametrize("name", [*TABLES, *CONFIGS, "releases"])
def test_dated(name: str) -> None:
    generated = date.fromisoformat(tables.read(name)["generated"])
    assert date(2026, 11, 22) <= generated


@pytest.mark.parametrize("name", TABLES)
def test_sorted(name: str) -> None:
    data = tables.read(name)
    releases = [*map(Version, data["releases"])]
    assert releases == sorted(set(releases))
    assert len(data["origins"]) == len(releases)
    for keys in entries(data["objects"]):
        assert keys == sorted(set(keys))


@pytest.mark.parametrize("name", TABLES)
def test_configurations_are_of_the_same_rows_and_names(name: str) -> None:
    data = tables.read(f"{name}_config")
    assert data["releases"] == tables.read(name)["releases"]
    for keys in entries(data["objects"]):
        assert keys == sorted(set(keys))
    known, configured = tables.table(name), tables.config_table(name)
    for kind, names in configured.objects.items():
        for each in names:
            rows = {row for span in known.spans(kind, each) for row in range(span.first, span.last + 1)}
            spans = configured.spans(kind, each)
            assert {row for span in spans for row in range(span.first, span.last + 1)} <= rows
            for before, after in pairwise(spans):
                assert before.last < after.first
                assert before.last + 1 < after.first or before.keys != after.keys
            written = [key for span in spans for key in span.keys or ()]
            assert all(key.removesuffix(tables.CONDITIONAL).isidentifier() for key in written)


@pytest.mark.parametrize("name", TABLES)
def test_spans_are_in_order_and_say_what_changed(name: str) -> None:
    known = tables.table(name)
    for kind, names in known.objects.items():
        for each in names:
            spans = known.spans(kind, each)
            assert spans
            for before, after in pairwise(spans):
                assert before.last < after.first
                assert before.last + 1 < after.first or (
                    (before.import_path, before.arguments, before.open_ended)
                    != (after.import_path, after.arguments, after.open_ended)
                )
            assert 0 <= spans[0].first <= spans[-1].last < len(known.releases)
            assert all(span.import_path for span in spans)
            assert all(argument.isidentifier() for span in spans for argument in span.arguments)


def test_kinds_are_those_of_the_enumeration() -> None:
    assert set(tables.table("keras").objects) == {kind.value for kind in ObjectKind}
    assert set(tables.table("addons").objects) == {"addons"}
    for name in ("bundled", "multibackend"):
        assert set(tables.table(name).objects) <= {kind.value for kind in ObjectKind}


@pytest.mark.parametrize("name", [*TABLES, *CONFIGS, "releases"])
def test_written_by_a_program(name: str) -> None:
    text = DATA.joinpath(f"{name}.json").read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert max(map(len, text.splitlines())) < 20_000


def test_small() -> None:
    assert sum(len(path.read_bytes()) for path in DATA.iterdir()) < 2_000_000


def test_a_first_question_is_answered_within_ten_milliseconds() -> None:
    """Parsing included; the best of five, as the machine may be busy."""
    for question in QUESTIONS:
        spent: list[float] = []
        for _ in range(5):
            for each in (tables.table, tables.config_table, tensorflow_releases, keras_releases, tfa_releases):
                each.cache_clear()
            start = time.process_time()
            question()
            spent.append(time.process_time() - start)
        assert min(spent) < 0.010


QUESTIONS: tuple[Callable[[], object], ...] = (
    lambda: (keras.built_in("LSTM", Version("2.15.0"), ObjectKind.LAYER), providers("Addons>WeightNormalization")),
    lambda: keras.built_in("LSTM", Version("2.2.4"), ObjectKind.LAYER, "keras"),
    lambda: keras.config_keys("LSTM", Version("2.15.0"), ObjectKind.LAYER),
    lambda: addons_config_keys("Addons>WeightNormalization", Version("0.14.0")),
    tensorflow_releases,
    keras_releases,
    tfa_releases,
)


def test_only_what_is_asked_is_parsed() -> None:
    script = (
        "import json, loadstone.knowledge as k\n"
        "from packaging.version import Version\n"
        "from loadstone.knowledge import tables\n"
        "asked = []\n"
        "read = tables.read\n"
        "tables.read = lambda name: asked.append(name) or read(name)\n"
        "k.built_in('LSTM', Version('2.15.0'))\n"
        "k.config_keys('LSTM', Version('2.15.0'))\n"
        "print(json.dumps(asked))"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout) == ["keras", "keras_config"]


def test_importing_loads_no_data_and_no_framework() -> None:
    script = (
        "import sys, json, loadstone.knowledge as k\n"
        "from loadstone.knowledge import tables\n"
        "print(json.dumps([tables.table.cache_info().currsize, k.tfa_releases.cache_info().currsize,\n"
        "  sorted({'numpy', 'h5py', 'rich', 'keras', 'tensorflow'} & set(sys.modules))]))"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout) == [0, 0, []]
