"""What the installed Keras does with the stand-ins, beside what is said that it does.

Only a Keras that stops them is asked. An older one would do what the stand-ins want: nothing, but not for sure.
"""

from __future__ import annotations

import sys
import warnings
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from loadstone.environment import probe
from loadstone.formats import read
from loadstone.rules import diagnose
from tests.hostile.stand_ins import STAND_INS

if TYPE_CHECKING:
    from pathlib import Path

    from loadstone.environment import Environment
    from tests.hostile.stand_ins import StandIn

pytestmark = pytest.mark.skipif(Version(version("keras")) < Version("3.15.1"), reason="this Keras stops too little")

MODELS = [each for each in STAND_INS if each.file in {"model.keras", "model.h5"}]


@cache
def here() -> Environment:
    return probe(sys.executable)


@pytest.mark.parametrize("each", MODELS, ids=str)
def test_keras_does_what_is_said(tmp_path: Path, each: StandIn) -> None:
    import keras

    path = each.make(tmp_path / "made")
    predicted = diagnose(read(path), here()).loads
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            keras.models.load_model(path)
        except Exception:  # noqa: BLE001 - whatever it raises, it does not load
            loads = False
        else:
            loads = True

    assert predicted in {None, loads}
