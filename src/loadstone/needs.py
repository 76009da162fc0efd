"""What a model needs to load: who wrote it, which objects are not Keras' own and who provides those, which Python.

Pure: it judges the parsed artifact against the version tables and looks at no environment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone import knowledge
from loadstone.artifact import Dialect
from loadstone.formats.writer import TENSORFLOW_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from loadstone.artifact import Artifact, Evidence, KerasObject, Pointer, Where
    from loadstone.knowledge import Provider

#: Judged in place of the writer's Keras where the file does not record it: the last release of its generation that
#: every format of that generation can be read with.
_STAND_IN = {Dialect.KERAS_1: Version("1.2.2"), Dialect.KERAS_2: Version("2.15.0"), Dialect.KERAS_3: Version("3.15.1")}

ADDONS = "tensorflow-addons"
_FIRST_OF_TENSORFLOW_ALONE = (2, 4)  # from then on Keras was TensorFlow's
_OUTPUT_NUMBER = re.compile(r":\d+$")

#: What the Keras of these releases calls itself (2.2.4-tf, 2.3.0-tf).
_OF_TENSORFLOW_2_0, _OF_TENSORFLOW_2_1 = Version("2.2.4"), Version("2.3.0")

#: Words that Keras accepts in place of an object; it interprets them itself when the model is compiled.
_COMPILE_WORDS = frozenset({"accuracy", "acc", "crossentropy", "ce", "Accuracy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """What the file says about one piece of software that wrote it.

    Attributes:
        distribution: ``keras``, ``tensorflow``, ``tensorflow-addons`` ...
        versions: the releases that fit all evidence.
        recorded: whether the file states a release, and not only a token that some releases write.
    """

    distribution: str
    versions: SpecifierSet
    recorded: bool

    @property
    def release(self) -> Version | None:
        """The one release that the file states, None where it leaves a choice."""
        stated = [specifier.version for specifier in self.versions if specifier.operator in {"==", "==="}]
        return Version(stated[0]) if len(stated) == 1 and "*" not in stated[0] else None

    def __str__(self) -> str:
        name = {"keras": "Keras", "tensorflow": "TensorFlow", "tensorflow-addons": "TensorFlow Addons"}
        if self.release:
            return f"{name.get(self.distribution, self.distribution)} {self.release}"
        return f"{name.get(self.distribution, self.distribution)} {self.versions}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededObject:
    """An object that the writer's own Keras does not define.

    Attributes:
        identity: the name under which a registry knows it.
        providers: the distributions whose releases define it; empty when nobody known does.
        uses: every place where the configuration names it.
    """

    identity: str
    providers: tuple[Provider, ...]
    uses: tuple[KerasObject, ...]

    @property
    def places(self) -> tuple[Pointer, ...]:
        """Where the configuration names it."""
        return tuple(use.at for use in self.uses)

    @property
    def only_in_training(self) -> bool:
        """Whether ``compile=False`` does without it."""
        return all(use.in_training for use in self.uses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing that narrows down the environments that could load the model.

    Attributes:
        distribution: whose releases it is about; ``python`` for the interpreter.
        versions: the releases that fit.
        because: what was seen, as half a sentence.
        where: where it was seen.
        must: True when the model does not load without it; False when it only tells what wrote the model.
        recorded: whether the file states it, and not only a token that some releases write.
    """

    distribution: str
    versions: SpecifierSet
    because: str
    where: Where | None
    must: bool
    recorded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What has to be there for the model to load.

    Attributes:
        writers: the software that wrote it, one entry a distribution.
        objects: what has to be provided beside Keras.
        python: the Python releases that can read its stored code; None when it holds none.
        op_libraries: namespaces of operations that no TensorFlow release registers (SavedModel).
    """

    writers: tuple[Writer, ...]
    objects: tuple[NeededObject, ...]
    python: SpecifierSet | None
    op_libraries: tuple[str, ...]

    @property
    def keras(self) -> Version | None:
        """The release of Keras, or of tf-keras, that the file states; None where it states none."""
        found = (self.writer(name) for name in ("tf-keras", "keras"))
        return next((writer.release for writer in found if writer is not None and writer.release), None)

    def writer(self, distribution: str) -> Writer | None:
        """What is known about one distribution's part in writing the file."""
        return next((writer for writer in self.writers if writer.distribution == distribution), None)


