"""The corpus is what its table says: every later test stands on that."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from loadstone.artifact import Format
from tests.corpus_files import CORPUS, ROOT, digest, unpack, unpacked
from tests.corpus_table import ERAS, LEFT_OUT, MODELS, Model, Outcome, outcome

ARCHITECTURES = sorted({model.architecture for model in MODELS})
FORMATS = (Format.HDF5_MODEL, Format.KERAS_ARCHIVE, Format.SAVED_MODEL)
SIGNATURES = {
    Format.HDF5_MODEL: b"\x89HDF\r\n\x1a\n",
    Format.HDF5_WEIGHTS: b"\x89HDF\r\n\x1a\n",
    Format.KERAS_ARCHIVE: b"PK\x03\x04",
}
MESSAGE_LENGTH = 300
ARCHIVE_LIMIT = 2_000_000
EXAMPLE_LIMIT = 100_000

every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.file)


@every_model
def test_file_is_the_one_in_the_table(model: Model) -> None:
    assert digest(model.path) == model.sha256


@every_model
def test_content_is_of_the_format_in_the_table(model: Model) -> None:
    if model.format is Format.SAVED_MODEL:
        assert (model.path / "saved_model.pb").is_file()
    else:
        assert model.path.read_bytes().startswith(SIGNATURES[model.format])


@every_model
def test_file_records_the_versions_that_wrote_it(model: Model) -> None:
    assert model.writer.items() <= model.stack.items()


@every_model
def test_inputs_and_outputs_are_recorded(model: Model) -> None:
    inputs, outputs = model.io()
    assert list(inputs) == [f"x{index}" for index in range(len(inputs))]
    assert list(outputs) == [f"y{index}" for index in range(len(outputs))]
    assert inputs
    assert outputs
    assert {array.dtype.name for array in inputs.values()} <= {"float32", "int32"}
    assert {array.dtype.name for array in outputs.values()} == {"float32"}
    assert all(np.isfinite(array).all() for array in outputs.values())


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_outputs_differ_between_samples(architecture: str) -> None:
    # A model whose outputs do not depend on its inputs would agree with almost any wrong copy of itself.
    for model in (each for each in MODELS if each.architecture == architecture):
        _, outputs = model.io()
        assert all(np.ptp(array, axis=0).max() > 1000 * model.tolerance for array in outputs.values())


@pytest.mark.parametrize(
    ("era", "architecture", "kind"),
    tuple(product(ERAS, ARCHITECTURES, FORMATS)),
    ids=lambda value: getattr(value, "value", value),
)
def test_every_architecture_is_there_or_has_a_reason(era: str, architecture: str, kind: Format) -> None:
    present = [m for m in MODELS if (m.era, m.architecture, m.format) == (era, architecture, kind)]
    reasons = [
        row.reason
        for row in LEFT_OUT
        if (row.era, row.format) == (era, kind) and row.architecture in {"*", architecture}
    ]
    assert bool(present) != bool(reasons)


@pytest.mark.parametrize("era", ERAS)
def test_archive_is_small_and_holds_what_the_table_lists(era: str) -> None:
    assert (CORPUS / f"{era}.tar.xz").stat().st_size < ARCHIVE_LIMIT
    models = [model for model in MODELS if model.era == era]
    assert Format.HDF5_WEIGHTS in {model.format for model in models}
    listed = {path for model in models for path in (model.path, model.io_path, model.config_path) if path is not None}
    assert set(unpacked(era).iterdir()) == listed


def test_many_may_unpack_at_once(tmp_path: Path) -> None:
    archive, folder = CORPUS / f"{ERAS[0]}.tar.xz", tmp_path / "era"
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: digest(unpack(archive, folder) / "siamese.h5"), range(8)))
    assert set(found) == {model.sha256 for model in MODELS if model.file == f"{ERAS[0]}/siamese.h5"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["by-checksum", "era"]
    assert len(list((tmp_path / "by-checksum").iterdir())) == 1


def test_a_new_archive_replaces_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "era"
    for era in ERAS[:2]:
        expected = next(model.sha256 for model in MODELS if model.file == f"{era}/siamese.h5")
        assert digest(unpack(CORPUS / f"{era}.tar.xz", folder) / "siamese.h5") == expected


def test_example_is_a_model_of_the_corpus() -> None:
    example = ROOT / "examples" / "image_classifier.h5"
    assert example.stat().st_size < EXAMPLE_LIMIT
    (model,) = (each for each in MODELS if each.file == "tf215/addons_training.h5")
    assert digest(example) == model.sha256
    assert digest(example.with_suffix(".npz")) == digest(model.io_path)


def outcomes(model: Model) -> list[Outcome]:
    with_addons = [era for era in ERAS if era != "keras315"]
    asked = [(era, False) for era in ERAS] + [(era, True) for era in with_addons]
    return [
        outcome(model, era, tfa_imported=tfa, compiled=compiled) for era, tfa in asked for compiled in (True, False)
    ]


@every_model
def test_every_environment_was_asked_about_every_file(model: Model) -> None:
    for each in outcomes(model):
        assert each.loads == (each.error is None) == (each.message is None)
        assert each.loads or each.max_abs_difference is None
        assert len(each.message or "") <= MESSAGE_LENGTH


@every_model
def test_messages_name_no_folder_of_a_machine(model: Model) -> None:
    messages = " ".join(each.message or "" for each in outcomes(model))
    assert str(ROOT) not in messages
    assert "site-packages" not in messages
    assert str(Path.home()) not in messages


def test_objects_of_addons_are_why_the_writer_itself_fails_without_them() -> None:
    # The oracle and the table were made independently: a file with foreign layers loads only where those are imported.
    for model in MODELS:
        if model.format is Format.HDF5_MODEL and any(name.startswith("Addons>") for name in model.objects):
            assert not outcome(model, model.era, tfa_imported=False, compiled=True).loads
