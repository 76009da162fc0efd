from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest

import loadstone
from loadstone.errors import LoadFailed, LoadstoneError
from loadstone.finding import Verdict
from loadstone.recorded import arrays_of, numbered, write
from loadstone.runtime import convert as converting
from loadstone.runtime import reload
from loadstone.runtime.samples import made_up, recorded
from tests.corpus_objects import custom_objects
from tests.corpus_table import MODELS, Model

if TYPE_CHECKING:
    from pathlib import Path


def named(file: str) -> Model:
    return next(model for model in MODELS if model.file == file)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_model_becomes_a_keras_file_with_the_recorded_outputs(tmp_path: Path) -> None:
    model = named("tf24/conv_norms.h5")
    before = digest(model.path)
    target = tmp_path / "new" / "conv_norms.keras"
    steps: list[str] = []
    conversion = loadstone.convert(model.path, target, io=model.io_path, progress=steps.append)
    assert conversion.parity.verdict is Verdict.WITHIN
    assert conversion.parity.max_abs is not None
    assert conversion.parity.max_abs <= model.tolerance
    assert conversion.notes
    doing = [step for step in steps if "%" not in step]
    assert [step.split(maxsplit=1)[0] for step in doing] == ["reading", "writing", "loading"]
    assert steps[:1] == doing[:1]
    assert 0 < len(steps) - len(doing) <= 10
    assert digest(model.path) == before
    assert [path.name for path in target.parent.iterdir()] == ["conv_norms.keras"]
    assert target.stat().st_mode & 0o777 == (tmp_path / "new").stat().st_mode & 0o666


def test_outputs_that_were_not_recorded_prove_nothing(tmp_path: Path) -> None:
    target = tmp_path / "out.keras"
    target.write_bytes(b"an older file")
    target.chmod(0o640)
    conversion = loadstone.convert(named("tf28/recurrent_classifier.h5").path, target, compile=False)
    assert conversion.parity.verdict is Verdict.UNPROVEN
    assert conversion.parity.why is not None
    assert "no outputs were recorded" in conversion.parity.why
    assert target.stat().st_mode & 0o777 == 0o640
    assert keras.models.load_model(target).count_params() > 0


def test_outputs_that_differ_leave_everything_as_it_was(tmp_path: Path) -> None:
    model = named("tf28/custom_layer.h5")
    inputs, outputs = model.io()
    io = tmp_path / "io.npz"
    arrays: dict[str, Any] = {**inputs, **{name: array + 1 for name, array in outputs.items()}}
    np.savez(io, **arrays)
    target = tmp_path / "out.keras"
    target.write_bytes(b"an older file")
    with pytest.raises(loadstone.ParityError, match="max abs difference 1, first in y0") as failure:
        loadstone.convert(model.path, target, io=io, custom_objects=custom_objects(model))
    assert failure.value.parity.verdict is Verdict.DIVERGES
    assert target.read_bytes() == b"an older file"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["io.npz", "out.keras"]


def test_what_cannot_be_loaded_is_not_converted(tmp_path: Path) -> None:
    with pytest.raises(loadstone.LoadFailed, match="give in custom_objects: Scale"):
        loadstone.convert(named("tf28/custom_layer.h5").path, tmp_path / "out.keras")
    assert list(tmp_path.iterdir()) == []


def test_the_users_functions_are_used_again_on_reloading(tmp_path: Path) -> None:
    model = named("tf215/lambda_layer.h5")
    conversion = loadstone.convert(
        model.path, tmp_path / "out.keras", custom_objects=custom_objects(model), io=model.io_path
    )
    assert conversion.parity.verdict in {Verdict.EXACT, Verdict.WITHIN}


def test_a_target_that_is_no_keras_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"has to end in \.keras"):
        loadstone.convert(named("tf28/conv_norms.h5").path, tmp_path / "out.h5")


def test_the_original_is_never_the_target() -> None:
    path = named("tf215/conv_norms.keras").path
    with pytest.raises(ValueError, match="which is not overwritten"):
        loadstone.convert(path, path)


def test_a_new_file_that_does_not_load_is_an_error(tmp_path: Path) -> None:
    draft = tmp_path / "draft.keras"
    draft.write_bytes(b"not an archive")
    with pytest.raises(loadstone.LoadFailed, match="does not load in a process of its own"):
        converting._reload(draft, [np.zeros(1)], None)


