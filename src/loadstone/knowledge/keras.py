"""What each Keras release builds in: the names its own deserialisation finds, and the keywords they take.

A row of the table is one release, named by the version that it gives itself (``keras.__version__``, without the
``-tf`` of early ones): Keras inside TensorFlow 2.1 to 2.5, the ``keras`` distribution from 2.6 on, and ``tf-keras``
from 2.16 on. Versions 2.16 and later of Keras 2 exist as ``tf-keras`` only, so a version names one row.
TensorFlow 2.3 and 2.4 both call theirs 2.4.0; the row is TensorFlow 2.4's.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.knowledge.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.version import Version

    from loadstone.knowledge.tables import Span


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
            Inside TensorFlow 2.1 to 2.5 that is ``tensorflow.keras.layers.LSTM``, in tf-keras ``tf_keras.layers.LSTM``.
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


def known_keras_releases() -> tuple[Version, ...]:
    """The releases that were read, oldest first."""
    return table("keras").releases


def keras_release(version: Version) -> Version | None:
    """The row that answers for a version, None when none does.

    That is the row of the same minor release (one patch release was read of each), else the nearest lower row of the
    same major release, which for future versions is the newest. Nothing answers for a version older than the oldest
    row of its major release, nor for an unknown major release.
    """
    row = _row(version)
    return None if row is None else known_keras_releases()[row]


def _row(version: Version) -> int | None:
    releases = known_keras_releases()
    minors = [release.release[:2] for release in releases]
    wanted = (version.major, version.minor)
    position = bisect_right(minors, wanted) - 1
    return position if position >= 0 and minors[position][0] == version.major else None


def built_in(name: str, keras: Version, kind: ObjectKind | None = None) -> BuiltIn | None:
    """What a Keras release finds under a bare class or function name, None when it finds nothing.

    Aliases are found as that release finds them: ``Adam`` and ``adam``, ``mse``, ``glorot_uniform``. Some of its own
    classes Keras registers with a package, and finds them under that name too (``Custom>Adam``). None is also the
    answer for a version that ``keras_release`` knows nothing about.
    """
    row = _row(keras)
    if row is None:
        return None
    for each in ObjectKind if kind is None else (kind,):
        for spelling in _spellings(name, each):
            if span := table("keras").at(each.value, spelling, row):
                return _built_in(name, each, span)
    return None


def _spellings(name: str, kind: ObjectKind) -> Iterator[str]:
    yield name
    # Every generation looks optimizers up without regard to case.
    if kind is ObjectKind.OPTIMIZER:
        yield name.lower()


def _built_in(name: str, kind: ObjectKind, span: Span) -> BuiltIn:
    return BuiltIn(
        name=name, kind=kind, import_path=span.import_path, arguments=span.arguments, open_ended=span.open_ended
    )


def built_ins(keras: Version) -> Mapping[tuple[ObjectKind, str], BuiltIn]:
    """Everything that a Keras release finds, by kind and name; empty when ``keras_release`` knows no row for it."""
    row = _row(keras)
    if row is None:
        return MappingProxyType({})
    names = ((kind, name) for kind in ObjectKind for name in table("keras").objects.get(kind.value, {}))
    spans = ((kind, name, table("keras").at(kind.value, name, row)) for kind, name in names)
    return MappingProxyType({(kind, name): _built_in(name, kind, span) for kind, name, span in spans if span})
