"""When releases came out, what they install on, and what they ask for."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone.knowledge import (
    keras_releases,
    known_keras_releases,
    releases,
    tensorflow_releases,
    tf_keras_releases,
    tfa_releases,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.knowledge.releases import Release

ALL: dict[str, Callable[[], tuple[Release, ...]]] = {
    "tensorflow": tensorflow_releases,
    "tensorflow-cpu": lambda: tensorflow_releases("tensorflow-cpu"),
    "tensorflow-macos": lambda: tensorflow_releases("tensorflow-macos"),
    "keras": keras_releases,
    "tf-keras": tf_keras_releases,
    "tensorflow-addons": tfa_releases,
}


def release(distribution: str, version: str) -> Release:
    (found,) = [each for each in ALL[distribution]() if each.version == Version(version)]
    return found


INTEL = ("linux-x86_64", "macos-x86_64", "windows-x86_64")


@pytest.mark.parametrize(
    ("distribution", "version", "released", "pythons", "platforms"),
    [
        ("tensorflow", "1.13.1", date(2019, 2, 26), "3.6 3.7", INTEL),
        ("tensorflow", "2.10.0", date(2022, 9, 6), "3.7 3.8 3.9 3.10", ("linux-aarch64", *INTEL)),
        ("tensorflow", "2.16.2", date(2024, 6, 28), "3.9 3.10 3.11 3.12", releases.PLATFORMS),
        ("tensorflow", "2.17.0", date(2024, 7, 11), "3.9 3.10 3.11 3.12",
         ("linux-aarch64", "linux-x86_64", "macos-arm64", "windows-x86_64")),
        ("tensorflow-cpu", "1.15.0", date(2019, 10, 16), "3.6 3.7", INTEL),
        ("tensorflow-cpu", "2.2.3", date(2021, 6, 15), "3.6 3.7 3.8", ("linux-x86_64", "macos-x86_64")),
        ("tensorflow-macos", "2.13.0", date(2023, 7, 5), "3.8 3.9 3.10 3.11", ("macos-arm64",)),
        ("keras", "1.2.2", date(2017, 2, 10), None, releases.PLATFORMS),
        ("keras", "2.3.1", date(2019, 10, 7), None, releases.PLATFORMS),
        ("keras", "3.10.0", date(2025, 5, 19), "3.9 3.10 3.11 3.12 3.13 3.14", releases.PLATFORMS),
        ("keras", "3.11.0", date(2025, 7, 30), "3.10 3.11 3.12 3.13 3.14", releases.PLATFORMS),
        ("keras", "3.15.1", None, "3.11 3.12 3.13 3.14", releases.PLATFORMS),
        ("tf-keras", "2.16.0", date(2024, 3, 9), "3.9 3.10 3.11 3.12 3.13 3.14", releases.PLATFORMS),
        ("tensorflow-addons", "0.6.0", date(2019, 10, 4), "3.6 3.7", ("linux-x86_64", "macos-x86_64")),
        ("tensorflow-addons", "0.23.0", date(2023, 11, 28), "3.9 3.10 3.11",
         ("linux-x86_64", "macos-arm64", "macos-x86_64")),
    ],
)  # fmt: skip
def test_what_a_release_is(
    distribution: str, version: str, released: date | None, pythons: str | None, platforms: tuple[str, ...]
) -> None:
    found = release(distribution, version)
    assert released in {None, found.released}
    assert pythons in {None, " ".join(found.pythons)}
    assert found.platforms == platforms


@pytest.mark.parametrize(
    ("distribution", "version", "python", "platform", "expected"),
    [
        ("tensorflow", "2.8.2", "3.8", "linux-x86_64", True),
        ("tensorflow", "2.8.2", "3.11", "linux-x86_64", False),
        ("tensorflow", "2.8.2", "3.8", "macos-arm64", False),
        ("tensorflow-cpu", "2.4.2", "3.6", "windows-x86_64", True),
        ("tensorflow-cpu", "2.4.2", "3.8", "windows-x86_64", False),
        ("tensorflow-addons", "0.19.0", "3.10", "macos-arm64", True),
        ("tensorflow-addons", "0.19.0", "3.7", "macos-arm64", False),
        ("tensorflow-addons", "0.23.0", "3.10", "windows-x86_64", False),
        ("keras", "1.2.2", "3.6", "windows-x86_64", True),
        ("keras", "3.0.0", "3.8", "linux-x86_64", False),
    ],
)
def test_installs_on(distribution: str, version: str, python: str, platform: str, *, expected: bool) -> None:
    assert release(distribution, version).installs_on(python, platform) is expected


@pytest.mark.parametrize(
    ("version", "keras"),
    [("2.5.3", None), ("2.8.2", ">=2.8.0rc0,<2.9"), ("2.15.1", ">=2.15.0,<2.16"),
     ("2.16.1", ">=3.0.0")],
)  # fmt: skip
def test_the_distributions_of_tensorflow_require_the_same_keras(version: str, keras: str | None) -> None:
    for distribution in ("tensorflow", "tensorflow-cpu"):
        (found,) = [each for each in tensorflow_releases(distribution) if each.version == Version(version)]
        assert found.keras == (SpecifierSet(keras) if keras else None)


@pytest.mark.parametrize(
    ("version", "tensorflow", "wheel"),
    [("1.0.0", None, False), ("2.0.6", None, False), ("2.0.7", None, True), ("2.3.1", None, True),
     ("2.4.0", ">=2.2.0", True), ("2.15.0", None, True), ("3.0.0", None, True)],
)  # fmt: skip
def test_keras(version: str, tensorflow: str | None, wheel: bool) -> None:  # noqa: FBT001 - a column of the table
    (found,) = [each for each in keras_releases() if each.version == Version(version)]
    assert found.tensorflow == (SpecifierSet(tensorflow) if tensorflow else None)
    assert found.wheel is wheel


def test_tf_keras_goes_with_the_tensorflow_of_its_minor_release() -> None:
    for each in tf_keras_releases():
        assert each.wheel
        assert each.tensorflow is None or f"{each.version.major}.{each.version.minor}.0" in each.tensorflow


@pytest.mark.parametrize("distribution", ALL)
def test_sorted_and_whole(distribution: str) -> None:
    found = ALL[distribution]()
    versions = [each.version for each in found]
    assert versions == sorted(set(versions))
    for each in found:
        assert not each.version.is_prerelease
        assert not each.version.is_postrelease
        assert each.pythons
        assert each.platforms
        assert set(each.platforms) <= set(releases.PLATFORMS)
        assert [*each.pythons] == sorted(each.pythons, key=Version)
        assert date(2016, 4, 1) < each.released
        assert all(any(each.installs_on(python, platform) for platform in each.platforms) for python in each.pythons)
        assert all(any(each.installs_on(python, platform) for python in each.pythons) for platform in each.platforms)


@pytest.mark.parametrize(
    ("distribution", "oldest", "newest", "number"),
    [("tensorflow", "1.13.1", "2.21.0", 78), ("tensorflow-cpu", "1.15.0", "2.21.0", 66),
     ("tensorflow-macos", "2.5.0", "2.16.2", 18), ("keras", "1.0.0", "3.15.1", 93), ("tf-keras", "2.14.1", "2.21.0", 9),
     ("tensorflow-addons", "0.5.0", "0.23.0", 29)],
)  # fmt: skip
def test_none_is_missing(distribution: str, oldest: str, newest: str, number: int) -> None:
    found = ALL[distribution]()
    assert found[0].version == Version(oldest)
    assert found[-1].version >= Version(newest)
    assert len(found) >= number


def test_a_distribution_nobody_has_read() -> None:
    with pytest.raises(KeyError):
        tensorflow_releases("tensorflow-gpu")


def test_every_row_of_the_names_is_a_release() -> None:
    for distribution in ("keras", "tf-keras", "tensorflow"):
        versions = {each.version for each in ALL[distribution]()}
        assert set(known_keras_releases(distribution)) <= versions
