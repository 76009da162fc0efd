"""The committed data: dated, sorted, small, quick to ask."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import date
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest
from packaging.version import Version

from loadstone.knowledge import ObjectKind, keras, providers, tables

DATA = files("loadstone.knowledge") / "data"
TABLES = ["addons", "keras"]


def entries(value: Any) -> list[list[str]]:
    """The keys of every mapping in a document, but of its top."""
    if not isinstance(value, dict):
        return []
    return [list(value), *(keys for item in value.values() for keys in entries(item))]


@pytest.mark.parametrize("name", [*TABLES, "releases"])
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


@pytest.mark.parametrize("name", [*TABLES, "releases"])
def test_written_by_a_program(name: str) -> None:
    text = DATA.joinpath(f"{name}.json").read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert max(map(len, text.splitlines())) < 20_000


def test_small() -> None:
    assert sum(len(DATA.joinpath(f"{name}.json").read_bytes()) for name in [*TABLES, "releases"]) < 1_000_000


def test_a_first_question_is_answered_within_ten_milliseconds() -> None:
    """Parsing included; the best of five, as the machine may be busy."""
    spent: list[float] = []
    for _ in range(5):
        tables.table.cache_clear()
        start = time.process_time()
        keras.built_in("LSTM", Version("2.15.0"), ObjectKind.LAYER)
        providers("Addons>WeightNormalization")
        spent.append(time.process_time() - start)
    assert min(spent) < 0.010


def test_importing_loads_no_data_and_no_framework() -> None:
    script = (
        "import sys, json, loadstone.knowledge as k\n"
        "from loadstone.knowledge import tables\n"
        "print(json.dumps([tables.table.cache_info().currsize, k.tfa_releases.cache_info().currsize,\n"
        "  sorted({'numpy', 'h5py', 'rich', 'keras', 'tensorflow'} & set(sys.modules))]))"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout) == [0, 0, []]
