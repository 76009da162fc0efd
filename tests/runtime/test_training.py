"""Training goes on as it would have in the release that wrote the model: the same ten steps end at the same weights."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest

import loadstone
from loadstone.runtime.load import load
from tasks.training.cases import ADDONS, COMPILED, COMPILED_ADDONS, OPTIMIZERS
from tasks.training.data import AFTER, BEFORE, batches
from tests.corpus_files import golden, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CASES = {case.name: case for case in (*OPTIMIZERS, *COMPILED, *ADDONS, *COMPILED_ADDONS)}
TOLERANCE = 1e-4
# Where a normalization's moving statistics went another way than they do in Keras 3, which is no optimizer's matter:
# Keras 2 beside TensorFlow corrected the variance for the size of the sample, and 2.2 the mean for its start from zero.
OTHER_STATISTICS = frozenset({"tf113-keras12", "tf113-keras22", "tf115-keras23"})

#: What a file lacks, or its release did otherwise in a way that is not followed, with the reason.
APART = {
    "legacy optimizers and addons in archives": (
        "tf21[35]/legacy_*.keras", "tf21[35]/addons_[!fpkmt]*.keras", "tf215/addons_proximal.keras",
    ),
    "no count of steps, by which the rate falls": ("tf113*/rmsprop_decay.h5",),
    "TensorFlow 2.4 shrinks by another rule than those before and after it": ("tf24/ftrl_shrinkage.h5",),
    "TensorFlow 2.1 made the scaled gradient of an embedding a plain one": ("tf21/scaled_sgd.h5",),
    "TensorFlow 2.0 and 2.1 did not clip": ("tf21/*clip*.h5",),
    "TensorFlow 1.15 clips the parts of a row's gradient, Keras 2.3 beside it": ("tf115-keras23/sgd_clipvalue.h5",),
    "Keras 3 takes a softmax for its logits there": ("tf113*/loss_binary.h5", "tf115*/loss_binary.h5"),
    "TensorFlow 1.14 and 1.15 minimized the similarity": ("tf115/loss_cosine*.h5",),
    "a hinge took labels of 0 and 1 as they are": ("tf113*/loss_*hinge.h5",),
    "Addons could not reset it": ("tf24/addons_kappa.h5", "tf215/addons_kappa.*"),
}  # fmt: skip


def is_apart(file: str) -> bool:
    """Whether a file is one of those in `APART`."""
    return any(Path(file).match(pattern) for patterns in APART.values() for pattern in patterns)


@cache
def numbers(era: str) -> Mapping[str, Any]:
    """What an era recorded."""
    return recorded(golden("training") / era / "after.npz")


def files() -> Iterator[str]:
    """The models, as ``era/file``."""
    for path in sorted(golden("training").rglob("*")):
        if path.suffix in {".h5", ".keras"}:
            yield f"{path.parent.name}/{path.name}"


def went_on(model: Any, case: Any) -> list[tuple[str, Any]]:
    """The weights after the ten further steps, each with its name."""
    for inputs, targets in batches(two=case.two, embedded=case.embedded)[BEFORE : BEFORE + AFTER]:
        model.train_on_batch(inputs, targets)
    return [(variable.name, np.asarray(variable)) for layer in model.layers for variable in layer.weights]


def distance(weights: list[tuple[str, Any]], era: str, name: str) -> float:
    """The largest difference from what the era recorded, relative to each weight's scale."""
    found = 0.0
    for index, (called, value) in enumerate(weights):
        expected = numbers(era)[f"{name}/weights{index}"]
        if not (called.startswith("moving") and era in OTHER_STATISTICS):
            found = max(found, float(np.abs(value - expected).max() / np.abs(expected).max()))
    return found


@pytest.mark.filterwarnings("ignore:Gradients do not exist:UserWarning")  # of an output without a loss
@pytest.mark.parametrize("file", [file for file in files() if not is_apart(file)])
def test_ten_further_steps_end_where_they_ended(file: str) -> None:
    era, name = Path(file).parts[0], Path(file).stem
    case = CASES[name]
    model = load(golden("training") / file).model
    model.run_eagerly = True  # which is faster for so few steps
    batch = batches(two=case.two, embedded=case.embedded)[0]
    measured = model.test_on_batch(*batch, return_dict=True)
    model.reset_metrics()
    there = dict(zip(numbers(era)[f"{name}/names"].tolist(), numbers(era)[f"{name}/before"], strict=True))
    assert measured["loss"] == pytest.approx(there["loss"], abs=1e-5)
    for called in measured.keys() & there.keys():
        assert measured[called] == pytest.approx(there[called], rel=1e-5, abs=1e-5), called
    assert distance(went_on(model, case), era, name) < TOLERANCE


@pytest.mark.parametrize("file", ["tf215/legacy_adam.keras", "tf113-keras22/rmsprop_decay.h5"])
def test_what_the_file_lacks_is_said(file: str) -> None:
    (said,) = (note for note in load(golden("training") / file).notes if note.upgrade == "optimizer-state")
    assert "the file" in said.message


@pytest.mark.parametrize("file", ["tf24/adam_amsgrad.h5", "tf215/adamw.keras", "tf24/addons_lamb.h5"])
def test_a_converted_file_goes_on_there_too(file: str, tmp_path: Path) -> None:
    target = tmp_path / "model.keras"
    loadstone.convert(golden("training") / file, target)
    before, after = load(golden("training") / file).model.optimizer, keras.models.load_model(target).optimizer
    assert int(after.iterations) == BEFORE
    for here, there in zip(before.variables, after.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(here), np.asarray(there))


def test_the_rule_of_an_old_optimizer_is_said_and_not_saved(tmp_path: Path) -> None:
    loaded = load(golden("training") / "tf24" / "rmsprop.h5")
    (said,) = (note for note in loaded.notes if note.upgrade == "optimizer-steps")
    assert "epsilon stands under the root" in said.message
    loaded.model.save(tmp_path / "model.keras")
    assert type(keras.models.load_model(tmp_path / "model.keras").optimizer) is keras.optimizers.RMSprop
