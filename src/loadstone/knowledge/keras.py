"""What each Keras release builds in: the names its deserialisation finds, the keywords they take, the keys they write.

A row of the table is one release, named by the version that it gives itself (``keras.__version__``, without the
``-tf`` of early ones): Keras inside TensorFlow 2.1 to 2.5, the ``keras`` distribution from 2.6 on, and ``tf-keras``
from 2.16 on. Versions 2.16 and later of Keras 2 exist as ``tf-keras`` only, so a version names one row.
The row 2.2.4 is TensorFlow 2.1's, 2.3.0 is 2.2's, 2.4.0 is 2.4's.

A version alone does not tell everything. Multi-backend Keras, the ``keras`` distribution from 1.2 to 2.3, shares
version numbers with the Keras inside TensorFlow and is another program. It has a table of its own, which is asked with
``distribution="keras"``. Releases 2.4 and 2.5 of the distribution only pass on the Keras of whatever TensorFlow is
installed: nothing answers for them. And TensorFlow does not number the Keras inside it well: 2.1.0 calls it 2.2.4,
2.1.4 and 2.2 call it 2.3.0, 2.3 and 2.4 call it 2.4.0. With ``distribution="tensorflow"`` versions are TensorFlow's.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.knowledge.tables import CONDITIONAL, REMEMBERED, config_table, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from packaging.version import Version

    from loadstone.knowledge.tables import ConfigSpan, Span


class ObjectKind(Enum):
    """What a serialised name is the name of; the values are Keras's own module names.

    The order is the one in which a name without a known kind is looked up.
    """

    LAYER = "layers"
    MODEL = "models"
    ACTIVATION = "activations"
    INITIALIZER = "initializers"
    REGULARIZER = "regularizers"
    CONSTRAINT = "constraints"
    LOSS = "losses"
    METRIC = "metrics"
    OPTIMIZER = "optimizers"
    SCHEDULE = "optimizers.schedules"
    POLICY = "dtype_policies"
    QUANTIZER = "quantizers"
    OPERATION = "ops"  # a node of a Keras 3 functional model
    OTHER = "other"  # further public classes with a configuration, such as SeedGenerator


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIn:
    """A class or function that a Keras release finds by its bare name.

    Attributes:
        name: as it was asked for.
        kind: in which table of Keras it stands.
        import_path: its public name, or where it is defined without one: ``keras.src.models.functional.Functional``.
            Inside TensorFlow up to 2.5 that is ``tensorflow.keras.layers.LSTM``, in tf-keras ``tf_keras.layers.LSTM``.
        arguments: every keyword that a configuration may carry: the parameters of the constructor and of those that
            it passes ``**kwargs`` on to, the names that ``**kwargs`` is searched for, and the keys that
            ``from_config`` reads. Of a function, its parameters. What the file loader as a whole renames or drops
            before it asks the class (Keras 3 does so with ``batch_input_shape`` of ``.h5`` files) is not among them.
        open_ended: further keywords are swallowed without a check.
    """

    name: str
    kind: ObjectKind
    import_path: str
    arguments: frozenset[str]
    open_ended: bool


# The ``keras`` distribution: multi-backend up to 2.3, of TensorFlow from 2.6 on.
KERAS = "keras"
MULTIBACKEND = "multibackend"
TENSORFLOW = "tensorflow"
BUNDLED = "bundled"
END_OF_MULTIBACKEND = (2, 4)
START_OF_KERAS = (2, 6)

#: Names whose answers are remembered of a release; a file may name any number.
_NAMES = 4096


def known_keras_releases(distribution: str | None = None) -> tuple[Version, ...]:
    """The releases that were read, oldest first: those that a version alone names, or those of one distribution.

    ``distribution`` is ``keras`` (multi-backend Keras among them), ``tf-keras``, or ``tensorflow`` for the releases of
    TensorFlow that bundle Keras, 1.13 to 2.5.
    """
    tables = {KERAS: (MULTIBACKEND, KERAS), TENSORFLOW: (BUNDLED,)}.get(distribution or "", (KERAS,))
    return tuple(
        release
        for name in tables
        for release, origin in zip(table(name).releases, table(name).origins, strict=True)
        if distribution in {None, origin.distribution}
    )


def is_multibackend(version: Version) -> bool:
    """Whether a release of the distribution ``keras`` is the multi-backend program, and not TensorFlow's (2.6 on)."""
    return (version.major, version.minor) < END_OF_MULTIBACKEND


def keras_release(version: Version, distribution: str | None = None) -> Version | None:
    """The row that answers for a version, None when none does.

    That is the row of the same minor release (one patch release was read of each, of multi-backend 2.2 two), else the
    nearest lower row of the same major release, which for future versions is the newest. Nothing answers for a version
    older than the oldest row of its major release, nor for an unknown major release. With a ``distribution`` (as in
    ``known_keras_releases``) only its own rows answer. TensorFlow 2.6 and later bundle no Keras, and have none.
    """
    found = _row(version, distribution)
    return None if found is None else table(found[0]).releases[found[1]]


