"""``tensorflow_addons`` as another name of `loadstone.addons`, each time in an interpreter of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

IDENTITY = """
import importlib
import sys
import tensorflow_addons as tfa
import tensorflow_addons.optimizers
from tensorflow_addons.activations.snake import snake
from tensorflow_addons.layers.wrappers import WeightNormalization
from tensorflow_addons.utils import types
import loadstone.addons
assert tfa is loadstone.addons is sys.modules["tensorflow_addons"]
assert tensorflow_addons.layers is loadstone.addons.layers
assert WeightNormalization is tfa.layers.WeightNormalization
assert snake is tfa.activations.snake  # the function, not the module of this name
assert types is tfa.types
assert tfa.__version__ == "0.23.0"
for name in ("tensorflow_addons", "tensorflow_addons.layers.wrappers"):
    module = importlib.import_module(name)
    assert module.__spec__.name == module.__name__ == "loadstone.addons" + name.removeprefix("tensorflow_addons")
for name in ("tensorflow_addons.nothing", "tensorflow_addons.version.nothing"):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        assert name in str(error), error
    else:
        raise AssertionError(name)
print("ours")
"""


def run(code: str, *, path: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run code in a new interpreter, with a folder before its other packages."""
    environment = {**os.environ, **variables}
    if path is not None:
        environment["PYTHONPATH"] = os.pathsep.join([str(path), environment.get("PYTHONPATH", "")])
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)


def test_the_name_and_all_below_it_lead_to_the_addons() -> None:
    done = run(f"import loadstone.addons\nloadstone.addons.install()\nloadstone.addons.install()\n{IDENTITY}")
    assert done.stdout == "ours\n", done.stderr


def test_a_variable_does_it_for_code_that_nobody_touches() -> None:
    done = run(IDENTITY, LOADSTONE_ADDONS="1")
    assert done.stdout == "ours\n", done.stderr


@pytest.mark.parametrize("value", ["0", ""])
def test_without_being_asked_nothing_is_done(value: str) -> None:
    code = "import sys; print([name for name in sys.modules if 'loadstone' in name])"
    done = run(code, LOADSTONE_ADDONS=value)
    assert done.stdout == "[]\n", done.stderr


def test_the_start_of_an_interpreter_imports_no_framework() -> None:
    code = "import sys; print('loadstone.drop_in' in sys.modules, 'keras' in sys.modules, 'numpy' in sys.modules)"
    assert run(code, LOADSTONE_ADDONS="1").stdout == "True False False\n"


def test_a_real_one_is_never_shadowed(tmp_path: Path) -> None:
    package = tmp_path / "tensorflow_addons"
    package.mkdir()
    (package / "__init__.py").write_text("real = True\nfrom tensorflow_addons import layers\n")
    (package / "layers.py").write_text("of_the_real = True\n")
    code = "import tensorflow_addons as tfa, tensorflow_addons.layers as layers; print(tfa.real, layers.of_the_real)"
    done = run(code, path=tmp_path, LOADSTONE_ADDONS="1")
    assert (done.stdout, done.stderr) == ("True True\n", "")


def test_one_that_cannot_be_imported_stands_aside_and_is_reported(tmp_path: Path) -> None:
    package = tmp_path / "tensorflow_addons"
    package.mkdir()
    (package / "__init__.py").write_text("from tensorflow_addons import layers\n")
    (package / "layers.py").write_text("from keras.src.engine import keras_tensor\n")
    done = run(IDENTITY, path=tmp_path, LOADSTONE_ADDONS="1")
    assert done.stdout == "ours\n", done.stderr
    assert "the tensorflow_addons that is installed cannot be imported (ModuleNotFoundError" in done.stderr


def test_uninstalling_takes_the_name_back() -> None:
    code = """
import sys
import loadstone.addons as addons
addons.install()
import tensorflow_addons.layers
addons.uninstall()
assert not [name for name in sys.modules if name.startswith("tensorflow_addons")]
try:
    import tensorflow_addons
except ModuleNotFoundError:
    print("gone", addons.layers.__name__)
"""
    assert run(code).stdout == "gone loadstone.addons.layers\n"
