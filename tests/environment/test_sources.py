"""Environments from what people have: locks, exports and lists, each of the same small project."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.version import Version

from loadstone.environment import Alternatives, Environment, alternatives
from loadstone.environment.lists import described
from loadstone.environment.sources import environments_of
from loadstone.errors import ProbeError

FOLDER = Path(__file__).parent / "described"
TENSORFLOW, KERAS, ADDONS = Version("2.15.1"), Version("2.15.0"), Version("0.23.0")

POETRY = """
[[package]]
name = "tensorflow-cpu"
version = "2.15.1"
optional = false
python-versions = ">=3.9"
groups = ["main"]

[[package]]
name = "keras"
version = "2.15.0"
optional = false
python-versions = ">=3.8"
groups = ["main"]

[[package]]
name = "tensorflow-addons"
version = "0.23.0"
optional = false
python-versions = ">=3.9,<3.12"
groups = ["main"]

[[package]]
name = "cycler"
version = "0.12.1"
optional = true
python-versions = ">=3.8"
groups = ["main"]

[[package]]
name = "toml"
version = "0.10.2"
optional = false
python-versions = "*"
groups = ["dev"]

[metadata]
lock-version = "2.1"
python-versions = "^3.9"
"""
CONDA = """name: demo
channels: [conda-forge]
dependencies:
  - python=3.11
  - numpy>=1.23,<2
  - pip
  - pip:
    - tensorflow-cpu==2.15.1
    - tensorflow-addons==0.23.0
    - keras==2.15.0
"""
EXPORTED = """name: demo
dependencies:
  - python=3.8.18=h955ad1f_0
  - tensorflow-base=2.4.1=mkl_py38h43e0292_0
  - tensorflow=2.4.1=mkl_py38hb2083e0_0
  - numpy=1.19.2=py38h54aff64_0
  - h5py=2.10.0=py38h7918eee_0
