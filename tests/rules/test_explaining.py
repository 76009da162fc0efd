"""Texts to findings: what every era's load_model really raised, and what else a text tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadstone.artifact import DefectKind
from loadstone.rules import RULES, diagnose
from loadstone.rules.explaining import Confidence, decided, explanations, is_ambiguous, reading
from tests.oracle import raised
from tests.rules.artifacts import broken, model
from tests.rules.environments import KERAS315

if TYPE_CHECKING:
    from loadstone.rules.rule import Rule

UNKNOWN = "ValueError: Unknown layer: {}. Please ensure this object is passed to the `custom_objects` argument."
CHAINED = """Traceback (most recent call last):
  File "/usr/lib/python3.8/site-packages/tensorflow/python/keras/saving/save.py", line 1, in load_model
KeyError: 'x'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/usr/lib/python3.8/site-packages/h5py/_hl/files.py", line 1, in make_fid
OSError: Unable to open file (truncated file: eof = 96, sblock->base_addr = 0, stored_eof = 2048)
"""


@pytest.mark.parametrize(
    ("name", "first"),
    [("Addons>Maxout", "LS203"), ("CRF", "LS301"), ("Dense", "LS303"), ("MyOwnLayer", "LS302")],
)
def test_whose_a_name_is_decides_between_findings_with_one_message(name: str, first: str) -> None:
    found = explanations(UNKNOWN.format(name))
    assert found[0].rule.code == first
    assert name in found[0].evidence


def test_the_exception_that_was_raised_last_counts() -> None:
    found = explanations(CHAINED)
    assert found[0].rule.code == "LS106"
    assert found[0].evidence.startswith("OSError: Unable to open file")


@pytest.mark.parametrize(
    ("text", "loader", "releases"),
    [
        (CHAINED, "tf.keras of TensorFlow up to 2.5", {"python": "3.8"}),
        (
            "tensorflow==2.8.2, numpy 1.22.0 and Python 3.9",
            None,
            {"numpy": "1.22.0", "python": "3.9", "tensorflow": "2.8.2"},
        ),
        (r'File "C:\envs\Lib\site-packages\keras\src\models\model.py", line 1, in f', "Keras 3", {}),
        ('File "/x/tf_keras/src/saving/x.py", line 1, in f', "tf_keras", {}),
    ],
)
def test_a_text_tells_of_its_loader_and_of_releases(text: str, loader: str | None, releases: dict[str, str]) -> None:
    found = reading(text)
    assert (found.loader, dict(found.releases)) == (loader, releases)


@pytest.mark.parametrize("text", ["", "all is well", "TypeError: unsupported operand type(s) for +: 'int' and 'str'"])
def test_a_text_without_a_failure_to_load_has_no_explanation(text: str) -> None:
    assert explanations(text) == ()


def test_one_of_several_is_not_certain() -> None:
    found = explanations("ValueError: No model config found in the file at <tensorflow.python...>.")
    assert {each.rule.code for each in found} >= {"LS108", "LS112"}
    assert Confidence.CERTAIN not in {each.confidence for each in found[1:]}


#: Pages whose example is, word for word, what another problem raises too: there the model decides.
SHARED = {"LS103", "LS104", "LS105", "LS107", "LS108", "LS109", "LS110", "LS301", "LS313", "LS408", "LS505"}


@pytest.mark.parametrize("each", [each for each in RULES if each.raises], ids=lambda each: each.code)
def test_the_example_of_a_page_is_explained_by_its_finding(each: Rule) -> None:
    example = each.page.partition("```text\n")[2].partition("```")[0]
    found = explanations(example)
    if each.code in SHARED:
        assert found[0].rule is each or is_ambiguous(found) or found[0].rule.code in {"LS101", "LS304"}
    else:
        assert found[0].rule is each


QUOTED = "> Traceback (most recent call last):\n> &amp;nbsp; ValueError: Unknown layer: &#39;Functional&#39;"
LINKED = "[/env/keras/utils.py](https://localhost:8080/#) in f\nValueError: bad marshal data (unknown type code)"
COLOURED = "\x1b[0;31mAttributeError\x1b[0m: 'str' object has no attribute 'decode' # keras"
WRAPPED = "ValueError: File format not supported: ... the legacy SavedModel format is not\nsupported by `load_model()`"
REMOTE = "remote:   OSError: Unable to open file (truncated file: eof = 96, sblock->base_addr = 0, stored_eof = 2048)"
INLINE = "attrs['keras_version'].decode('utf8') AttributeError: 'str' object has no attribute 'decode'"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (QUOTED, "LS303"),
        (LINKED, "LS501"),
        (COLOURED, "LS209"),
        (WRAPPED, "LS207"),
        (REMOTE, "LS106"),
        (INLINE, "LS209"),
    ],
    ids=["quoted", "linked", "coloured", "wrapped", "remote", "inline"],
)
def test_what_terminals_and_trackers_put_around_a_message_is_read_through(text: str, code: str) -> None:
    assert explanations(text)[0].rule.code == code


OF_KERAS_3 = '  File "/env/keras/src/legacy/saving/legacy_h5_format.py", line 1, in load_model\n'
OF_TF_KERAS = '  File "/env/keras/src/engine/base_layer.py", line 1, in from_config\n'
MOVED = (
    "TypeError: Could not deserialize class 'Functional' because its parent module keras.engine.functional cannot be"
)


@pytest.mark.parametrize(("frames", "code"), [(OF_KERAS_3, "LS304"), (OF_TF_KERAS, "LS313")])
def test_frames_tell_which_keras_says_so(frames: str, code: str) -> None:
    assert explanations(frames + MOVED)[0].rule.code == code


@pytest.mark.parametrize(
    "error",
    ["ModuleNotFoundError: No module named 'requests'", "TypeError: f() got an unexpected keyword argument 'x'"],
)
def test_what_any_program_says_does_not_count_in_a_traceback_of_another(error: str) -> None:
    frames = 'Traceback (most recent call last):\n  File "/srv/shop/views.py", line 1, in f\n'
    assert explanations(frames + error) == ()
    beside = explanations(frames.replace("/srv/shop/views", "/env/keras/models") + error)
    assert beside
    assert Confidence.CERTAIN not in {each.confidence for each in beside}


def test_frames_alone_are_never_more_than_possible() -> None:
    (first, *_) = explanations('  File "/env/keras/utils/generic_utils.py", line 1, in func_load')
    assert (first.rule.code, first.confidence) == ("LS501", Confidence.POSSIBLE)


def test_a_symptom_says_what_exactly_happened() -> None:
    (first, *_) = explanations("NotImplementedError: Cannot convert a symbolic Tensor (lstm:0) to a numpy array.")
    assert first.means == "recurrent layers of TensorFlow up to 2.4 make arrays of tensors, which NumPy 1.20 refuses"


def test_the_model_decides_between_equal_explanations() -> None:
    told = explanations("OSError: Unable to open file (file signature not found)")
    assert is_ambiguous(told)
    diagnosis = diagnose(broken(DefectKind.LFS_POINTER), KERAS315)
    found = decided(told, diagnosis)
    assert (found[0].rule.code, found[0].confidence) == ("LS104", Confidence.CERTAIN)
    assert {each.confidence for each in found[1:]} == {Confidence.POSSIBLE}


def test_a_diagnosis_that_finds_none_of_them_changes_nothing() -> None:
    told = explanations("OSError: Unable to open file (file signature not found)")
    assert decided(told, diagnose(model(), KERAS315)) == told


def test_a_text_tells_which_files_it_is_about() -> None:
    found = reading("model = load_model('models/my model.h5')\nOSError: ... filepath=C:\\models\\a.keras. Please")
    assert found.models == ("models/my model.h5", "C:\\models\\a.keras")


def test_every_exception_that_was_seen_can_be_read() -> None:
    for each in raised():
        if each.error == "process":
            continue  # it said nothing
        assert reading(each.traceback).exceptions


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert all(each.evidence for each in explanations(text))
    reading(text)
