"""Each bound that no metadata states is needed: what there is today fails without it, and works with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from packaging.version import Version

from loadstone.knowledge.constraints import Constraint, constraints, known_constraints
from tasks import eras_build as build
from tests.era_files import ERA_MODELS

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.live

# Each row builds two environments and takes a minute or two, so the first alone is tried every time.
ROWS = [pytest.param(row, marks=[pytest.mark.eras] if number else []) for number, row in enumerate(known_constraints())]

# What a row that shows when a model is loaded is tried with.
MODELS = {"h5py": "tf113/plain.h5", "numpy": "tf22/recurrent.h5", "typeguard": "tf211/addons.h5"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.requirement)
def test_fails_without_the_bound_and_works_with_it(row: Constraint) -> None:
    others = [other.requirement for other in needed(row) if other.package != row.package]
    without = outcome(row, others)
    assert [error for error in without.errors.values() if error.startswith(row.error)], without
    assert outcome(row, [*others, row.requirement]).errors == {}


def needed(row: Constraint) -> tuple[Constraint, ...]:
    """Every bound that the row's example needs; of its own package there may be a stricter one for some models."""
    pins = (requirement.partition("==") for requirement in row.example if "==" in requirement)
    return constraints({name: Version(version) for name, _, version in pins})


def outcome(row: Constraint, bounds: Sequence[str]) -> build.Outcome:
    """What the row's example gives today, within some bounds."""
    models: list[dict[str, Any]] = [
        {"name": model.architecture, "path": str(model.path), "io": str(model.io_path), "bare": False}
        for model in ERA_MODELS
        if row.at == "load" and model.file == MODELS[row.package]
    ]
    assert models or row.at == "import"
    addons = any(requirement.startswith("tensorflow-addons") for requirement in row.example)
    imports = ["tensorflow", "tensorflow.keras", *(["tensorflow_addons"] if addons else [])]
    try:
        with build.scratch() as folder:
            pins = build.resolve([*row.example, *bounds], row.python, None)
            python = build.create(folder / "env", row.python)
            build.install(python, pins, None)
            return build.probe(python, {"imports": imports, "keras": "tensorflow.keras", "models": models}, {})
    except build.BuildFailedError as error:
        pytest.skip(f"{', '.join(row.example)} on Python {row.python} cannot be built here: {error}")
