"""The remedies that several rules offer, made for the case at hand."""

from __future__ import annotations

import shlex
from pathlib import PurePath
from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone import knowledge
from loadstone.blueprint.parse import REBUILT
from loadstone.finding import CallWith, Convert, Isolate
from loadstone.needs import ADDONS
from loadstone.rules.lookup import fitting_addons, registers

if TYPE_CHECKING:
    from loadstone.finding import Remedy
    from loadstone.knowledge import TensorFlowRelease, TfaRelease
    from loadstone.rules.case import Case


def convert(case: Case) -> tuple[Convert, ...]:
    """Rewrite the model for Keras 3 with loadstone; empty for what loadstone does not rebuild.

    Where the model names code that is nobody's but its author's, the command asks for a file with it.
    """
    source = case.artifact.source
    if case.artifact.format not in REBUILT:
        return ()
    own = bool(case.artifact.payloads) or any(not need.providers for need in case.needs.objects)
    path = PurePath(source)
    target = path.with_suffix(".keras").name if case.suffix != ".keras" else f"{path.stem}.keras3.keras"
    return (
        Convert(
            command=f"loadstone convert {shlex.quote(source)} {shlex.quote(target)}"
            + (" --custom-objects your_objects.py" if own else ""),
            python=f"loadstone.load_model({source!r}{', custom_objects={...}' if own else ''})",
        ),
    )


def uncompiled(case: Case, effect: str) -> CallWith:
    """Leave the compile state out."""
    call = case.loader.call if case.loader else "keras.models.load_model"
    return CallWith(python=f"{call}({case.artifact.source!r}, compile=False)", effect=effect)


def isolated(case: Case) -> tuple[Remedy, ...]:
    """The environment of the writer's time, where the tables know one; empty otherwise.

    Its TensorFlow is the newest patch release whose Keras wrote the file; its TensorFlow Addons the newest release
    that declares this TensorFlow and registers what the file names.
    """
    needed = [need.identity for need in case.needs.objects if any(p.distribution == ADDONS for p in need.providers)]
    for tensorflow in _of_writer(case):
        for python in reversed(tensorflow.pythons):
            if not _reads_bytecode(case, python):
                continue
            if not needed:
                return (_environment(case, python, tensorflow, None),)
            for addons in fitting_addons(tensorflow.version, Version(python)):
                if all(registers(addons.version, identity) for identity in needed):
                    return (_environment(case, python, tensorflow, addons),)
    return ()


def _of_writer(case: Case) -> tuple[TensorFlowRelease, ...]:
    """The TensorFlow releases that may have written the file, newest first; at most one minor series is tried."""
    stated = case.needs.writer("tensorflow")
    keras = case.needs.writer("keras")
    release = keras.release if keras else None
    found = [
        candidate
        for candidate in knowledge.tensorflow_releases()
        if (stated is None or candidate.version in stated.versions) and _carries(candidate, release)
    ]
    return tuple(reversed(found)) if stated is not None or release is not None else ()


def _carries(tensorflow: TensorFlowRelease, keras: Version | None) -> bool:
    """Whether a TensorFlow release comes with a Keras release."""
    if keras is None:
        return True
    if tensorflow.keras is None:
        from loadstone.environment import bundled_keras  # noqa: PLC0415 - only files of TensorFlow 2.5 and older ask

        return bundled_keras(tensorflow.version) == keras
    return keras in tensorflow.keras


def _reads_bytecode(case: Case, python: str) -> bool:
    return case.needs.python is None or Version(f"{python}.0") in case.needs.python


def _environment(case: Case, python: str, tensorflow: TensorFlowRelease, addons: TfaRelease | None) -> Isolate:
    pins = [f"tensorflow=={tensorflow.version}"]
    released = tensorflow.released
    if addons is not None:
        pins.append(f"{ADDONS}=={addons.version}")
        released = max(released, addons.released)
    trust = " --trust" if case.artifact.payloads else ""
    own = " --custom-objects your_objects.py" if any(not need.providers for need in case.needs.objects) else ""
    return Isolate(
        command=f"loadstone sync {shlex.quote(case.artifact.source)} .venv-model{own}{trust}",
        python_version=python,
        requirements=tuple(pins),
        exclude_newer=released.isoformat(),
    )
