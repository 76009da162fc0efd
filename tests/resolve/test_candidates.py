"""From a model to the environments that should load it, over the whole corpus."""

from __future__ import annotations

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone.artifact import Artifact, Dialect, Evidence, Format, Member
from loadstone.formats import read
from loadstone.knowledge.eras import eras
from loadstone.needs import conditions, infer
from loadstone.resolve.candidates import Wanted, candidates
from loadstone.resolve.fitting import demand, fits
from loadstone.resolve.prescription import Platform, Prefer
from tests.corpus_table import MODELS, Model, outcome
from tests.rules.environments import era as described

LINUX = Platform(system="linux", machine="x86_64")
ERA_OF = {"tf24": "tf2.4", "tf28": "tf2.8", "tf215": "tf2.15", "keras315": "tf2.21-keras3.15"}
KERAS_FORMATS = (".h5", ".keras")


def own_environment_loads(model: Model) -> bool:
    addons = "tensorflow-addons" in described(model.era).distributions
    return bool(outcome(model, model.era, tfa_imported=addons, compiled=True).loads)


RELOADED = [model for model in MODELS if model.file.endswith(KERAS_FORMATS) and own_environment_loads(model)]


@pytest.mark.parametrize("model", RELOADED, ids=lambda model: model.file)
def test_the_writers_own_era_comes_first_where_it_loads_its_file(model: Model) -> None:
    found, _ = candidates(read(model.path), Wanted(platform=LINUX))
    assert found[0].wrote
    assert found[0].name == ERA_OF[model.era]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.file)
def test_every_candidate_meets_what_the_model_cannot_do_without(model: Model) -> None:
    artifact = read(model.path)
    must = [each for each in conditions(artifact, infer(artifact)) if each.must]
    found, rejected = candidates(artifact, Wanted(platform=LINUX))
    assert found or rejected
    for candidate in found:
        assert candidate.because
        pins = dict(requirement.split("==") for requirement in candidate.requirements)
        assert fits("python", Version(f"{candidate.python}.0"), must)
        if any(each.distribution == "tensorflow-addons" for each in must):
            assert fits("tensorflow-addons", Version(pins["tensorflow-addons"]), must)
        if candidate.pins is not None:
            assert {
                name.partition("[")[0]: Version(pin) for name, pin in pins.items()
            }.items() <= candidate.pins.items()


def test_files_of_tensorflow_2_4_could_be_of_2_3_too_and_the_newer_reads_both() -> None:
    model = next(model for model in MODELS if model.file == "tf24/plain_training.h5")
    found, _ = candidates(read(model.path), Wanted(platform=LINUX))
    assert [(each.name, each.wrote) for each in found][:3] == [("tf2.4", True), ("tf2.3", True), ("tf2.5", False)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(platform=LINUX, python="3.9"), {"3.9"}),
        (Wanted(platform=LINUX, python="3.10"), {"3.10"}),
        (Wanted(platform=LINUX, python="3.7"), {"3.7"}),
    ],
    ids=lambda value: getattr(value, "python", ""),
)
def test_the_python_that_is_asked_for_is_given(wanted: Wanted, expected: set[str]) -> None:
    model = next(model for model in MODELS if model.file == "tf28/plain_training.h5")
    found, rejected = candidates(read(model.path), wanted)
    assert {candidate.python for candidate in found} == expected
    assert any(f"no wheels for Python {wanted.python}" in each.why for each in rejected)


def test_newest_and_oldest_are_by_age() -> None:
    model = next(model for model in MODELS if model.file == "tf28/plain_training.h5")
    position = {era.name: index for index, era in enumerate(eras())}
    newest, _ = candidates(read(model.path), Wanted(platform=LINUX, prefer=Prefer.NEWEST))
    oldest, _ = candidates(read(model.path), Wanted(platform=LINUX, prefer=Prefer.OLDEST))
    assert position[newest[0].name] > position["tf2.8"] > position[oldest[0].name]
    for found in (newest, oldest):
        assert all(not any(f.blocks.value == "loading" for f in each.diagnosis.findings) for each in found)


def test_a_model_that_no_release_reloads_is_told_with_the_reason_for_each_era() -> None:
    model = next(model for model in MODELS if model.file == "tf215/more_addons.h5")
    found, rejected = candidates(read(model.path), Wanted(platform=LINUX))
    assert not found
    assert {each.name for each in rejected} == {era.name for era in eras()}
    assert all(each.why for each in rejected)


