"""Diagnoses for real environments of the past, asked through their own interpreters."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING

import pytest

import loadstone
from loadstone.environment import loaders
from loadstone.rules import diagnose
from tasks.fixtures import ERAS, Era, interpreter
from tests.corpus_table import MODELS, Model, outcome
from tests.rules.environments import era as described

if TYPE_CHECKING:
    from pathlib import Path

    from loadstone import Environment

pytestmark = pytest.mark.live

NAMES = [era.name for era in ERAS]
EXIT_CODES = {True: 0, False: 1}


@cache
def python(name: str) -> Path:
    """The era's interpreter; environments that cannot be built on this machine are said, once each."""
    era: Era = next(era for era in ERAS if era.name == name)
    try:
        return interpreter(era)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"{', '.join(era.requirements)} on Python {era.python} cannot be built here: {error}")


@cache
def probed(name: str) -> Environment:
    return loadstone.probe(python(name))


@pytest.mark.parametrize("name", NAMES)
def test_an_interpreter_holds_what_the_rules_are_tested_with(name: str) -> None:
    real, value = probed(name), described(name)
    assert real.python.release[:2] == value.python.release[:2]
    assert [(loader.call, loader.keras) for loader in loaders(real)] == [
        (loader.call, loader.keras) for loader in loaders(value)
    ]
    assert real.distributions.get("tensorflow-addons") == value.distributions.get("tensorflow-addons")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.file)
@pytest.mark.parametrize("name", NAMES)
def test_a_model_is_judged_as_that_environment_treats_it(name: str, model: Model) -> None:
    addons = "tensorflow-addons" in described(name).distributions
    diagnosis = diagnose(loadstone.inspect(model.path), probed(name))
    assert diagnosis.loads is outcome(model, name, tfa_imported=addons, compiled=True).loads
    assert diagnosis.loads_uncompiled is outcome(model, name, tfa_imported=addons, compiled=False).loads


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("file", ["tf28/plain_training.h5", "tf215/addons_training.keras"])
def test_the_command_exits_as_the_environment_answers(name: str, file: str) -> None:
    model = next(model for model in MODELS if model.file == file)
    addons = "tensorflow-addons" in described(name).distributions
    command = [sys.executable, "-m", "loadstone", "diagnose", str(model.path), "--env", str(python(name))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == EXIT_CODES[outcome(model, name, tfa_imported=addons, compiled=True).loads], done.stderr
    assert "Traceback" not in done.stderr
