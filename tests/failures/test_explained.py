"""``loadstone.explain`` on texts and on real exceptions."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import h5py
import pytest
from click.testing import CliRunner

import loadstone
from loadstone.cli import main
from loadstone.rules.explaining import explanations, reading

UNKNOWN = "ValueError: Unknown layer: 'Addons>WeightNormalization'. Please ensure this object is passed"


def test_a_text_is_explained_as_the_command_explains_it() -> None:
    explained = loadstone.explain(UNKNOWN)

    assert explained.explanations == explanations(UNKNOWN)
    assert explained.reading == reading(UNKNOWN)
    assert f"{explained}\n" == CliRunner().invoke(main, ["explain", UNKNOWN]).stdout
    with pytest.raises(FrozenInstanceError):
        explained.explanations = ()  # type: ignore[misc] # it is what is tried


def test_an_exception_is_explained_with_what_it_came_from(tmp_path: object) -> None:
    path = f"{tmp_path}/cut.h5"
    with h5py.File(path, "w") as file:
        file["kernel"] = range(1000)
    with open(path, "r+b") as cut:  # noqa: PTH123 - the fixture's path is a text here
        cut.truncate(600)
    with pytest.raises(RuntimeError) as raised:
        open_as_program(path)

    explained = loadstone.explain(raised.value)
    assert "LS106" in {each.rule.code for each in explained.explanations}
    assert explained.reading.exceptions[-1].startswith("RuntimeError: no model")
    assert "truncated file: eof = 600" in str(explained)


def open_as_program(path: str) -> None:
    try:
        h5py.File(path)
    except OSError as problem:
        raise RuntimeError("no model today") from problem


@pytest.mark.parametrize("what", ["", "all is well", ValueError("the moon is full")])
def test_what_is_no_failure_to_load_has_no_explanation(what: str | Exception) -> None:
    explained = loadstone.explain(what)

    assert explained.explanations == ()
    assert str(explained) == "no failure to load a model that is known is in this text"


def test_something_else_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="takes a text or an exception, not int"):
        loadstone.explain(3)  # type: ignore[arg-type] # it is what is tried