"""
EXPLICIT = """# platform: linux-64
@EXPLICIT
https://example.org/linux-64/python-3.8.18-h955ad1f_0.conda#00
https://example.org/linux-64/tensorflow-base-2.4.1-mkl_py38h43e0292_0.tar.bz2#00
https://example.org/linux-64/numpy-1.19.2-py38h54aff64_0.conda
"""
CONDA_LIST = """# packages in environment at /opt/conda:
#
# Name                    Version                   Build  Channel
python                    3.8.18               h955ad1f_0
tensorflow                2.4.1           mkl_py38hb2083e0_0
numpy                     1.19.2           py38h54aff64_0
"""


def one(found: Environment | Alternatives) -> Environment:
    assert isinstance(found, Alternatives)
    assert len({each.summary.partition(",")[0] for each in found.environments}) == 1
    return found.environments[0]


@pytest.mark.parametrize("name", ["uv.lock", "pylock.toml", "Pipfile.lock", "freeze.txt", "list.txt"])
def test_what_a_tool_wrote_is_all_of_the_environment(name: str) -> None:
    environment = one(environments_of(FOLDER / name))
    assert environment.whole
    assert environment.tensorflow == TENSORFLOW
    assert (environment.distributions["keras"], environment.distributions["tensorflow-addons"]) == (KERAS, ADDONS)
    assert "numpy" in environment.distributions
    assert not {"toml", "cycler", "colorama"} & environment.distributions.keys(), (
        "not for this platform, or not asked for"
    )
    assert environment.ranges == {}


def test_a_lock_for_all_platforms_tells_of_another_one() -> None:
    windows = replace(described(FOLDER / "uv.lock"), platform="win32", machine="AMD64")
    assert "colorama" in alternatives(windows).environments[0].distributions


@pytest.mark.parametrize(
    ("name", "python"), [("uv.lock", {"3.9", "3.11"}), ("Pipfile.lock", {"3.11"}), ("pylock.toml", {"3.9", "3.11"})]
)
def test_the_pythons_are_the_ends_of_what_is_stated(name: str, python: set[str]) -> None:
    found = environments_of(FOLDER / name)
    assert isinstance(found, Alternatives)
    assert {f"{each.python.major}.{each.python.minor}" for each in found.environments} == python


@pytest.mark.parametrize(
    ("name", "text", "whole", "tensorflow"),
    [
        ("poetry.lock", POETRY, True, "2.15.1"),
        ("environment.yml", CONDA, False, "2.15.1"),
        ("exported.yaml", EXPORTED, True, "2.4.1"),
        ("explicit.txt", EXPLICIT, True, "2.4.1"),
        ("conda-list.txt", CONDA_LIST, True, "2.4.1"),
        ("requirements.txt", "tensorflow==2.4.1\nnumpy\n", False, "2.4.1"),
        (
            "requirements.txt",
            "-e git+https://example.org/x#egg=x\ntensorflow @ file:///w/tensorflow-2.4.1-cp38-cp38-linux.whl",
            False,
            "2.4.1",
        ),
    ],
    ids=["poetry", "conda", "exported", "explicit", "conda list", "requirements", "addresses"],
)
def test_what_is_told_by_hand(tmp_path: Path, name: str, text: str, whole: bool, tensorflow: str) -> None:  # noqa: FBT001 - columns of the table
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = environments_of(tmp_path / name)
    assert isinstance(found, Alternatives)
    assert {each.tensorflow for each in found.environments} == {Version(tensorflow)}
    assert {each.whole for each in found.environments} == {whole}
    assert "toml" not in found.environments[0].distributions
    assert "cycler" not in found.environments[0].distributions


def test_a_project_leaves_the_rest_open() -> None:
    found = environments_of(FOLDER / "pyproject.toml")
    assert isinstance(found, Alternatives)
    first = found.environments[0]
    assert not first.whole
    assert first.distributions["keras"] == KERAS, "TensorFlow 2.15 requires it"


@pytest.mark.parametrize("environment", ["python_env.yaml", "MLmodel", "conda.yaml"])
def test_an_mlflow_model_says_what_it_needs(tmp_path: Path, environment: str) -> None:
    texts = {
        "MLmodel": "flavors:\n  python_function:\n    python_version: 3.8.18\n",
        "python_env.yaml": "python: 3.8.18\ndependencies:\n- -r requirements.txt\n",
        "conda.yaml": "dependencies:\n- python=3.8.18\n- pip:\n  - tensorflow==2.4.1\nname: mlflow-env\n",
    }
    (tmp_path / "MLmodel").write_text("flavors: {}\n")
    (tmp_path / environment).write_text(texts[environment])
    if environment != "conda.yaml":
        (tmp_path / "requirements.txt").write_text("tensorflow==2.4.1\n")
    found = one(environments_of(tmp_path))
    assert (found.tensorflow, found.python) == (Version("2.4.1"), Version("3.8.0"))


def test_an_mlflow_model_without_a_list_is_said(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text("flavors: {}\n")
    with pytest.raises(ProbeError, match=r"without requirements\.txt"):
        environments_of(tmp_path)


def test_an_interpreter_is_asked() -> None:
    found = environments_of(Path(sys.executable))
    assert isinstance(found, Environment)
    assert found.whole


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("poetry.lock", b"[[package]\n", "is not understood"),
        ("other.toml", b"[servers]\n", "no lock that is known"),
        ("Pipfile.lock", b"{", "is not understood"),
        ("environment.yml", b"dependencies:\n- [\n", "is not understood"),
        ("requirements.txt", b"\xff\xfe\x00", "cannot be read"),
        ("requirements.txt", b"# nothing\n", "names no package"),
        ("Pipfile.lock", b"[]", "is not understood"),
        ("uv.lock", b'package = "x"\n', "is not understood"),
    ],
)
def test_what_is_not_understood_is_said(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ProbeError, match=message):
        environments_of(tmp_path / name)


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("tensorflow==2.8.2\n--index-url https://example.org\n./here\n")
    found = environments_of(tmp_path / "requirements.txt")
    assert isinstance(found, Alternatives)
    assert [note.partition(": ")[2] for note in found.notes] == ["'./here' is not understood"]


def test_nothing_is_run_of_what_is_read(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    (tmp_path / "environment.yml").write_text(f"dependencies:\n- !!python/object/apply:os.mkdir ['{marker}']\n")
    with pytest.raises(ProbeError):
        environments_of(tmp_path / "environment.yml")
    assert not marker.exists()
