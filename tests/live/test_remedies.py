"""Remedies pasted, exactly as they are shown, in environments that are built for it; the model loads then.

``pip`` is uv's, for that environment; what a user would have to write is written here: their own class.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from uv import find_uv_bin

import loadstone
from loadstone.finding import CallWith, Convert, Install, Isolate, Provide, SetVariable
from loadstone.formats import read
from loadstone.knowledge.eras import eras
from loadstone.report.text import remedy_text
from loadstone.resolve.diagnosing import diagnose
from tasks import eras_build as build
from tests.rules.test_predictions import BY_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from loadstone.finding import Remedy

pytestmark = pytest.mark.live

#: Between what is to be typed and what is said of it.
_GAP = "        "

#: The class of the corpus that is nobody's but its author's, as that would write it for tf.keras.
_SCALE = """
import tensorflow as tf
class Scale(tf.keras.layers.Layer):
    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
    def build(self, shape):
        self.scale = self.add_weight(name="scale", shape=(shape[-1],), initializer="ones")
    def call(self, inputs):
        return inputs * self.scale * self.factor
    def get_config(self):
        return {**super().get_config(), "factor": self.factor}
"""


def built(folder: Path, name: str, *without: str) -> Path:
    """The interpreter of an era's environment, built anew from its pins, without some distributions."""
    era = next(era for era in eras() if era.name == name)
    pins = [f"{package}=={version}" for package, version in era.builds[0].pins if package not in without]
    try:
        python = build.create(folder / name, era.builds[0].python)
        build.install(python, pins, era.builds[0].as_of)
    except build.BuildFailedError as error:
        pytest.skip(f"{name} cannot be built here: {error}")
    return python


@pytest.fixture(scope="module")
def keras_2() -> Iterator[Path]:
    """TensorFlow 2.8, without Addons."""
    with build.scratch() as folder:
        yield built(folder, "tf2.8", "tensorflow-addons", "typeguard")


@pytest.fixture(scope="module")
def keras_3() -> Iterator[Path]:
    """TensorFlow 2.16 with Keras 3."""
    with build.scratch() as folder:
        yield built(folder, "tf2.16")


def shown(file: str, python: Path, kind: type[Remedy], code: str, **variables: str) -> str:
    """What is to be typed: a remedy of a kind, that a finding has there, up to what is said of it."""
    told = diagnose(read(BY_FILE[file].path), asked(python, variables))
    remedies = (r for f in told.findings if f.code == code for r in f.remedies if isinstance(r, kind))
    return remedy_text(next(remedies)).partition(_GAP)[0]


def asked(python: Path, variables: dict[str, str]) -> loadstone.Environment:
    """What an interpreter holds, under some environment variables."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        return loadstone.probe(python)


def typed(*lines: str, python: Path, cwd: Path, **variables: str) -> str:
    """What a shell says, in which ``pip`` and ``python`` are those of an environment."""
    pip = f'pip() {{ verb="$1"; shift; {find_uv_bin()} pip "$verb" --quiet --python {python} "$@"; }}'
    script = "\n".join((f'set -e\n{pip}\npython() {{ {shlex.quote(str(python))} -W ignore "$@"; }}', *lines))
    own = {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3", **variables}
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(["bash", "-c", script], env=kept | own, cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S607 - the shell of the user
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def printing(line: str, before: str = "") -> str:
    """A command that runs a line of Python as it is shown, and prints the class of what it gives."""
    *imports, last = line.split("; ")
    return f"python -c {shlex.quote(chr(10).join((before, *imports, f'print(type({last}).__name__)')))}"


def test_addons_are_installed_and_the_model_loads(keras_2: Path, tmp_path: Path) -> None:
    file = "tf28/conv_norms.h5"
    install = shown(file, keras_2, Install, "LS301")
    assert install == "pip install tensorflow-addons==0.18.0"
    typed(install, python=keras_2, cwd=tmp_path)
    loads = shown(file, keras_2, CallWith, "LS203")
    assert typed(printing(loads), python=keras_2, cwd=tmp_path).split()[-1] == "Functional"


def test_without_the_compile_state_the_model_loads(keras_2: Path, tmp_path: Path) -> None:
    loads = shown("tf215/plain_training.h5", keras_2, CallWith, "LS306")
    assert loads.endswith("compile=False)")
    assert typed(printing(loads), python=keras_2, cwd=tmp_path).split()[-1] in {"Functional", "Sequential"}


def test_with_the_authors_own_class_the_model_loads(keras_2: Path, tmp_path: Path) -> None:
    loads = shown("tf28/custom_layer.h5", keras_2, Provide, "LS302")
    assert typed(printing(loads, _SCALE), python=keras_2, cwd=tmp_path).split()[-1] == "Functional"


def test_tf_keras_is_installed_and_chosen_and_the_model_loads(keras_3: Path, tmp_path: Path) -> None:
    file = "tf215/attention_two_inputs.savedmodel"
    install = shown(file, keras_3, Install, "LS207")
    assert install == "pip install tf-keras==2.16.0 && export TF_USE_LEGACY_KERAS=1"
    loads = f"import tensorflow as tf; tf.keras.models.load_model({str(BY_FILE[file].path)!r})"
    assert typed(install, printing(loads), python=keras_3, cwd=tmp_path).split()[-1] == "Functional"

    newer = "tf216/plain.keras"
    variable = shown(newer, keras_3, SetVariable, "LS206", TF_USE_LEGACY_KERAS="1")
    loads = f"import tensorflow as tf; tf.keras.models.load_model({str(BY_FILE[newer].path)!r})"
    said = typed(variable, printing(loads), python=keras_3, cwd=tmp_path, TF_USE_LEGACY_KERAS="1")
    assert (variable, said.split()[-1]) == ("export TF_USE_LEGACY_KERAS=0", "Functional")


def test_the_commands_do_what_they_say(tmp_path: Path) -> None:
    told = loadstone.diagnose(BY_FILE["tf215/custom_layer.keras"].path)
    commands = [r.command for f in told.findings for r in f.remedies if isinstance(r, Convert | Isolate)]
    (convert,) = {command for command in commands if " convert " in command}
    (sync,) = {command for command in commands if " sync " in command}
    loadstones = f'loadstone() {{ {shlex.quote(sys.executable)} -m loadstone "$@"; }}'
    own = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    (tmp_path / "your_objects.py").write_text(_SCALE.replace("tensorflow as tf", "keras").replace("tf.keras", "keras"))
    typed(loadstones, convert, python=tmp_path, cwd=tmp_path, **own)
    (tmp_path / "your_objects.py").write_text(_SCALE)
    said = typed(loadstones, sync, python=tmp_path, cwd=tmp_path, **own)
    assert (tmp_path / "custom_layer.keras3.keras").stat().st_size > 0
    assert "loads in .venv-model" in said
