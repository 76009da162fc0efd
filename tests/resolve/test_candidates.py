"""From a model to the environments that should load it, over the whole corpus."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone.artifact import Artifact, Dialect, Evidence, Format, Member
from loadstone.formats import read
from loadstone.knowledge.eras import eras
from loadstone.needs import conditions, infer
from loadstone.resolve.candidates import Wanted, candidates
from loadstone.resolve.fitting import demand, fits
from loadstone.resolve.own import Own
from loadstone.resolve.prescription import Platform, Prefer, Rejected
from loadstone.resolve.releases import addons_of
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


def stack(own: tuple[str, ...], file: str = "tf28/addons_training.h5") -> tuple[str, ...]:
    model = next(model for model in MODELS if model.file == file)
    found, _ = candidates(read(model.path), Wanted(platform=LINUX, own=Own(requirements=own)))
    return found[0].requirements


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (("pandas",), {"tensorflow-cpu==2.8.4", "tensorflow-addons==0.16.1"}),
        (("tensorflow==2.8.2",), {"tensorflow==2.8.2", "tensorflow-addons==0.16.1"}),
        (
            ("tensorflow-cpu==2.8.2", "tensorflow-addons==0.17.1"),
            {"tensorflow-cpu==2.8.2", "tensorflow-addons==0.17.1"},
        ),
        (
            ("tensorflow-cpu==2.8.2", "tensorflow-addons==0.15.0"),
            {"tensorflow-cpu==2.8.2", "tensorflow-addons==0.15.0"},
        ),
        (("tensorflow<2.8",), {"tensorflow==2.7.4", "tensorflow-addons==0.16.1"}),
        (("tensorflow-addons>=0.19",), {"tensorflow-cpu==2.9.3", "tensorflow-addons==0.19.0"}),
        (("keras==2.9.0",), {"tensorflow-cpu==2.9.3", "keras==2.9.0"}),
    ],
    ids=lambda value: " ".join(sorted(value)),
)
def test_the_releases_that_the_user_wants_are_taken(own: tuple[str, ...], expected: set[str]) -> None:
    assert expected <= set(stack(own))


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (("keras<3.15.1,>=3.15",), {"keras==3.15.0"}),
        (("keras>=3.11", "tensorflow==2.20.0"), {"tensorflow==2.20.0", "keras==3.15.1"}),
    ],
    ids=lambda value: " ".join(sorted(value)),
)
def test_keras_3_is_chosen_by_itself(own: tuple[str, ...], expected: set[str]) -> None:
    assert expected <= set(stack(own, "keras315/plain_training.keras"))


def test_what_the_user_wants_and_no_era_has_is_told() -> None:
    model = next(model for model in MODELS if model.file == "tf28/addons_training.h5")
    own = Own(source=Path("requirements.txt"), requirements=("tensorflow<1.13", "keras>=3"))
    found, rejected = candidates(read(model.path), Wanted(platform=LINUX, own=own))
    assert not found
    assert {each.why for each in rejected} == {"requirements.txt asks for tensorflow<1.13"}


@pytest.mark.parametrize("own", ["pandas", "tensorflow-cpu==2.8.2", "tensorflow-addons==0.17.1"])
def test_what_was_not_measured_together_has_no_pins(own: str) -> None:
    model = next(model for model in MODELS if model.file == "tf28/addons_training.h5")
    for requirements in ((), (own,)):
        found, _ = candidates(read(model.path), Wanted(platform=LINUX, own=Own(requirements=requirements)))
        assert (found[0].pins is None) is bool(requirements)
        assert ("this combination was not measured" in found[0].because) is bool(requirements)


def test_compiled_operators_are_looked_for_where_they_load() -> None:
    """Addons 0.14 and 0.15 say that they go with TensorFlow 2.5, whose operator libraries only load in 0.13."""
    model = next(model for model in MODELS if model.file == "tf24/addons_training.h5")
    artifact = read(model.path)
    needs = replace(infer(artifact), objects=(), op_libraries=("Addons",))
    asked = replace(demand(artifact), needs=needs, addons=())
    of = {era.name: era for era in eras()}
    assert str(addons_of(asked, of["tf2.5"], of["tf2.5"].builds, Own())) == "0.13.0"
    newest = addons_of(
        asked, of["tf2.5"], of["tf2.5"].builds, Own(source=Path("r.txt"), requirements=("tensorflow-addons>=0.14",))
    )
    assert isinstance(newest, Rejected)
    assert newest.why == "no TensorFlow Addons for TensorFlow 2.5.3 that r.txt asks for provides Addons"


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
        (KERAS_OF_TENSORFLOW_2_0, {"tf1.13", "tf1.14", "tf1.15", "tf2.0", "tf2.1"}),
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