def infer(artifact: Artifact) -> Needs:
    """What a model needs, from what was read of it."""
    writers = merged(artifact.writer)
    return Needs(
        writers=writers,
        objects=_needed_objects(artifact, writers),
        python=_python(artifact),
        op_libraries=tuple(sorted({use.namespace for use in artifact.ops if use.namespace})),
    )


def merged(evidence: Iterable[Evidence]) -> tuple[Writer, ...]:
    """Evidence of each distribution, narrowed to the releases that fit all of it.

    What the file states decides; tokens narrow a range only where nothing is stated, because a file that was
    converted keeps tokens of its first writer.
    """
    grouped: dict[str, list[Evidence]] = {}
    for item in evidence:
        grouped.setdefault(item.distribution, []).append(item)
    writers = []
    for distribution, items in grouped.items():
        stated = [item for item in items if item.recorded and str(item.versions)]
        versions = SpecifierSet()
        for item in stated[:1] or items:
            versions &= item.versions
        writers.append(Writer(distribution=distribution, versions=versions, recorded=bool(stated)))
    return tuple(writers)


def writers_keras(artifact: Artifact, writers: tuple[Writer, ...]) -> Version | None:
    """The Keras release to judge the configuration's own objects by; None where there is no configuration."""
    keras = next((writer for writer in writers if writer.distribution == "keras"), None)
    if keras is not None and keras.release is not None:
        return keras.release
    return None if artifact.dialect is None else _STAND_IN[artifact.dialect]


def is_standalone(artifact: Artifact, writers: tuple[Writer, ...]) -> bool:
    """Whether the package ``keras`` of its own time wrote the file, and not the Keras inside TensorFlow.

    The latter marks its version with ``-tf`` up to 2.2, and calls itself 2.4.0 from 2.3 on.
    """
    keras = next((writer for writer in writers if writer.distribution == "keras"), None)
    if keras is None or keras.release is None or not knowledge.is_multibackend(keras.release):
        return False
    return not any(each.token.endswith(TENSORFLOW_SUFFIX) for each in artifact.writer)


def _needed_objects(artifact: Artifact, writers: tuple[Writer, ...]) -> tuple[NeededObject, ...]:
    keras = writers_keras(artifact, writers)
    if keras is None:
        return ()
    distribution = "keras" if is_standalone(artifact, writers) else None
    uses: dict[str, list[KerasObject]] = {}
    for item in artifact.objects:
        if not is_keras_own(item, keras, distribution):
            uses.setdefault(item.identity, []).append(item)
    return tuple(
        NeededObject(identity=identity, providers=knowledge.providers(identity), uses=tuple(found))
        for identity, found in uses.items()
    )


def is_keras_own(item: KerasObject, keras: Version, distribution: str | None = None) -> bool:
    """Whether a release of Keras, of a distribution as `knowledge.built_in` takes it, defines the object itself."""
    if item.in_training and item.is_identifier and item.class_name in _COMPILE_WORDS:
        return True
    # The identity, so that a package's class of a name that Keras has too is not taken for Keras' own.
    return knowledge.finder(keras, distribution)(item.identity, None) is not None


def conditions(artifact: Artifact, needs: Needs) -> tuple[Condition, ...]:
    """What the file's evidence, its add-on objects and its stored code say about releases, with the reason for each."""
    return (*_evidence(artifact), *_addons(needs), *_bytecode(artifact))


def _evidence(artifact: Artifact) -> Iterator[Condition]:
    stated = {item.distribution for item in artifact.writer if item.recorded and str(item.versions)}
    for item in artifact.writer:
        if str(item.versions) and (item.recorded or item.distribution not in stated):
            yield Condition(
                distribution=item.distribution,
                versions=item.versions,
                because=f"the file says {item.token}" if item.recorded else f"the file has {item.token}",
                where=item.where,
                must=False,
                recorded=item.recorded,
            )


