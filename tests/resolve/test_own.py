"""The user's own requirements file, in pip's format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.specifiers import SpecifierSet

from loadstone.errors import ResolutionError
from loadstone.resolve.own import Own, own_requirements

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "requirements.txt"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("six==1.16.0\n", ("six==1.16.0",)),
        ("six ; python_version < '3.9' # why\n\n  idna>=2\n# a comment\n", ("six ; python_version < '3.9'", "idna>=2")),
        ("six==1.16.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\nidna\n", ("six==1.16.0", "idna")),
        ("six==1.16.0 \\", ("six==1.16.0",)),
        ("\ufeffsix\r\nidna\r\n", ("six", "idna")),
        ("six @ https://example.org/six.whl#egg=six\n", ("six @ https://example.org/six.whl#egg=six",)),
    ],
)
def test_requirements_are_read_line_by_line(own: Path, text: str, found: tuple[str, ...]) -> None:
    own.write_text(text, encoding="utf-8")
    assert own_requirements(own) == Own(source=own, requirements=found)


@pytest.mark.parametrize("option", ["-r base.txt", "-rbase.txt", "--requirement base.txt", "--requirement=base.txt"])
def test_other_files_are_read_from_where_they_are_named(own: Path, option: str) -> None:
    (own.parent / "base.txt").write_text("-r requirements.txt\nidna\n")  # they name each other
    own.write_text(f"six\n{option}\nattrs\n")
    assert own_requirements(own).requirements == ("six", "idna", "attrs")


@pytest.mark.parametrize("option", ["-c bounds.txt", "-cbounds.txt", "--constraint bounds.txt"])
def test_constraints_are_not_requirements(own: Path, option: str) -> None:
    (own.parent / "bounds.txt").write_text("idna<3\n")
    own.write_text(f"six\n{option}\n")
    assert own_requirements(own) == Own(source=own, requirements=("six",), constraints=(own.parent / "bounds.txt",))


@pytest.mark.parametrize(
    ("line", "cure"),
    [
        ("--index-url https://example.org", "UV_DEFAULT_INDEX"),
        ("-f wheels", "UV_DEFAULT_INDEX"),
        ("-e .", "PEP 508"),
        ("./wheels/six.whl", "PEP 508"),
        ("git+https://example.org/six", "PEP 508"),
        ("numpy >", "PEP 508"),
        ("-c none.txt", "there is no file"),
    ],
)
def test_what_is_not_understood_is_named_with_its_line_and_a_cure(own: Path, line: str, cure: str) -> None:
    own.write_text(f"six \\\n  ==1.16.0\n{line}\n")
    with pytest.raises(ResolutionError, match=rf"line 3: .*{cure}"):
        own_requirements(own)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_an_unreadable_file_is_said(own: Path, content: bytes | None) -> None:
    if content is not None:
        own.write_bytes(content)
    with pytest.raises(ResolutionError, match="cannot be read"):
        own_requirements(own)


def test_without_a_file_nothing_is_wanted() -> None:
    assert not own_requirements(None)
    assert Own(requirements=("six",))


def test_the_stack_is_told_whatever_carries_tensorflow() -> None:
    own = Own(
        requirements=(
            "TensorFlow_CPU[and-cuda]>=2.4",
            "tensorflow<2.6",
            "tensorflow_addons==0.14.0",
            "keras<3 ; python_version < '3.9'",
            "pandas",
        )
    )
    assert own.stack == {"tensorflow": SpecifierSet(">=2.4,<2.6"), "tensorflow-addons": SpecifierSet("==0.14.0")}
    assert own.tensorflow == "tensorflow-cpu"
    assert Own(requirements=("keras>=3",)).tensorflow is None
