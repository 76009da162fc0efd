"""The rows of the tables of names: what one release finds, and how rows are written as spans of releases."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any, TypeVar

from packaging.version import Version

from tasks import knowledge_addons, knowledge_fetch, knowledge_keras2, knowledge_keras3, knowledge_multibackend
from tasks.knowledge_arguments import Accepted, Arguments
from tasks.knowledge_config import Configurations
from tasks.knowledge_mappings import either
from tasks.knowledge_registry import import_path
from tasks.knowledge_source import Package

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from packaging.specifiers import SpecifierSet

    from tasks.knowledge_mappings import Keys
    from tasks.knowledge_source import Definition

TENSORFLOW_SOURCES = ("tensorflow/python/", "tensorflow_core/python/")

# The version that tf.keras gives itself in TensorFlow's releases that bundle it (without its suffix -tf), and one
# patch release of each. TensorFlow 2.1.0 calls its Keras 2.2.4, 2.1.4 and 2.2 call it 2.3.0, 2.3 and 2.4 call it 2.4.0.
BUNDLED = {"2.2.4": "2.1.4", "2.3.0": "2.2.3", "2.4.0": "2.4.4", "2.5.0": "2.5.3"}
FURTHER_BUNDLED = ("1.13.2", "1.14.0", "1.15.5", "2.0.4", "2.3.4")
FIRST_TENSORFLOW_2 = Version("2.0")
FIRST_CPU = Version("2.1")  # of the smaller tensorflow-cpu, with every release from here on
KERAS_3 = 3
OLDEST_ADDONS = Version("0.5.0")
OLDEST_KERAS = {"keras": Version("2.6"), "tf-keras": Version("2.16")}

# Multi-backend Keras: 2.4 only passes TensorFlow's on. 2.2.4 was the current one for a year, 2.2.5 lost aliases.
OLDEST_MULTIBACKEND, BEYOND_MULTIBACKEND = Version("1.2"), Version("2.4")
FURTHER_MULTIBACKEND = (Version("2.2.4"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What one release knows of one name: where it is imported from, the keywords that it takes, ``*`` for any.

    ``keys`` are those that its ``get_config`` writes, None when that cannot be read. A function writes none.
    """

    path: str
    keywords: frozenset[str]
    is_class: bool
    keys: Keys | None


# One row's names. The kind is Keras's module name.
Row = dict[tuple[str, str], Known]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A Keras release that makes a row: its own version, and the release of a distribution that it is read from."""

    version: Version
    distribution: str
    release: Version

    def __str__(self) -> str:
        return f"{self.distribution} {self.release}"

    @property
    def tensorflow(self) -> Version:
        """The TensorFlow that it belongs to."""
        return self.release if self.distribution == "tensorflow" else self.version

    def read(self) -> tuple[Package, str]:
        """Its sources and the dotted name of its innermost package."""
        if self.distribution == "tensorflow":
            name = "tensorflow-cpu" if self.release >= FIRST_CPU else "tensorflow"
            wheel = knowledge_fetch.wheel(name, self.release)
            files = knowledge_fetch.sources(knowledge_fetch.shrink(wheel, TENSORFLOW_SOURCES), TENSORFLOW_SOURCES)
        else:
            files = knowledge_fetch.sources(knowledge_fetch.wheel(self.distribution, self.release))
        package = Package(files)
        below = {"tensorflow": "tensorflow.python.keras", "tf-keras": "tf_keras", "keras": "keras"}[self.distribution]
        return package, f"{below}.src" if package.module(f"{below}.src") else below


def keras_releases() -> tuple[Release, ...]:
    """Every row's release but multi-backend Keras's, by version: the highest patch release of each minor one."""
    rows = [
        Release(version=Version(version), distribution="tensorflow", release=Version(release))
        for version, release in BUNDLED.items()
    ]
    for distribution, oldest in OLDEST_KERAS.items():
        listed = [version for version in knowledge_fetch.listed(distribution) if version >= oldest]
        rows += _releases(distribution, _newest(listed))
    return tuple(sorted(rows, key=lambda release: release.version))


def multibackend_releases() -> tuple[Release, ...]:
    """The releases of multi-backend Keras that make rows, by version."""
    listed = knowledge_fetch.listed("keras", sdists=True)
    inside = [version for version in listed if OLDEST_MULTIBACKEND <= version < BEYOND_MULTIBACKEND]
    return tuple(_releases("keras", sorted({*_newest(inside), *FURTHER_MULTIBACKEND})))


def _newest(versions: Iterable[Version]) -> list[Version]:
    """The highest of each minor release."""
    return [*{(version.major, version.minor): version for version in sorted(versions)}.values()]


def _releases(distribution: str, versions: Iterable[Version]) -> list[Release]:
    return [Release(version=version, distribution=distribution, release=version) for version in versions]


def bundled_releases() -> tuple[Release, ...]:
    """TensorFlow's releases that bundle Keras, one of each minor release, by their own version."""
    return tuple(_releases("tensorflow", map(Version, sorted([*BUNDLED.values(), *FURTHER_BUNDLED]))))