def _addons(needs: Needs) -> Iterator[Condition]:
    for need in needs.objects:
        releases = addons_releases(need)
        if releases:
            yield Condition(
                distribution=ADDONS,
                versions=SpecifierSet(f">={releases[0]},<={releases[-1]}"),
                because=f"it provides {need.identity} with the settings in the file",
                where=need.uses[0].at,
                must=not need.only_in_training,
            )


def _bytecode(artifact: Artifact) -> Iterator[Condition]:
    for payload in artifact.payloads:
        if payload.python is not None:
            yield Condition(
                distribution="python",
                versions=payload.python,
                because=f"the bytecode stored in {payload.owner} is of these releases",
                where=payload.at,
                must=True,
            )


def addons_names(artifact: Artifact, needs: Needs) -> frozenset[str]:
    """The names without a package that are TensorFlow Addons' in this file.

    Releases 0.5 and 0.6, of TensorFlow 2.0, registered all their objects so; and TensorFlow 2.1 left the package out
    where it wrote how a model was compiled. A class of the user's that has such a name cannot be told from them; given
    in ``custom_objects`` it goes first.
    """
    keras = needs.writer("keras")
    release = None if keras is None else keras.release
    if release is None or release > _OF_TENSORFLOW_2_1 or is_standalone(artifact, needs.writers):
        return frozenset()
    return frozenset(
        need.identity
        for need in needs.objects
        if (release <= _OF_TENSORFLOW_2_0 and _is_of_addons(need.identity))
        or (need.only_in_training and _is_of_addons(f"Addons>{need.identity}"))
    )


def is_of_tf_keras(artifact: Artifact, needs: Needs) -> bool:
    """Whether TensorFlow's own Keras wrote a file; up to TensorFlow 2.2, after which there was no other, it says so."""
    if any(item.recorded and item.token.endswith(TENSORFLOW_SUFFIX) for item in artifact.writer):
        return True
    return needs.keras is not None and needs.keras.release >= _FIRST_OF_TENSORFLOW_ALONE


def is_of_theano(artifact: Artifact) -> bool:
    """Whether Theano computed what is stored, of whose convolutions the kernels are turned round.

    Files of Keras 2 state their backend. Those of Keras 1 do not, but TensorFlow gave every array an output number
    (``dense_1_W:0``), and Theano, the only other backend that Keras 1 had, gave none.
    """
    if artifact.dialect is Dialect.KERAS_1:
        names = [tensor.name for tensor in artifact.tensors]
        return bool(names) and not any(_OUTPUT_NUMBER.search(name) for name in names)
    return any(evidence.distribution == "theano" and evidence.recorded for evidence in artifact.writer)


def _is_of_addons(identity: str) -> bool:
    return any(provider.distribution == ADDONS for provider in knowledge.providers(identity))


def addons_releases(need: NeededObject) -> tuple[Version, ...]:
    """The releases of TensorFlow Addons that have an object and take every setting that the file has for it.

    Lowest first; those that have the name alone where none takes all settings. A bare name may stand for what a release
    registers with its package: files of 0.5 and 0.6 are so, and some of TensorFlow 2.1 to 2.3.
    """
    return _releases_taking(
        need.identity, frozenset(key for use in need.uses if not use.is_identifier for key in use.config)
    )


@cache
def _releases_taking(identity: str, wanted: frozenset[str]) -> tuple[Version, ...]:
    known: list[Version] = []
    taking: list[Version] = []
    names = (identity,) if ">" in identity else (identity, f"Addons>{identity}")
    for release in knowledge.tfa_releases():
        accepted = (knowledge.addons_arguments(name, release.version) for name in names)
        arguments = next((each for each in accepted if each is not None), None)
        if arguments is None:
            continue
        known.append(release.version)
        if wanted <= arguments:
            taking.append(release.version)
    return tuple(taking or known)


def _python(artifact: Artifact) -> SpecifierSet | None:
    stored = [payload.python for payload in artifact.payloads if payload.python is not None]
    if not stored:
        return None
    both = SpecifierSet()
    for versions in stored:
        both &= versions
    return both
