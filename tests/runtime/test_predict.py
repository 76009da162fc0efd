"""Running a model on arrays: here, and in another process by that environment's own loader."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import loadstone
from loadstone.errors import LoadFailed, LoadstoneError, NotTrusted
from loadstone.formats import read
from loadstone.resolve.syncing import Sync
from loadstone.runtime.isolated import Isolation, cache, isolate
from loadstone.runtime.predict import How, Where, inputs_of, predict, read_inputs, write_outputs
from tests.corpus_files import recorded, unpacked

HERE = Path(sys.prefix)
ADDONS = unpacked("tf28") / "addons_training.h5"
PLAIN = unpacked("keras315") / "plain_training.keras"
LAMBDA = unpacked("keras315") / "lambda_layer.h5"

A, B = np.zeros((2, 3), np.float32), np.ones((2, 1), np.int64)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"image": A, "size": B}, ["image", "size"]),
        ({"size": B, "image": A}, ["image", "size"]),
        ({"x0": A, "x1": B}, ["image", "size"]),
        ({"size": B, "image": A, "y0": A}, ["image", "size"]),
    ],
)
def test_inputs_are_taken_by_name_or_by_number(given: dict[str, Any], names: list[str]) -> None:
    found = inputs_of(given, names)
    assert list(found) == names
    assert found["image"] is A
    assert found["size"] is B


def test_a_single_input_may_have_any_name() -> None:
    assert inputs_of({"whatever": A}, ["image"]) == {"image": A}


def test_a_model_that_does_not_tell_its_inputs_takes_what_is_given() -> None:
    assert inputs_of({"whatever": A}, []) == {"whatever": A}


def test_the_lengths_of_ragged_rows_go_with_their_input() -> None:
    assert list(inputs_of({"words:row_lengths": B, "words": A}, ["words"])) == ["words", "words:row_lengths"]


def test_numbers_do_not_fit_inputs_that_have_names_only() -> None:
    """A SavedModel's signature has no order: to go by the names' would swap what was recorded in the model's."""
    with pytest.raises(LoadstoneError, match=r"only names: context, image\. Name them so"):
        inputs_of({"x0": A, "x1": B}, ["context", "image"], ordered=False)
    assert list(inputs_of({"image": A, "context": B}, ["context", "image"], ordered=False)) == ["context", "image"]
    assert inputs_of({"x0": A, "y0": B}, ["image"], ordered=False) == {"image": A}


@pytest.mark.parametrize("given", [{"a": A, "b": B}, {"image": A}, {}, {"x0": A, "x1": B, "x2": A}])
def test_inputs_that_do_not_fit_are_told_with_the_models_names(given: dict[str, Any]) -> None:
    with pytest.raises(LoadstoneError, match="the model's inputs are image, size"):
        inputs_of(given, ["image", "size"])


def test_inputs_are_read_without_the_recorded_outputs(tmp_path: Path) -> None:
    np.savez(tmp_path / "io.npz", x0=A, y0=B)
    np.savez(tmp_path / "named.npz", image=A, size=B)
    np.save(tmp_path / "one.npy", A)
    assert list(read_inputs(tmp_path / "io.npz")) == ["x0"]
    assert list(read_inputs(tmp_path / "named.npz")) == ["image", "size"]
    assert list(read_inputs(tmp_path / "one.npy")) == ["x0"]


def test_pickled_objects_are_not_read(tmp_path: Path) -> None:
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "text.npz").write_text("no zip")
    for name in ("objects.npy", "text.npz", "missing.npz"):
        with pytest.raises(LoadstoneError, match=r"cannot be read as \.npz or \.npy"):
            read_inputs(tmp_path / name)


def test_outputs_are_written_by_name(tmp_path: Path) -> None:
    write_outputs(tmp_path / "y.npz", {"labels": A, "size": B})
    assert {name: array.dtype.name for name, array in recorded(tmp_path / "y.npz").items()} == {
        "labels": "float32",
        "size": "int64",
    }
    write_outputs(tmp_path / "y.npy", {"labels": A})
    assert np.array_equal(np.load(tmp_path / "y.npy"), A)
    with pytest.raises(LoadstoneError, match="holds one array, the model has 2 outputs"):
        write_outputs(tmp_path / "z.npy", {"labels": A, "size": B})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["y.npy", "y.npz"]


@pytest.mark.parametrize("batch_size", [1, 2, 32, None])
def test_an_old_model_runs_here_with_its_outputs(batch_size: int | None) -> None:
    arrays = recorded(ADDONS.with_suffix(".npz"))
    done: list[tuple[int, int]] = []
    how = How(where=Where.HERE, batch_size=batch_size, progress=lambda rows, of: done.append((rows, of)))
    prediction = predict(ADDONS, {"x0": arrays["x0"]}, how)
    assert not prediction.isolated
    assert prediction.ran.startswith("Keras 3")
    (output,) = prediction.outputs.values()
    assert np.max(np.abs(output - arrays["y0"])) <= 1e-5
    assert done[-1] == (len(arrays["x0"]), len(arrays["x0"]))


def test_what_is_not_rebuilt_does_not_run_here() -> None:
    saved_model = unpacked("tf28") / "plain_training.savedmodel"
    with pytest.raises(LoadFailed, match="does not rebuild"):
        predict(saved_model, {"x0": A}, How(where=Where.HERE))


def test_a_model_runs_in_a_process_of_another_environment() -> None:
    arrays = recorded(PLAIN.with_suffix(".npz"))
    steps: list[str] = []
    how = How(where=Where.ISOLATED, isolation=Isolation(sync=Sync(progress=steps.append), env=HERE), batch_size=2)
    prediction = predict(PLAIN, {name: array for name, array in arrays.items() if name[0] == "x"}, how)
    assert prediction.isolated
    assert len(steps) == 1
    for number, output in enumerate(prediction.outputs.values()):
        assert np.max(np.abs(output - arrays[f"y{number}"])) <= 1e-5


def test_an_isolated_model_tells_what_it_takes_and_gives() -> None:
    arrays = recorded(PLAIN.with_suffix(".npz"))
    inputs = [arrays[name] for name in sorted(arrays) if name.startswith("x")]
    with isolate(PLAIN, env=HERE) as model:
        assert [port.shape[1:] for port in model.inputs if port.shape] == [array.shape[1:] for array in inputs]
        outputs = model.predict(inputs)
        assert list(outputs) == [port.name for port in model.outputs]
        by_name = model.predict(dict(zip([port.name for port in model.inputs], inputs, strict=True)), batch_size=None)
        assert all(np.array_equal(outputs[name], by_name[name]) for name in outputs)
        with pytest.raises(LoadstoneError, match=f"the model takes {len(inputs)}"):
            model.predict([*inputs, A])
    with pytest.raises(LoadstoneError):
        model.predict(inputs)


def test_a_program_in_the_file_is_refused_and_named_before_anything_is_loaded() -> None:
    with pytest.raises(NotTrusted, match=r"LS501 .*bytecode.*--trust") as raised:
        isolate(LAMBDA, env=HERE)
    assert [finding.code for finding in raised.value.findings] == ["LS501"]


def test_environments_are_kept_where_the_user_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LOADSTONE_CACHE", str(tmp_path))
    assert cache() == tmp_path
    monkeypatch.delenv("LOADSTONE_CACHE")
    assert cache().name == "loadstone"


def test_the_facade_has_it() -> None:
    assert loadstone.isolate is isolate
    assert read(PLAIN).defects == ()
