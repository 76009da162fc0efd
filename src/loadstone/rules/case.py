"""The question that every rule answers: this model, in this environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone import knowledge
from loadstone.artifact import Dialect, Format
from loadstone.environment import loaders
from loadstone.needs import infer

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.artifact import Artifact, KerasObject
    from loadstone.environment import Environment, Loader
    from loadstone.finding import Install, Rebuild, SetVariable, Stack
    from loadstone.knowledge import BuiltIn, ObjectKind
    from loadstone.needs import Needs
    from loadstone.rules.lookup import Found

#: The first Keras with the ``.keras`` archive and with ``registered_name`` beside ``class_name``.
FIRST_WITH_ARCHIVES = Version("2.12")

#: Where tf.keras 2.12 (without ``src``) to 2.15 kept what it has no public name for.
_INTERNAL = ("keras.src.", "keras.engine.", "keras.layers.core.", "tf_keras.src.")

#: The first TensorFlow whose Keras revives the objects of a SavedModel from their settings.
FIRST_REVIVING = Version("2.2")
_FIRST_FALLING_BACK = Version("2.10")

#: The first Keras 3 that hands its arguments on to the reader of HDF5 files (``saving_api.py``).
_FIRST_HANDING_ON = Version("3.3")

_FIRST_WITH_SRC = Version("2.13")
_FIRST_TF_KERAS = Version("2.16")


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What can be done with a model, whatever a rule objects to: found out before, by judging other environments too.

    Attributes:
        rebuild: what loadstone itself can do with it.
        stacks: the environments where it loads, best first.
        changes: changes of the judged environment with which it loads there, best first.
        lossy: whether it then loads with ``compile=False`` only.
    """

    rebuild: Rebuild
    stacks: tuple[Stack, ...] = ()
    changes: tuple[Install | SetVariable, ...] = ()
    lossy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One model, what it needs, and the loader of the environment it is judged for.

    ``loader`` is None where the environment has no Keras at all; then only the environment's rules have anything to
    say. Without ``advice`` only the verdict is wanted: remedies that rest on it are left out. ``found`` remembers what
    several rules ask: where the loader finds each object, by its ``id``.
    """

    artifact: Artifact
    needs: Needs
    environment: Environment
    loader: Loader | None
    advice: Advice | None = None
    finder: Callable[[str, ObjectKind | None], BuiltIn | None] | None = None
    found: dict[int, tuple[KerasObject, Found]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def keras(self) -> Version | None:
        """The release of Keras that would load the model."""
        return self.loader.keras if self.loader else None

    def built_in(self, name: str, kind: ObjectKind | None = None) -> BuiltIn | None:
        """What the loader finds under a name among its own."""
        return None if self.finder is None else self.finder(name, kind)

    @property
    def into_keras_3(self) -> bool:
        """Whether the loader belongs to the third generation."""
        return self.loader is not None and self.loader.generation == 3  # noqa: PLR2004 - the generation's number

    @property
    def into_keras_2(self) -> bool:
        """Whether the loader belongs to the second generation."""
        return self.loader is not None and not self.into_keras_3

    @property
    def from_keras_3(self) -> bool:
        """Whether the configuration was written by the third generation."""
        return self.artifact.dialect is Dialect.KERAS_3

    @property
    def suffix(self) -> str:
        """The suffix of the path, in lower case, with its dot."""
        return PurePath(self.artifact.source).suffix.lower()

    @property
    def is_archive(self) -> bool:
        """Whether the model is a ``.keras`` archive."""
        return self.artifact.format is Format.KERAS_ARCHIVE

    @property
    def is_hdf5(self) -> bool:
        """Whether the model is a whole-model HDF5 file."""
        return self.artifact.format is Format.HDF5_MODEL

    @property
    def is_saved_model(self) -> bool:
        """Whether the model is a SavedModel folder."""
        return self.artifact.format is Format.SAVED_MODEL

    @property
    def reads_archives(self) -> bool:
        """Whether the model is an archive, and the loader knows such files."""
        return self.is_archive and self.keras is not None and self.keras >= FIRST_WITH_ARCHIVES

    @property
    def writer_keras(self) -> Version | None:
        """The release of Keras, or of tf-keras, that the file states; None where it states none."""
        stated = (self.needs.writer(name) for name in ("tf-keras", "keras"))
        return next((writer.release for writer in stated if writer and writer.release), None)

    @property
    def rebuilds_from_settings(self) -> bool:
        """Whether the loader builds layers from their settings, so that a setting it refuses makes it fail.

        Of a SavedModel, tf.keras does so since TensorFlow 2.2; from 2.10 on it falls back to the stored functions
        whatever goes wrong (seen with the files of each release, opened by all).
        """
        if self.is_refused or self.loader is None:
            return False
        return not self.is_saved_model or self.revives_by_settings

    @property
    def revives_by_settings(self) -> bool:
        """Whether the loader insists on the stored settings when it revives the objects of a SavedModel."""
        tensorflow = self.environment.tensorflow
        return tensorflow is not None and FIRST_REVIVING <= tensorflow < _FIRST_FALLING_BACK

    @property
    def compiles_always(self) -> bool:
        """Whether the loader hands neither ``compile`` nor ``custom_objects`` on: Keras 3.0 to 3.2, for HDF5."""
        return self.into_keras_3 and self.is_hdf5 and self.keras is not None and self.keras < _FIRST_HANDING_ON

    @property
    def is_refused(self) -> bool:
        """Whether the loader turns the file away as a whole, before it looks at any object in it."""
        if self.loader is None or self.artifact.dialect is None:
            return True
        if self.into_keras_3:
            return self.is_saved_model or (
                self.is_archive and not self.from_keras_3 and bool(internal_modules(self.artifact))
            )
        return self.from_keras_3 or (
            self.is_archive and (self.loader.keras < FIRST_WITH_ARCHIVES or bool(moved_modules(self)))
        )

    @property
    def here(self) -> str:
        """What the judged environment has, in one line."""
        return self.environment.summary_with(self.loader)


def internal_modules(artifact: Artifact) -> tuple[KerasObject, ...]:
    """The objects that a configuration names by a file inside Keras 2 instead of a public module."""
    return tuple(
        item
        for item in artifact.objects
        if item.module is not None and item.module.startswith(_INTERNAL) and ">" not in (item.registered_name or "")
    )


def moved_modules(case: Case) -> tuple[KerasObject, ...]:
    """The objects of an archive whose module the loader, of Keras 2, does not have.

    The places are those of the files inside the wheels; tf_keras takes ``keras.`` for ``tf_keras.``.
    """
    if case.keras is None or not case.into_keras_2:
        return ()
    if case.keras >= _FIRST_TF_KERAS:
        there: tuple[str, ...] = ("tf_keras.src.", "keras.src.")
    else:
        there = ("keras.src.",) if case.keras >= _FIRST_WITH_SRC else ("keras.engine.", "keras.layers.core.")
    return tuple(item for item in internal_modules(case.artifact) if not (item.module or "").startswith(there))


def case_of(
    artifact: Artifact, environment: Environment, *, needs: Needs | None = None, advice: Advice | None = None
) -> Case:
    """The question as rules see it; the loader is the one that most code in that environment calls first.

    ``needs`` are those of the artifact, where they were inferred before.
    """
    found = loaders(environment)
    return Case(
        artifact=artifact,
        needs=infer(artifact) if needs is None else needs,
        environment=environment,
        loader=found[0] if found else None,
        advice=advice,
        finder=knowledge.finder(*found[0].row) if found else None,
    )
