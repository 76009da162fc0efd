"""The bounds that no metadata states: which apply to which pins. `tests/live/test_constraints.py` sees them needed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from loadstone.knowledge import tensorflow_releases, tfa_releases
from loadstone.knowledge.constraints import Constraint, constraints, known_constraints

TENSORFLOW = [release.version for release in tensorflow_releases()]
ADDONS = [release.version for release in tfa_releases()]


def bounds(**pins: str) -> set[str]:
    return {row.requirement for row in constraints({name.replace("_", "-"): Version(pins[name]) for name in pins})}


@pytest.mark.parametrize(
    ("pins", "expected"),
    [
        ({"tensorflow": "1.13.2"}, {"numpy<1.20", "numpy<1.24", "protobuf<3.21", "h5py<3"}),
        ({"tensorflow_gpu": "2.0.0"}, {"numpy<1.20", "numpy<1.24", "protobuf<3.21", "h5py<3"}),
        (
            {"tensorflow_cpu": "2.4.4", "tensorflow_addons": "0.14.0"},
            {"numpy<1.20", "numpy<1.24", "protobuf<3.21", "typeguard!=3.*"},
        ),
        ({"tensorflow": "2.6.0"}, {"numpy<1.24", "protobuf<3.21", "keras<2.7"}),
        ({"tensorflow": "2.8.4", "tensorflow_addons": "0.16.1"}, {"protobuf<3.21", "numpy<2", "typeguard!=3.*"}),
        ({"tensorflow_macos": "2.11.1"}, {"numpy<2"}),
        ({"tensorflow": "2.15.1", "tensorflow_addons": "0.23.0"}, set()),
        ({"tensorflow": "2.9.0rc1"}, {"protobuf<3.21", "numpy<2"}),
        ({"keras": "3.15.1", "numpy": "2.1.0"}, set()),
        ({}, set()),
    ],
)
def test_what_applies(pins: dict[str, str], expected: set[str]) -> None:
    assert bounds(**pins) == expected


@given(tensorflow=st.sampled_from(TENSORFLOW), addons=st.none() | st.sampled_from(ADDONS))
def test_a_row_applies_exactly_where_it_says(tensorflow: Version, addons: Version | None) -> None:
    pins = {"tensorflow-cpu": tensorflow, **({"tensorflow-addons": addons} if addons else {})}
    found = constraints(pins)
    for row in known_constraints():
        subject = tensorflow if row.subject == "tensorflow" else addons
        assert (row in found) == (subject is not None and subject in row.when)


@pytest.mark.parametrize("row", known_constraints(), ids=lambda row: row.requirement)
def test_rows_say_where_they_come_from_and_apply_to_their_example(row: Constraint) -> None:
    assert row.source.startswith("https://github.com/tensorflow/")
    assert row.at in {"import", "load"}
    assert all(specifier.operator in {"<", "!="} for specifier in row.bound)
    pins = (requirement.partition("==") for requirement in row.example if "==" in requirement)
    found = {name: Version(version) for name, _, version in pins}
    assert row in constraints(found)
    assert not any(row.is_stated_by(found[name]) for name in found if row.is_of(name))
    release = next(each for each in tensorflow_releases() if row.example[0].endswith(f"=={each.version}"))
    assert row.python in release.pythons


def test_few() -> None:
    assert 1 <= len(known_constraints()) <= 10
    assert len({row.requirement for row in known_constraints()}) == len(known_constraints())
