from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loadstone.errors import LoadstoneError
from loadstone.runtime.users import from_file

if TYPE_CHECKING:
    from pathlib import Path


def test_public_classes_and_functions_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("LIMIT = 3\ndef halved(x):\n    return x / 2\nclass Scale:\n    pass\ndef _private():\n    pass\n")
    found = from_file(path)
    assert set(found) == {"halved", "Scale"}
    assert found["halved"](4) == 2


@pytest.mark.parametrize(
    ("code", "message"),
    [("LIMIT = 3", "defines no public class or function"), ("1 / 0", "ZeroDivisionError"), ("def", "SyntaxError")],
)
def test_a_file_that_gives_nothing_is_an_error(tmp_path: Path, code: str, message: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(code)
    with pytest.raises(LoadstoneError, match=message):
        from_file(path)