def keras_row(release: Release) -> Row:
    """Every name that a Keras release finds."""
    package, root = release.read()
    if release.version.major == KERAS_3:
        found = knowledge_keras3.names(package, root)
    else:
        of_tensorflow_1 = release.tensorflow < FIRST_TENSORFLOW_2
        found = knowledge_keras2.names(package, root, of_tensorflow_1=of_tensorflow_1)
        if of_tensorflow_1:
            knowledge_keras2.drop_optimizers_of_2(found)
    configurations = Configurations(package, Arguments(package))
    return {
        (kind.value, name): known(
            import_path(definitions[0], kind, release.distribution),
            definitions,
            configurations.arguments,
            [configurations],
        )
        for (kind, name), definitions in found.items()
    }


def multibackend_row(release: Release) -> Row:
    """Every name that a release of multi-backend Keras finds."""
    package, _ = release.read()
    configurations = Configurations(package, Arguments(package))
    return {
        (kind.value, name): known(
            knowledge_multibackend.import_path(package, kind, name, definitions[0]),
            definitions,
            configurations.arguments,
            [configurations],
        )
        for (kind, name), definitions in knowledge_multibackend.names(package).items()
    }


def known(
    path: str, definitions: Sequence[Definition], arguments: Arguments, configurations: Iterable[Configurations]
) -> Known:
    """What is known of a name that stands for any of these definitions."""
    taken = reduce(Accepted.__or__, (arguments.of(definition) for definition in definitions))
    classes = [definition for definition in definitions if isinstance(definition.node, ast.ClassDef)]
    written = [each.of(definition) for definition in classes for each in configurations]
    return Known(
        path=path,
        keywords=taken.names | ({"*"} if taken.open_ended else set()),
        is_class=bool(classes),
        keys=reduce(either, written) if written else None,
    )


def bases_for(window: SpecifierSet, releases: Iterable[Release]) -> tuple[Release, ...]:
    """The Keras releases that an Addons release is read beside, the one for its arguments last.

    That is every one in its window; the oldest alone of a window without an upper bound, which has one nevertheless.
    """
    keras2 = [each for each in releases if each.distribution != "tf-keras" and each.version.major < KERAS_3]
    fitting = [release for release in keras2 if release.tensorflow in window] or keras2[:1]
    return tuple(fitting) if any(specifier.operator == "<" for specifier in window) else (fitting[0],)


@lru_cache(maxsize=6)
def keras_bases(release: Release) -> knowledge_addons.KerasBases:
    """What Addons classes derive from, in one Keras release."""
    return knowledge_addons.KerasBases(*release.read())


def addons_row(package: Package, beside: Sequence[Release]) -> Row:
    """Every name that one Addons release registers, beside these releases of Keras."""
    bases = [keras_bases(release) for release in beside]
    arguments = Arguments(package, bases[-1])
    configurations = [Configurations(package, arguments, each.configuration) for each in bases]
    public = knowledge_addons.public_paths(package)
    return {
        ("addons", name): known(public.get(definition, definition.path), [definition], arguments, configurations)
        for name, definition in knowledge_addons.registered(package)
    }


_Told = TypeVar("_Told")
Objects = dict[str, dict[str, list[list[Any]]]]


def encode_names(rows: Sequence[Row]) -> Objects:
    """The spans of all names, as ``loadstone.knowledge.tables`` documents them."""

    def write(before: tuple[str, frozenset[str]] | None, here: tuple[str, frozenset[str]]) -> list[str | None]:
        path, keywords = before or ("", None)
        return ["" if path == here[0] else here[0], _difference(keywords, here[1])]

    return _encoded([{key: (each.path, each.keywords) for key, each in row.items()} for row in rows], write)


def encode_keys(rows: Sequence[Row]) -> Objects:
    """The spans of the keys that classes write, as ``loadstone.knowledge.tables`` documents them."""

    def write(before: frozenset[str] | None, here: frozenset[str] | None) -> list[str | None]:
        return [None if here is None else _difference(before, here)]

    return _encoded([{key: _marked(each.keys) for key, each in row.items() if each.is_class} for row in rows], write)


def _marked(keys: Keys | None) -> frozenset[str] | None:
    """The keys, with a question mark at those under a condition."""
    return None if keys is None else keys.always | {f"{key}?" for key in keys.sometimes}


def _encoded(
    rows: Sequence[Mapping[tuple[str, str], _Told]], write: Callable[[_Told | None, _Told], list[str | None]]
) -> Objects:
    objects: Objects = {}
    for kind, name in sorted({key for row in rows for key in row}):
        spans: list[list[Any]] = []
        before: _Told | None = None
        for position, row in enumerate(rows):
            if (kind, name) not in row:
                continue
            here = row[kind, name]
            if spans and here == before and spans[-1][1] == position - 1:
                spans[-1][1] = position
            else:
                spans.append([position, position, *write(before, here)])
            before = here
        objects.setdefault(kind, {})[name] = spans
    return objects


def _difference(before: frozenset[str] | None, here: frozenset[str]) -> str:
    if before is None:
        return " ".join(sorted(here))
    return " ".join([*(f"+{name}" for name in sorted(here - before)), *(f"-{name}" for name in sorted(before - here))])
