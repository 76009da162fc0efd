"""Probing: this interpreter, virtual environments, what is no interpreter; and which loader that gives."""

from __future__ import annotations

import ast
import os
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from loadstone.environment import DEEP_MODULES, Interpreter, loaders, probe
from loadstone.errors import ProbeError
from loadstone.payloads import probe as payload
from tests.rules.environments import environment

if TYPE_CHECKING:
    from collections.abc import Mapping

POSIX = sys.platform != "win32"


@pytest.fixture
def virtual(tmp_path: Path) -> Path:
    """A virtual environment with nothing in it."""
    folder = tmp_path / "env"
    venv.create(folder, symlinks=POSIX)
    return folder


def site_packages(folder: Path) -> Path:
    return next(folder.glob("lib*/**/site-packages"), folder / "Lib" / "site-packages")


def install(folder: Path, entry: str, metadata: str | None = None) -> None:
    """Put a distribution's metadata folder into an environment."""
    path = site_packages(folder) / entry
    path.mkdir()
    if metadata is not None:
        (path / "METADATA").write_text(metadata)


def module(folder: Path, name: str, source: str) -> None:
    (site_packages(folder) / f"{name}.py").write_text(source)


def test_running_interpreter() -> None:
    found = probe()

    assert found.python == Version("{}.{}.{}".format(*sys.version_info))
    assert found.origin == Interpreter(path=sys.executable)
    assert {"h5py", "packaging", "pytest"} <= found.distributions.keys()
    assert found.imports is None


def test_virtual_environment_by_folder_and_by_executable(virtual: Path) -> None:
    install(virtual, "tensorflow_cpu-2.15.1.dist-info")
    install(virtual, "Keras-2.15.0-py3.11.egg-info")

    for given in (virtual, virtual / "bin" / "python"):
        found = probe(given)
        assert found.tensorflow == Version("2.15.1")
        assert found.distributions["keras"] == Version("2.15.0")
        assert "pytest" not in found.distributions


def test_metadata_without_a_version_in_its_name_is_read(virtual: Path) -> None:
    install(virtual, "My_Own.egg-info")
    (site_packages(virtual) / "My_Own.egg-info" / "PKG-INFO").write_text("Name: My.Own\nVersion: 1.2\n\nbody: no\n")
    install(virtual, "nothing.dist-info")
    install(virtual, "odd-not_a_version.dist-info")

    found = probe(virtual).distributions
    assert found["my-own"] == Version("1.2")
    assert {"nothing", "odd"}.isdisjoint(found)


