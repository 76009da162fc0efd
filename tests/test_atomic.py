from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from loadstone.atomic import replacing

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_appears_whole_with_the_mode_of_a_new_file(tmp_path: Path) -> None:
    target = tmp_path / "new" / "report.json"
    before = os.umask(0o027)
    try:
        with replacing(target) as draft:
            draft.write_text("{}")
            assert draft.suffix == ".json"
            assert not target.exists()
    finally:
        os.umask(before)
    assert target.read_text() == "{}"
    assert target.stat().st_mode & 0o777 == 0o640
    assert list(target.parent.iterdir()) == [target]


def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    target.write_text("old")
    target.chmod(0o600)
    with replacing(target) as draft:
        draft.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o600


def test_an_error_leaves_everything_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    target.write_text("old")

    def fail_half_way() -> None:
        with replacing(target) as draft:
            draft.write_text("ne")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail_half_way()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]
