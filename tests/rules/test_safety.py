"""What safety findings say of the environment, and which texts of a configuration count as paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from loadstone.artifact import DefectKind, Dialect, Format, Node, NodeUse, Pointer, Reach, Training
from loadstone.rules import diagnose
from tests.rules.artifacts import archive, bytecode, keras3, layer, model, saved_model
from tests.rules.cases_of_safety import archived, harmful
from tests.rules.environments import EMPTY, KERAS315, TF24, TF215, environment

if TYPE_CHECKING:
    from loadstone.artifact import Artifact
    from loadstone.environment import Environment
    from loadstone.finding import Finding

KERAS38 = environment(tensorflow="2.18.0", keras="3.8.0")
KERAS310 = environment(tensorflow="2.19.0", keras="3.10.0")
TF_KERAS = environment(tensorflow="2.21.0", tf_keras="2.21.0", keras="3.15.1", variables={"TF_USE_LEGACY_KERAS": "1"})
LAMBDA = model(layer("Lambda"), payloads=(bytecode(">=3.8"),))
OS = archive(layer("system", module="os", slot="function", is_identifier=True), dialect=Dialect.KERAS_3)
HELPER = archive(layer("get_file", module="keras.utils", slot="function", is_identifier=True), dialect=Dialect.KERAS_3)
TORCH = archived(layer("TorchModuleWrapper", module="keras.layers"))
STORAGE = harmful(DefectKind.LEAVES_FILE, "external-storage")
YAML = harmful(DefectKind.RUNS_CODE, "yaml-tag", format=Format.UNRECOGNISED, dialect=None)


def told(artifact: Artifact, there: Environment, code: str) -> Finding:
    return next(finding for finding in diagnose(artifact, there).findings if finding.code == code)


@pytest.mark.parametrize(
    ("artifact", "there", "code", "words"),
    [
        (LAMBDA, TF215, "LS501", "it does not stop CVE-2025-9905 (fixed in Keras 3.11.3)"),
        (LAMBDA, TF_KERAS, "LS501", "it does not stop CVE-2025-9905 (open in tf_keras)"),
        (LAMBDA, KERAS315, "LS501", "it stops CVE-2025-9905 (since Keras 3.11.3)"),
        (OS, KERAS38, "LS505", "it does not stop CVE-2025-1550 (fixed in Keras 3.9.0)"),
        (OS, KERAS310, "LS505", "it stops CVE-2025-1550 (since Keras 3.9.0)"),
        (HELPER, KERAS310, "LS505", "it does not stop CVE-2025-8747 (fixed in Keras 3.11.0)"),
        (HELPER, KERAS310, "LS505", "it does not stop CVE-2025-12060 (fixed in Keras 3.12.0)"),
        (TORCH, KERAS310, "LS508", "CVE-2025-49655 does not concern it"),
        (STORAGE, KERAS310, "LS502", "it does not stop CVE-2026-1669 (fixed in Keras 3.12.1, 3.13.2 and 3.14.0)"),
        (STORAGE, KERAS315, "LS502", "it stops CVE-2026-1669 (since Keras 3.12.1, 3.13.2 and 3.14.0)"),
        (OS, TF215, "LS505", "which turns the file away as a whole"),
        (YAML, TF24, "LS511", "it does not stop CVE-2021-37678 (fixed in TensorFlow 2.3.4, 2.4.3, 2.5.1 and 2.6.0)"),
        (YAML, KERAS315, "LS511", "it stops CVE-2021-37678 (since Keras 2.6)"),
    ],
)
def test_a_finding_says_whether_this_environment_stops_it(
    artifact: Artifact, there: Environment, code: str, words: str
) -> None:
    assert words in (told(artifact, there, code).here or "")


def test_without_a_loader_there_is_nothing_to_say_of_it() -> None:
    assert "CVE" not in (told(OS, EMPTY, "LS505").here or "")


def test_an_operation_is_told_with_what_runs_it_and_its_path() -> None:
    use = NodeUse(
        op="ReadFile", at=Node(function="f", name="read"), reached=frozenset({Reach.LOADING}), texts=("/etc/motd",)
    )
    finding = told(saved_model(outward=(use,)), TF215, "LS503")

    assert finding.message.endswith("when the model is loaded")
    assert finding.found == "ReadFile '/etc/motd'"
    assert "no release of TensorFlow stops it" in (finding.here or "")


def test_an_operation_that_nothing_runs_is_told_as_such() -> None:
    use = NodeUse(op="WriteFile", at=Node(function="", name="write"))

    assert told(saved_model(outward=(use,)), TF215, "LS503").message.endswith("when somebody asks for their outputs")


def paths(config: dict[str, Any], class_name: str = "Dense") -> list[str]:
    whole = {"class_name": class_name, "config": config}
    at = Pointer(document="model_config", path="")
    made = keras3(layer(class_name, config, slot="", at=at), config=whole, config_at=at)
    found = [finding for finding in diagnose(made, KERAS38).findings if finding.code == "LS504"]
    return [str(where) for finding in found for where in finding.where]


@pytest.mark.parametrize(
    "value",
    [
        "/etc/passwd",
        "~/words.txt",
        "../words.txt",
        "C:\\words.txt",
        "\\\\server\\share",
        "https://stand-in.invalid/words.txt",
        "gs://bucket/words.txt",
        "file:///etc/passwd",
    ],
)
def test_a_path_is_found_wherever_it_stands(value: str) -> None:
    assert paths({"units": value}) == ["model_config/config/units"]
    assert paths({"units": {"deeper": [["a", value]]}}) == ["model_config/config/units/deeper/0/1"]


@pytest.mark.parametrize("key", ["vocabulary", "filepath", "vocab_file", "proto", "model_file", "cache_dir", "url"])
def test_a_file_of_this_folder_is_found_where_a_setting_names_files(key: str) -> None:
    assert paths({key: "words.txt"}) == [f"model_config/config/{key}"]
    assert paths({key: "folder/words"}) == [f"model_config/config/{key}"]


@pytest.mark.parametrize(
    "config",
    [
        {"name": "/a/b"},  # another finding
        {"units": "words.txt"},
        {"units": "relu/1"},
        {"equation": "abc,cd->abd"},
        {"data_format": "channels_last"},
        {"vocabulary": ["/r/python", "https://stand-in.invalid", "a.txt"]},
        {"vocabulary": "0123456789abcdefghijklmnopqrstuvwxyz"},
        {"vocabulary": None},
        {"separator": "/"},
        {"pattern": "// a comment"},
        {"asset": "a sentence."},
    ],
)
def test_other_texts_are_no_paths(config: dict[str, Any]) -> None:
    assert paths(config) == []


def test_the_compile_state_and_layers_of_subclassed_models_are_looked_at_too() -> None:
    trained = Training(
        config={"loss": {"class_name": "L", "config": {"source": "/etc/passwd"}}},
        optimizer_tensors=0,
        at=Pointer(document="keras_metadata.pb/root", path="/training_config"),
    )
    inner = layer(
        "Lookup", {"table": "/etc/motd"}, at=Pointer(document="keras_metadata.pb/root.lookup", path=""), slot=""
    )
    whole = {"class_name": "Model", "config": {"name": "m"}}
    artifact = saved_model(inner, config=whole, training=trained)

    assert [str(where) for where in told(artifact, TF215, "LS504").where] == [
        "keras_metadata.pb/root/training_config/loss/config/source",
        "keras_metadata.pb/root.lookup/config/table",
    ]
