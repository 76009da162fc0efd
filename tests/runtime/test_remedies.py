"""Lines of Python and commands of remedies, run as they are shown, in this Keras; and what was told of loadstone."""

from __future__ import annotations

import shlex
from functools import cache
from typing import TYPE_CHECKING, Any

import keras
import pytest

import loadstone
from loadstone.addons import REGISTERED
from loadstone.artifact import Format
from loadstone.blueprint.parse import REBUILT
from loadstone.cli import main
from loadstone.finding import Blocks, CallWith, Convert, Isolate, Provide
from loadstone.report.text import remedy_text
from loadstone.resolve.diagnosing import diagnose
from loadstone.rules.rebuilt_addons import REBUILT_ADDONS
from tests.corpus_objects import custom_objects
from tests.corpus_table import MODELS, Model
from tests.era_files import ERA_MODELS
from tests.resolve.remedied import diagnosis
from tests.rules.artifacts import model as hand_made
from tests.rules.cases_of_files import ADDON
from tests.rules.environments import KERAS315
from tests.rules.test_predictions import BY_FILE
from tests.runtime.lines import run

if TYPE_CHECKING:
    from pathlib import Path

    from loadstone.finding import Diagnosis

#: Environments whose remedies are looked at: this one, and one of Keras 2.
_HERE, _KERAS_2 = "keras315", "tf2.15"

_NOT_REBUILT = [model for model in MODELS if model.format not in REBUILT]


@cache
def here(file: str) -> Diagnosis:
    return diagnosis(file, _HERE)


def test_the_names_of_the_addons_are_those_that_there_are() -> None:
    assert set(REGISTERED) == REBUILT_ADDONS


@pytest.mark.parametrize("model", [each for each in ERA_MODELS if each.format in REBUILT], ids=lambda each: each.file)
def test_what_loadstone_can_do_is_told_before_it_is_tried(model: Any) -> None:
    told = here(model.file).with_loadstone
    assert told is not None
    assert told.here
    try:
        loaded = loadstone.load_model(model.path)
    except loadstone.LoadFailed as failure:
        asked = {name for f in failure.findings for r in f.remedies if isinstance(r, Provide) for name in r.names}
        assert told.loads is False, told
        assert not told.custom_objects or set(told.custom_objects) == asked
    else:
        assert told.loads is True, told
        assert isinstance(loaded, keras.Model)


@pytest.mark.parametrize("model", _NOT_REBUILT, ids=lambda each: each.file)
def test_what_is_not_rebuilt_is_told(model: Model) -> None:
    told = here(model.file)
    assert told.loads_with_loadstone is False
    assert not any(isinstance(remedy, Convert) for finding in told.findings for remedy in finding.remedies)


@pytest.mark.parametrize("name", [_HERE, _KERAS_2])
def test_where_loadstone_works_is_told(name: str) -> None:
    told = diagnosis("tf28/conv_norms.h5", name)
    assert told.with_loadstone is not None
    assert told.with_loadstone.loads
    assert (told.with_loadstone.here, told.loads_with_loadstone) == ((True, True) if name == _HERE else (False, False))


def provided() -> list[str]:
    """The files that load once the author's objects are given: nothing else stops them here."""
    return [
        model.file
        for model in MODELS
        if {f.code for f in here(model.file).findings if f.blocks is not Blocks.NOTHING} == {"LS302"}
    ]


@pytest.mark.parametrize("file", provided())
def test_with_the_objects_that_are_asked_for_keras_loads_the_model(file: str) -> None:
    model = next(model for model in MODELS if model.file == file)
    (remedy,) = {r for f in here(file).findings for r in f.remedies if isinstance(r, Provide)}
    assert isinstance(run(remedy_text(remedy), custom_objects(model)), keras.Model)


def uncompiled() -> list[str]:
    files = [file for file in BY_FILE if any("compile=False" in line for line in calls(file))]
    assert files
    return files


def calls(file: str) -> list[str]:
    return [r.python for f in here(file).findings for r in f.remedies if isinstance(r, CallWith)]


@pytest.mark.parametrize("file", uncompiled())
def test_without_the_compile_state_keras_loads_the_model(file: str) -> None:
    (line,) = {line for line in calls(file) if "compile=False" in line}
    loaded = run(line, {})
    assert isinstance(loaded, keras.Model)
    assert not loaded.compiled


def layers() -> list[str]:
    """Some of the SavedModels that can be made a layer: of each era, the first."""
    files = [file for file in BY_FILE if any("TFSMLayer" in line for line in calls(file))]
    return list({file.partition("/")[0]: file for file in reversed(files)}.values())


@pytest.mark.parametrize("file", layers())
def test_a_saved_model_becomes_a_layer(file: str) -> None:
    (line,) = {line for line in calls(file) if "TFSMLayer" in line}
    assert isinstance(run(line, {}), keras.layers.Layer)


@pytest.mark.parametrize("name", [_HERE, _KERAS_2])
def test_every_command_is_one_that_there_is(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "your_objects.py").touch()
    commands = {
        remedy.command
        for file in BY_FILE
        for finding in diagnosis(file, name).findings
        for remedy in finding.remedies
        if isinstance(remedy, Convert | Isolate)
    }
    assert {command.split()[1] for command in commands} == {"convert", "sync"}
    for line in commands:
        program, verb, *arguments = shlex.split(line)
        assert program == "loadstone"
        parsed = main.commands[verb].make_context(verb, arguments)
        assert parsed.params["model"].exists()
        if verb == "convert":
            assert parsed.params["target"].suffix == ".keras"
            assert parsed.params["target"].resolve() != parsed.params["model"].resolve()


@pytest.mark.parametrize("source", ["my model.h5", "it's.h5", "a;b.h5", "-x.h5", "models/old one/m.h5"])
def test_paths_are_quoted(source: str) -> None:
    artifact = hand_made(ADDON, source=source, config={"class_name": "Sequential", "config": {"layers": []}})
    told = diagnose(artifact, KERAS315)
    commands = [r.command for f in told.findings for r in f.remedies if isinstance(r, Convert | Isolate)]
    assert commands
    for line in commands:
        _, verb, *arguments = shlex.split(line)
        assert str(main.commands[verb].make_context(verb, arguments).params["model"]) == source


def test_every_format_that_is_not_rebuilt_is_among_them() -> None:
    assert {model.format for model in _NOT_REBUILT} == {Format.SAVED_MODEL, Format.HDF5_WEIGHTS}