@pytest.mark.parametrize(
    ("platform", "gpu", "expected"),
    [
        (LINUX, False, "tensorflow-cpu==2.8.4"),
        (LINUX, True, "tensorflow==2.8.4"),
        (Platform(system="windows", machine="x86_64"), False, "tensorflow-cpu==2.8.4"),
        (Platform(system="macos", machine="x86_64"), False, "tensorflow==2.8.4"),
        (Platform(system="macos", machine="aarch64"), False, "tensorflow-macos==2.8.*"),
    ],
    ids=str,
)
def test_the_distribution_is_the_one_for_the_platform(platform: Platform, *, gpu: bool, expected: str) -> None:
    model = next(model for model in MODELS if model.file == "tf28/plain_training.h5")
    found, _ = candidates(read(model.path), Wanted(platform=platform, gpu=gpu))
    assert found[0].requirements[0] == expected
    assert (found[0].pins is None) is (platform != LINUX or gpu), "pins were measured on Linux without a GPU"


def written_by(*evidence: tuple[str, str, str], recorded: bool = True) -> Artifact:
    """A plain Keras 2 file that states releases: distribution, versions, token."""
    where = Member(path="")
    return Artifact(
        source="model.h5",
        format=Format.HDF5_MODEL,
        dialect=Dialect.KERAS_2,
        config={"class_name": "Sequential", "config": {"name": "s", "layers": []}},
        writer=tuple(
            Evidence(distribution=name, versions=SpecifierSet(versions), recorded=recorded, token=token, where=where)
            for name, versions, token in evidence
        ),
    )


KERAS_OF_TENSORFLOW_2_2 = written_by(
    ("keras", "==2.3.0", "keras_version 2.3.0-tf"), ("tensorflow", "<2.3", "keras_version 2.3.0-tf")
)
KERAS_OF_TENSORFLOW_2_0 = written_by(
    ("keras", "==2.2.4", "keras_version 2.2.4-tf"), ("tensorflow", "<2.3", "keras_version 2.2.4-tf")
)


@pytest.mark.parametrize(
    ("artifact", "writers"),
    [
        (written_by(("keras", "==2.8.0", "keras_version 2.8.0")), {"tf2.8"}),
        (written_by(("keras", "==2.4.0", "keras_version 2.4.0")), {"tf2.3", "tf2.4"}),
        (KERAS_OF_TENSORFLOW_2_0, {"tf1.13", "tf1.14", "tf1.15", "tf2.0"}),
        (KERAS_OF_TENSORFLOW_2_2, {"tf2.1", "tf2.2"}),
        (written_by(("keras", "==2.2.4", "keras_version 2.2.4")), {"tf1.13-keras2.2"}),
        (written_by(("keras", "==2.3.1", "keras_version 2.3.1")), {"tf1.15-keras2.3"}),
        (written_by(("tensorflow", "==2.13.0", "tensorflow_version 2.13.0")), {"tf2.13"}),
        (written_by(), set()),
    ],
    ids=["2.8.0", "2.4.0", "2.2.4-tf", "2.3.0-tf", "2.2.4", "2.3.1", "tensorflow 2.13.0", "nothing"],
)
def test_the_eras_that_may_have_written_a_file(artifact: Artifact, writers: set[str]) -> None:
    found, _ = candidates(artifact, Wanted(platform=LINUX, prefer=Prefer.OLDEST))
    everyone = {each.name for each in found if each.wrote}
    assert everyone <= writers
    first, _ = candidates(artifact, Wanted(platform=LINUX))
    assert first[0].wrote is bool(writers)
    assert not writers or first[0].name in writers


def test_what_nobody_provides_is_the_users_to_give() -> None:
    model = next(model for model in MODELS if "custom" in model.file and model.file.startswith("tf28/"))
    found, _ = candidates(read(model.path), Wanted(platform=LINUX))
    assert found[0].name == "tf2.8"
    assert demand(read(model.path)).addons == ()


def test_where_the_writers_release_has_no_wheel_the_nearest_one_is_taken() -> None:
    model = next(model for model in MODELS if model.file == "tf24/plain_training.h5")
    found, rejected = candidates(read(model.path), Wanted(platform=Platform(system="macos", machine="aarch64")))
    assert found[0].name == "tf2.5"
    assert "tf2.4" in {each.name for each in rejected}
    assert not any("measured on" in reason for reason in found[0].because), "it was measured on Linux"
