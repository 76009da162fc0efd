"""What the task writes is what the tables read."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone.knowledge.releases import ANY, PLATFORMS, SDIST
from loadstone.knowledge.tables import CONDITIONAL, ConfigTable, Table
from tasks.knowledge_fetch import Files
from tasks.knowledge_mappings import Keys
from tasks.knowledge_releases import entry
from tasks.knowledge_rows import Known, Row, encode_keys, encode_names

NAMES = st.sampled_from("abcdef")
SETS = st.frozensets(NAMES, max_size=4)
KEYS = st.none() | st.builds(lambda always, sometimes: Keys(always, sometimes - always), SETS, SETS)
KNOWN = st.builds(
    Known,
    path=st.sampled_from(["p.A", "q.A"]),
    keywords=st.builds(lambda names, rest: names | rest, SETS, st.sampled_from([frozenset(), frozenset({"*"})])),
    is_class=st.booleans(),
    keys=KEYS,
)
ROWS = st.lists(st.dictionaries(st.tuples(st.sampled_from(["layers", "losses"]), NAMES), KNOWN, max_size=5), max_size=6)


@given(ROWS)
def test_names_are_read_back(rows: list[Row]) -> None:
    known = Table(releases=(), origins=(), objects=encode_names(rows))
    for position, row in enumerate(rows):
        for kind in ("layers", "losses"):
            for name in "abcdef":
                span, here = known.at(kind, name, position), row.get((kind, name))
                assert (span is None) is (here is None)
                if span and here:
                    assert span.import_path == here.path
                    assert span.arguments == here.keywords - {"*"}
                    assert span.open_ended is ("*" in here.keywords)


@given(ROWS)
def test_configuration_keys_are_read_back(rows: list[Row]) -> None:
    known = ConfigTable(releases=(), objects=encode_keys(rows))
    for position, row in enumerate(rows):
        for (kind, name), here in row.items():
            span = known.at(kind, name, position)
            assert (span is None) is not here.is_class
            if span and here.keys is not None:
                assert span.keys == here.keys.always | {key + CONDITIONAL for key in here.keys.sometimes}
            elif span:
                assert span.keys is None


@given(ROWS)
def test_what_does_not_change_is_one_span(rows: list[Row]) -> None:
    row: Row = rows[0] if rows else {}
    for objects in (encode_names([row] * 3), encode_keys([row] * 3)):
        assert all([span[:2] for span in spans] == [[0, 2]] for names in objects.values() for spans in names.values())


@pytest.mark.parametrize(
    ("wheels", "kind", "required", "expected"),
    [
        ({("3.8", "linux-x86_64"), ("3.9", "linux-x86_64")}, "any", ">=2.8,<2.9", [">=2.8,<2.9", "linux-x86_64"]),
        ({("3.8", "linux-x86_64"), ("3.9", "macos-arm64")}, "any", None,
         [None, "linux-x86_64!3.9 macos-arm64!3.8"]),
        (set(), ANY, None, [None, "any"]),
        (set(), SDIST, ">=2.2", [">=2.2", "sdist"]),
    ],
)  # fmt: skip
def test_a_release(wheels: set[tuple[str, str]], kind: str, required: str | None, expected: list[str | None]) -> None:
    files = Files(released=date(2020, 2, 3), pythons=("3.8", "3.9"), wheels=frozenset(wheels), kind=kind)
    told = entry(files, SpecifierSet(required) if required else None)
    assert told[:2] == ["2020-02-03", "3.8 3.9"]
    assert told[2] is None if expected[0] is None else SpecifierSet(told[2]) == SpecifierSet(expected[0])
    assert told[3] == expected[1]
    assert {platform.partition("!")[0] for platform in told[3].split()} <= {*PLATFORMS, ANY, SDIST}
    assert Version(told[1].split()[0]) == Version("3.8")
