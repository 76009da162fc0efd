from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadstone.artifact import DefectKind, Member
from loadstone.formats.saved_functions import find_missing_functions
from loadstone.formats.saved_model import read_saved_model
from tests.formats.encoding import field

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

WHERE = Member(path="saved_model.pb")


def function(*names: str) -> bytes:
    """An object that is a function of several signatures, with a specification that is no UTF-8."""
    return field(6, b"".join(field(1, name.encode()) for name in names) + field(2, b"\xff\xfe"))


def bare(name: str) -> bytes:
    """An object that is one concrete function."""
    return field(8, field(1, name.encode()))


def meta_graph(objects: Sequence[bytes], *, library: Collection[str] = (), table: Collection[str] = ()) -> bytes:
    """A MetaGraphDef whose library and whose object graph provide functions."""
    functions = b"".join(field(1, field(1, field(1, name.encode()))) for name in library)
    nodes = b"".join(field(1, node) for node in objects)
    entries = b"".join(field(2, field(1, name.encode()) + field(2, b"")) for name in table)
    return field(2, field(2, field(2, functions)) + field(7, nodes + entries))


@pytest.mark.parametrize(
    ("program", "missing"),
    [
        (meta_graph([function("f", "g")], library=["f", "g"]), ()),
        (meta_graph([function("f", "g")], table=["f", "g"]), ()),
        (meta_graph([function("f", "g")], library=["f"], table=["g"]), ()),
        (meta_graph([function("f", "g")], library=["g"]), ("f",)),
        (meta_graph([bare("f"), bare("g")], library=["f"]), ("g",)),
        (meta_graph([function("f"), bare("f"), function("f")]), ("f",)),
        (meta_graph([function(), field(4, field(1, b"user object"))]), ()),
        (meta_graph([function("f")], table=["f"]) + meta_graph([function("f")]), ("f",)),
        (meta_graph([]), ()),
    ],
)
def test_functions_that_nothing_provides_are_named(tmp_path: Path, program: bytes, missing: tuple[str, ...]) -> None:
    (tmp_path / "saved_model.pb").write_bytes(program)
    defects = [defect for defect in read_saved_model(tmp_path).defects if defect.where == WHERE]
    assert [defect.kind for defect in defects] == [DefectKind.INCOMPLETE] * bool(missing)
    assert all(repr(name) in defects[0].message for name in missing)


def test_the_list_of_names_is_bounded() -> None:
    defect = find_missing_functions(meta_graph([function(*(f"{n}\n" * 5000 for n in range(300)))]), set(), WHERE)
    assert defect is not None
    assert defect.message.endswith(" and 295 more")
    assert "\n" not in defect.message
    assert len(defect.message) < 1200


@given(
    called=st.lists(st.lists(st.text(max_size=3), max_size=4), max_size=4),
    library=st.frozensets(st.text(max_size=3)),
    table=st.frozensets(st.text(max_size=3)),
)
def test_a_defect_is_found_exactly_when_a_name_is_not_provided(
    called: list[list[str]], library: frozenset[str], table: frozenset[str]
) -> None:
    program = meta_graph([function(*names) for names in called], library=library, table=table)
    missing = {name for names in called for name in names} - library - table
    assert (find_missing_functions(program, library, WHERE) is not None) == bool(missing)
