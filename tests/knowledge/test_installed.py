"""The tables against reality: the installed Keras 3, and the configurations that real releases wrote."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from packaging.version import Version

from loadstone import formats
from loadstone.artifact import Format
from loadstone.knowledge import ObjectKind, addons_arguments, built_in, config_keys, keras_release
from tests.corpus_files import unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import KerasObject

ROOT = Path(__file__).resolve().parents[2]


@cache
def installed() -> dict[str, Any]:
    """What the Keras of this environment tells of itself."""
    script = ROOT / "tasks" / "knowledge_introspect.py"
    answer = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    (told,) = json.loads(answer.stdout.splitlines()[-1])["answers"]
    keras: dict[str, Any] = told
    return keras


@pytest.mark.parametrize("kind", [kind for kind in ObjectKind if kind.value in {
    "layers", "activations", "initializers", "regularizers", "constraints", "losses", "metrics", "optimizers",
    "optimizers.schedules", "dtype_policies", "quantizers",
}], ids=lambda kind: kind.value)  # fmt: skip
def test_the_installed_keras_is_known(kind: ObjectKind) -> None:
    version = Version(installed()["keras"])
    assert keras_release(version) is not None
    objects = installed()["objects"][kind.value]
    assert len(objects) > 3
    for name, (path, parameters, keys) in objects.items():
        found = built_in(name, version, kind) or built_in(name, version, ObjectKind.MODEL)
        assert found is not None, path
        assert set(parameters) <= found.arguments, name
        every = config_keys(name, version, found.kind)
        always = config_keys(name, version, found.kind, always=True)
        if keys is not None and every is not None and always is not None:
            assert always <= set(keys) <= every, name


ERAS = {
    "tf24": ("2.4.0", "0.14.0"),
    "tf28": ("2.8.0", "0.17.1"),
    "tf215": ("2.15.0", "0.23.0"),
    "keras315": ("3.15.1", None),
}

# A class of the corpus' own, which no release knows.
CUSTOM = {"Scale"}


def written(era: str) -> Iterator[KerasObject]:
    """Every object that the models of an era name in their configurations."""
    for path in sorted(unpacked(era).iterdir()):
        if path.suffix in {".h5", ".keras"}:
            artifact = formats.read(path)
            if artifact.format in {Format.HDF5_MODEL, Format.KERAS_ARCHIVE}:
                yield from artifact.objects


def accepted(one: KerasObject, keras: str, addons: str | None) -> tuple[frozenset[str] | None, bool]:
    if one.package == "Addons" and addons:
        return addons_arguments(one.identity, Version(addons)), False
    operation = one.module is not None and one.module.startswith("keras.src.ops")
    found = built_in(one.identity, Version(keras), ObjectKind.OPERATION if operation else None)
    return (found.arguments, found.open_ended) if found else (None, False)


@pytest.mark.parametrize("era", ERAS)
def test_every_configuration_a_release_wrote_is_one_it_takes(era: str) -> None:
    unknown: Counter[str] = Counter()
    surplus: Counter[tuple[str, str]] = Counter()
    seen = 0
    for one in written(era):
        seen += 1
        arguments, open_ended = accepted(one, *ERAS[era])
        if arguments is None:
            unknown[one.identity] += 1
        elif not open_ended and not one.is_identifier:
            surplus.update((one.identity, key) for key in one.config if key not in arguments)
    assert seen > 100
    assert set(unknown) <= CUSTOM
    assert set(surplus) <= KNOWN_FAULTS.get(era, set())


# What Keras 3.15.1 writes into an .h5 and cannot read back: an operation, under the name of a layer or of a metric.
KNOWN_FAULTS = {"keras315": {("Reshape", "newshape"), ("Mean", "axis"), ("Mean", "keepdims")}}
