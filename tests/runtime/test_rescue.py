"""Every layer class, cell, network and policy, saved by each release that has it, loads with the outputs it had."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

import loadstone
from benchmarks.rescue import FORMATS, saved_by
from loadstone.artifact import Format
from tasks.rescue.applications import FAMILIES
from tests.rescue_files import RESCUE_ERAS, RESCUE_MODELS, RESCUE_STACKS, RescueModel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

pytestmark = [
    # JAX says so of every layer of 64 bits, and computes with 32.
    pytest.mark.filterwarnings("ignore:Explicitly requested dtype:UserWarning"),
    # Keras 3 says so of every layer that ends a mask, when it runs; Keras 2 did not.
    pytest.mark.filterwarnings("ignore:.* was passed an input with a mask attached to it:UserWarning"),
]

#: The eras of `make test`; the other ones are loaded by `make test-live`.
ALWAYS = frozenset({RESCUE_ERAS[0], "tf24", "tf215", RESCUE_ERAS[-1]})
#: The networks of `keras.applications`, which take longest; `make test` loads the archives of one era.
NETWORKS = frozenset(family.lower() for family, _, _ in FAMILIES)
#: What does not load, and the words that say so: no file since TensorFlow 2.4 has what `tf.einsum` was called with, no
#: archive of tf.keras has the weights of cells within TensorFlow's wrappers, and no HDF5 file of Keras 3 the vocabulary
#: that a layer was given after it was made.
REFUSED = {
    **{
        model.file: "the file lacks an argument, which tf.keras did not save"
        for model in RESCUE_MODELS
        if model.architecture == "tensor_equations" and model.era != "tf23"
    },
    **{
        model.file: "has no array in the file"
        for model in RESCUE_MODELS
        if model.architecture == "wrapped_cells" and model.format is Format.KERAS_ARCHIVE
    },
    **{
        model.file: "the vocabulary of TextVectorization text_vectorization is not in the file"
        for model in RESCUE_MODELS
        if model.architecture == "text_vectorization" and model.format is Format.HDF5_MODEL
    },
}
#: Tags of words beyond a sequence's end, which mean nothing: TFA 0.14 and 0.15 filled in others for the last of them.
BEYOND_THE_END = frozenset({"addons_crf/tf24.h5", "addons_crf/tf26.h5"})


#: The table of the README: what saved the models, the format, how many there are, and how many load with equal outputs.
ROW = re.compile(r"^\| (TensorFlow .+) \| `(\.\w+)` \| (\d+) \|.*\| (\d+) \(\d+\) \|$", re.MULTILINE)


def marked(models: Iterable[RescueModel]) -> list[Any]:
    return [pytest.param(model, id=model.file, marks=() if always(model) else pytest.mark.eras) for model in models]


def always(model: RescueModel) -> bool:
    return model.era in ALWAYS and (model.file.endswith("tf215.keras") or model.architecture not in NETWORKS)


def outputs(model: Any, given: list[NDArray[Any]]) -> list[NDArray[Any]]:
    words = any(value.dtype.kind == "U" for value in given)  # which only a tensor holds, and Keras wants all alike
    values = [ops.convert_to_tensor(value) for value in given] if words else given
    inputs = keras.tree.pack_sequence_as(model.input, values) if len(values) > 1 else values[0]
    found = model(inputs, training=False)  # layers of random images take none for true
    if isinstance(found, dict):
        found = [found[name] for name in sorted(found)]
    return [np.asarray(ops.convert_to_numpy(value)) for value in keras.tree.flatten(found)]


@pytest.mark.parametrize("model", marked(model for model in RESCUE_MODELS if model.file not in REFUSED))
def test_a_model_has_the_outputs_it_had(model: RescueModel) -> None:
    given, known = model.io()
    if keras.backend.backend() != "tensorflow" and any(value.dtype.kind == "U" for value in given):
        pytest.skip("only TensorFlow has tensors of strings")
    loaded = outputs(loadstone.load_model(model.path), given)
    assert [value.shape for value in loaded] == [value.shape for value in known]
    if model.file in BEYOND_THE_END:
        loaded[0], known[0] = (np.where(given[0] > 0, tags, 0) for tags in (loaded[0], known[0]))
    for found, expected in zip(loaded, known, strict=True):
        scale = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(
            found.astype("float64"), expected.astype("float64"), rtol=0, atol=model.tolerance * scale
        )


@pytest.mark.parametrize("model", marked(model for model in RESCUE_MODELS if model.file in REFUSED))
def test_what_cannot_be_had_is_said(model: RescueModel) -> None:
    with pytest.raises(loadstone.LoadFailed, match=REFUSED[model.file]):
        loadstone.load_model(model.path)


def test_the_readme_counts_them() -> None:
    text = (Path(__file__).resolve().parents[2] / "README.md").read_text()
    shown = {(stack, suffix): (int(count), int(equal)) for stack, suffix, count, equal in ROW.findall(text)}
    places = {model.file: (saved_by(RESCUE_STACKS[model.era]), FORMATS[model.format.value]) for model in RESCUE_MODELS}
    counts = Counter(places.values())
    equal = Counter(place for file, place in places.items() if file not in REFUSED and file not in BEYOND_THE_END)
    assert {place: (count, equal[place]) for place, count in counts.items()}.items() <= shown.items()