def test_a_converted_file_is_loaded_as_a_user_would(tmp_path: Path) -> None:
    model = named("keras315/siamese.keras")
    inputs, outputs = model.io()
    given, answered = tmp_path / "given.npz", tmp_path / "answered.npz"
    write(given, "x", list(inputs.values()))
    reload.main(str(model.path), str(given), str(answered))
    for actual, expected in zip(numbered(arrays_of(answered), "y"), outputs.values(), strict=True):
        np.testing.assert_allclose(actual, expected, rtol=0, atol=model.tolerance)


def functional(*inputs: Any) -> Any:
    merged = [keras.layers.Flatten()(keras.ops.cast(each, "float32")) for each in inputs]
    return keras.Model(list(inputs), merged[0] if len(merged) == 1 else keras.layers.Concatenate()(merged))


def test_made_up_inputs_have_the_shapes_and_the_dtypes_of_the_model() -> None:
    model = functional(
        keras.Input((3, 4)), keras.Input((2,), dtype="int32"), keras.Input((2,), dtype="bool"), keras.Input((2, 1))
    )
    samples = made_up(model)
    assert [array.shape[1:] for array in samples.inputs] == [(3, 4), (2,), (2,), (2, 1)]
    assert [array.dtype.name for array in samples.inputs] == ["float32", "int32", "bool", "float32"]
    assert samples.outputs == ()
    assert all(np.array_equal(a, b) for a, b in zip(samples.inputs, made_up(model).inputs, strict=True))


def test_made_up_inputs_stay_within_the_smallest_vocabulary_of_the_model() -> None:
    inner = keras.Sequential([keras.Input((None,)), keras.layers.Embedding(5, 2)])
    outer = keras.Input((None,))
    model = keras.Model(outer, inner(outer))
    (array,) = made_up(model).inputs
    assert array.shape == (2, 16)
    assert set(np.unique(array)) <= set(range(5))


def test_recorded_arrays_are_read_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "io.npz"
    write(path, "x", [np.full(2, number) for number in range(11)])
    assert [int(array[0]) for array in numbered(arrays_of(path), "x")] == list(range(11))
    assert numbered(arrays_of(path), "y") == ()


def test_recorded_arrays_may_have_the_names_of_the_model(tmp_path: Path) -> None:
    model = functional(keras.Input((2,), name="image"), keras.Input((3,), name="context"))
    image, context, output = np.zeros((1, 2)), np.ones((1, 3)), np.full((1, 5), 2.0)
    arrays: dict[str, Any] = {model.output_names[0]: output, "context": context, "image": image}
    np.savez(tmp_path / "io.npz", **arrays)
    samples = recorded(tmp_path / "io.npz", model)
    assert [array.shape for array in samples.inputs] == [(1, 2), (1, 3)]
    assert [array.shape for array in samples.outputs] == [(1, 5)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not an archive", "cannot be read as .npz or .npy"),
        ({"x0": np.zeros(1)}, "the arrays are named x0; the model's outputs are .* Name them so, or y0, y1 ..."),
        ({"a": np.zeros(1), "b": np.zeros(1)}, "the arrays are named a, b; the model's inputs are .*, or x0, x1 ..."),
        ({"x0": np.array([{}], dtype=object), "y0": np.zeros(1)}, "cannot be read as .npz or .npy"),
    ],
)
def test_recorded_arrays_that_do_not_fit_the_model_are_an_error(tmp_path: Path, content: Any, message: str) -> None:
    path = tmp_path / "io.npz"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        np.savez(path, **content)
    with pytest.raises(LoadstoneError, match=message):
        recorded(path, functional(keras.Input((2,))))


def test_what_keras_cannot_save_is_no_wrong_usage(tmp_path: Path) -> None:
    class Unsaveable(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
        def call(self, inputs: Any) -> Any:
            return inputs

        def get_config(self) -> dict[str, Any]:
            raise NotImplementedError("no settings")

    model = keras.Sequential([keras.Input((2,)), Unsaveable()])
    with pytest.raises(LoadFailed, match="the rebuilt model cannot be saved: NotImplementedError: no settings"):
        converting._save(model, tmp_path / "model.keras")
