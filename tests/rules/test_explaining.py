"""Texts to findings: what every era's load_model really raised, and what else a text tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadstone.rules.explaining import Confidence, explanations, reading
from tests.oracle import raised
from tests.rules.test_predictions import Prediction, every_pair

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


def test_what_load_model_really_raised_is_explained_by_a_finding_of_that_pair() -> None:
    """Every exception of the oracle, with its frames, and nothing of the model: a true cause is among the answers."""
    causes: dict[str, set[str]] = {}
    for pair in every_pair():
        if pair.prediction is Prediction.RIGHT and pair.raised is not None and pair.raised.error != "process":
            causes.setdefault(pair.raised.traceback, set()).update(pair.codes)
    right = sum(bool({each.rule.code for each in explanations(text)} & codes) for text, codes in causes.items())
    assert len(causes) > 1_000
    assert right >= 0.95 * len(causes)


def test_every_exception_that_was_seen_can_be_read() -> None:
    for each in raised():
        if each.error == "process":
            continue  # it said nothing
        assert reading(each.traceback).exceptions


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert all(each.evidence for each in explanations(text))
    reading(text)