def test_variables_that_keras_reads_are_kept(virtual: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_USE_LEGACY_KERAS", "1")
    monkeypatch.setenv("KERAS_BACKEND", "jax")

    assert probe(virtual).variables == {"TF_USE_LEGACY_KERAS": "1", "KERAS_BACKEND": "jax"}


def test_python_path_of_this_process_is_not_the_environment_s(
    virtual: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stray-1.0.dist-info").mkdir()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    assert "stray" not in probe(virtual).distributions


def test_deep_probe_tells_how_each_import_went(virtual: Path) -> None:
    module(virtual, "numpy", "__version__ = '1.26.4'\nprint('a greeting')")
    module(virtual, "h5py", "import os\nos.abort()")
    module(virtual, "tensorflow", "raise ImportError('DLL load failed')")
    module(virtual, "keras", "raise SystemExit(3)")
    module(virtual, "tf_keras", "")

    imports = probe(virtual, deep=True).imports

    assert imports is not None
    assert tuple(imports) == DEEP_MODULES
    assert (imports["numpy"].imports, imports["numpy"].version) == (True, "1.26.4")
    assert (imports["h5py"].imports, imports["h5py"].error) == (False, "the interpreter ended with status -6")
    assert imports["tensorflow"].error == "ImportError: DLL load failed"
    assert imports["keras"].error == "SystemExit: 3"
    assert (imports["tf_keras"].imports, imports["tf_keras"].version) == (True, None)
    assert imports["tensorflow_addons"].error == "ModuleNotFoundError: No module named 'tensorflow_addons'"


def test_import_that_never_ends_is_given_up(virtual: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loadstone.environment.DEEP_MODULES", ("keras",))
    monkeypatch.setattr("loadstone.environment.probing._IMPORT_SECONDS", 0.5)
    module(virtual, "keras", "import time\ntime.sleep(60)")

    imports = probe(virtual, deep=True).imports

    assert imports is not None
    assert imports["keras"].error == "did not finish within 0 seconds"


def executable(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("#!/bin/sh\nexit 0\n", "it said: nothing, exit status 0"),
        ("#!/bin/sh\necho Segmentation fault >&2\nexit 139\n", "it said: Segmentation fault"),
        ("#!/bin/sh\necho 'loadstone-probe:{'\n", "is no Python from 3.6 on, or is broken"),
        ("#!/bin/sh\necho 'loadstone-probe:[]'\n", "is no Python from 3.6 on, or is broken"),
        ("no program at all", "cannot be run"),
    ],
)
def test_what_is_no_python(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ProbeError, match=message):
        probe(executable(tmp_path / "python", text))


def test_python_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loadstone.environment.probing._PROBE_SECONDS", 0.5)
    with pytest.raises(ProbeError, match="did not answer within"):
        probe(executable(tmp_path / "python", "#!/bin/sh\nexec sleep 60\n"))


def test_missing_environment(tmp_path: Path) -> None:
    with pytest.raises(ProbeError, match="does not exist"):
        probe(tmp_path / "nowhere")
    with pytest.raises(ProbeError, match="is a folder without a Python"):
        probe(tmp_path)


def test_payload_is_written_for_python_3_6() -> None:
    ast.parse(Path(payload.__file__).read_text(), feature_version=(3, 6))


def test_payload_does_not_stumble_over_sys_path(tmp_path: Path) -> None:
    archive = tmp_path / "packages.zip"
    archive.write_bytes(b"")

    assert payload.distributions([str(archive), str(tmp_path / "gone"), os.fspath(tmp_path)]) == {}


LOADERS: Mapping[str, tuple[dict[str, str], dict[str, str], list[str]]] = {
    "TensorFlow 2.4 carries its Keras": (
        {"tensorflow_gpu": "2.4.1"},
        {},
        ["tf.keras.models.load_model: Keras 2.4.0 on TensorFlow 2.4.1"],
    ),
    "TensorFlow 2.1.0 calls its Keras as 2.0 does": (
        {"tensorflow": "2.1.0"},
        {},
        ["tf.keras.models.load_model: Keras 2.2.4 on TensorFlow 2.1.0"],
    ),
    "TensorFlow 2.1.1": (
        {"tensorflow": "2.1.1"},
        {},
        ["tf.keras.models.load_model: Keras 2.3.0 on TensorFlow 2.1.1"],
    ),
    "TensorFlow 1.15 beside Keras 2.3": (
        {"tensorflow": "1.15.5", "keras": "2.3.1"},
        {},
        [
            "keras.models.load_model: Keras 2.3.1 on TensorFlow 1.15.5",
            "tf.keras.models.load_model: Keras 2.2.4 on TensorFlow 1.15.5",
        ],
    ),
    "TensorFlow 2.8": (
        {"tensorflow_cpu": "2.8.2", "keras": "2.8.0"},
        {},
        ["tf.keras.models.load_model: Keras 2.8.0 on TensorFlow 2.8.2"],
    ),
    "TensorFlow 2.8 without its Keras": ({"tensorflow": "2.8.2"}, {}, []),
    "Keras 3 beside TensorFlow 2.12": (
        {"tensorflow": "2.12.1", "keras": "3.0.5"},
        {},
        ["keras.models.load_model: Keras 3.0.5 on TensorFlow 2.12.1"],
    ),
    "Keras 3 beside TensorFlow 2.15": (
        {"tensorflow": "2.15.1", "keras": "3.0.5"},
        {},
        ["keras.models.load_model: Keras 3.0.5 on TensorFlow 2.15.1"],
    ),
    "TensorFlow 2.21": (
        {"tensorflow_cpu": "2.21.0", "keras": "3.15.1"},
        {},
        ["keras.models.load_model: Keras 3.15.1 on TensorFlow 2.21.0"],
    ),
    "tf_keras beside Keras 3": (
        {"tensorflow": "2.19.0", "keras": "3.10.0", "tf_keras": "2.19.0"},
        {},
        [
            "keras.models.load_model: Keras 3.10.0 on TensorFlow 2.19.0",
            "tf_keras.models.load_model: Keras 2.19.0 on TensorFlow 2.19.0",
        ],
    ),
    "tf_keras by TF_USE_LEGACY_KERAS": (
        {"tensorflow": "2.19.0", "keras": "3.10.0", "tf_keras": "2.19.0"},
        {"TF_USE_LEGACY_KERAS": "True"},
        [
            "tf.keras.models.load_model: Keras 2.19.0 on TensorFlow 2.19.0",
            "keras.models.load_model: Keras 3.10.0 on TensorFlow 2.19.0",
        ],
    ),
    "Keras 3 on JAX": (
        {"keras": "3.15.1", "jax": "0.7.0"},
        {"KERAS_BACKEND": "jax"},
        ["keras.models.load_model: Keras 3.15.1 on jax"],
    ),
    "Keras 2 on Theano": (
        {"keras": "2.2.4", "theano": "1.0.5"},
        {"KERAS_BACKEND": "theano"},
        ["keras.models.load_model: Keras 2.2.4 on theano"],
    ),
    "Keras 3 whose backend is missing": ({"keras": "3.15.1"}, {"KERAS_BACKEND": "torch"}, []),
    "nothing": ({}, {}, []),
}


@pytest.mark.parametrize("name", LOADERS)
def test_loaders(name: str) -> None:
    distributions, variables, expected = LOADERS[name]
    found = loaders(environment(variables=variables, **distributions))

    assert [f"{loader.call}: {loader}" for loader in found] == expected


def test_summary_names_what_answers() -> None:
    assert environment(tensorflow="2.21.0", keras="3.15.1").summary == "Keras 3.15.1 on TensorFlow 2.21.0, Python 3.11"
    assert environment(tensorflow="2.8.2").summary == "TensorFlow 2.8.2 without a usable Keras, Python 3.11"
    assert environment().summary == "no Keras, Python 3.11"