@lru_cache(maxsize=REMEMBERED)
def _row(version: Version, distribution: str | None) -> tuple[str, int] | None:
    """The table and the row that answer."""
    name = _table_of(version, distribution)
    if name is None:
        return None
    known = table(name)
    rows = [row for row, origin in enumerate(known.origins) if distribution in {None, origin.distribution}]
    minors = [known.releases[row].release[:2] for row in rows]
    wanted = (version.major, version.minor)
    position = bisect_right(minors, wanted) - 1
    if position < 0 or minors[position][0] != version.major:
        return None
    # Of two rows of the minor release, the first that is not older.
    same = [row for row, minor in zip(rows, minors, strict=True) if minor == wanted]
    return name, next((row for row in same if known.releases[row] >= version), rows[position])


def _table_of(version: Version, distribution: str | None) -> str | None:
    """The table that a version of a distribution is looked up in, None when no table has it."""
    minor = (version.major, version.minor)
    if distribution == TENSORFLOW:
        return BUNDLED if minor < START_OF_KERAS else None
    if distribution == KERAS and minor < START_OF_KERAS:
        return MULTIBACKEND if is_multibackend(version) else None
    return KERAS


def built_in(
    name: str, keras: Version, kind: ObjectKind | None = None, distribution: str | None = None
) -> BuiltIn | None:
    """What a Keras release finds under a bare class or function name, None when it finds nothing.

    Aliases are found as that release finds them: ``Adam`` and ``adam``, ``mse``, ``glorot_uniform``. Some of its own
    classes Keras registers with a package, and finds them under that name too (``Custom>Adam``). None is also the
    answer for a version that ``keras_release`` knows nothing about; ``distribution`` is as there.
    """
    found = _row(keras, distribution)
    if found is None:
        return None
    known, row = table(found[0]), found[1]
    for each in ObjectKind if kind is None else (kind,):
        for spelling in _spellings(name, each):
            if span := known.at(each.value, spelling, row):
                return _built_in(name, each, span)
    return None


@lru_cache(maxsize=REMEMBERED)
def finder(keras: Version, distribution: str | None = None) -> Callable[[str, ObjectKind | None], BuiltIn | None]:
    """``built_in`` of one release, which remembers its answers: a model names the same few classes over and over."""

    @lru_cache(maxsize=_NAMES)
    def found(name: str, kind: ObjectKind | None = None) -> BuiltIn | None:
        return built_in(name, keras, kind, distribution)

    return found


def config_keys(
    name: str,
    keras: Version,
    kind: ObjectKind | None = None,
    distribution: str | None = None,
    *,
    always: bool = False,
) -> frozenset[str] | None:
    """The keys that a class of a Keras release writes with ``get_config``; the name is found as ``built_in`` finds it.

    These are all that it can write; with ``always``, those that every object has. A name that stands for two classes
    (``Adam`` in Keras 2.11 to 2.15) writes the keys of either, and always those of both. What Keras files beside the
    configuration of an object (``build_config``, ``registered_name``) is not among them. None when the name is not
    found, stands for a function, or for a class whose keys cannot be read from its source.
    """
    found = built_in(name, keras, kind, distribution)
    row = _row(keras, distribution)
    if found is None or row is None:
        return None
    known = config_table(row[0])
    spans = (known.at(found.kind.value, spelling, row[1]) for spelling in _spellings(name, found.kind))
    return selected(next((span for span in spans if span), None), always=always)


@lru_cache(maxsize=REMEMBERED)
def ever_taken(name: str) -> frozenset[str]:
    """The keywords that any release takes, and the keys that any writes, for whatever it has under a bare name."""
    found: set[str] = set()
    for each in (KERAS, BUNDLED, MULTIBACKEND):
        for kind in ObjectKind:
            found.update(*(span.arguments for span in table(each).spans(kind.value, name)))
            found.update(*(span.keys for span in config_table(each).spans(kind.value, name) if span.keys))
    return frozenset(key.removesuffix(CONDITIONAL) for key in found)


@cache
def every_keyword() -> frozenset[str]:
    """The keywords and keys of everything that any release of Keras has."""
    names = {name for each in (KERAS, BUNDLED, MULTIBACKEND) for kind in table(each).objects.values() for name in kind}
    return frozenset[str]().union(*map(ever_taken, names))


def selected(span: ConfigSpan | None, *, always: bool) -> frozenset[str] | None:
    """All keys of a span or those without a condition, None when they are not known."""
    if span is None or span.keys is None:
        return None
    conditional = {key for key in span.keys if key.endswith(CONDITIONAL)}
    if always:
        return span.keys - conditional
    return (span.keys - conditional) | {key.removesuffix(CONDITIONAL) for key in conditional}


def _spellings(name: str, kind: ObjectKind) -> Iterator[str]:
    yield name
    # Every generation looks optimizers up without regard to case.
    if kind is ObjectKind.OPTIMIZER:
        yield name.lower()


def _built_in(name: str, kind: ObjectKind, span: Span) -> BuiltIn:
    return BuiltIn(
        name=name, kind=kind, import_path=span.import_path, arguments=span.arguments, open_ended=span.open_ended
    )


def built_ins(keras: Version, distribution: str | None = None) -> Mapping[tuple[ObjectKind, str], BuiltIn]:
    """Everything that a Keras release finds, by kind and name; empty when ``keras_release`` knows no row for it."""
    found = _row(keras, distribution)
    if found is None:
        return MappingProxyType({})
    known, row = table(found[0]), found[1]
    names = ((kind, name) for kind in ObjectKind for name in known.objects.get(kind.value, {}))
    spans = ((kind, name, known.at(kind.value, name, row)) for kind, name in names)
    return MappingProxyType({(kind, name): _built_in(name, kind, span) for kind, name, span in spans if span})
