"""Who provides a serialised name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from loadstone.knowledge.keras import KERAS, MULTIBACKEND, selected
from loadstone.knowledge.tables import REMEMBERED, Table, config_table, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.version import Version

    from loadstone.knowledge.tables import Span

ADDONS = "addons"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A run of releases of one distribution that know a name.

    Attributes:
        distribution: ``keras``, ``tf-keras``, ``tensorflow`` (1.13 to 2.5, which bundle Keras), ``tensorflow-addons``.
        first: the first of the releases read that knows the name. One patch release was read of each minor one.
        last: the last of them.
        import_path: where the name is imported from in ``last``.
    """

    distribution: str
    first: Version
    last: Version
    import_path: str


@lru_cache(maxsize=REMEMBERED)
def providers(identity: str, *, multibackend: bool = False) -> tuple[Provider, ...]:
    """The releases that register a name, as runs without a gap; empty when nobody is known to.

    ``identity`` is a registered name with its package (``Addons>WeightNormalization``), or the bare name of what
    Keras builds in. TensorFlow Addons 0.5 and 0.6 registered bare names. Keras comes before TensorFlow Addons,
    and the runs of a distribution are in the order of its releases. With ``multibackend`` the releases of ``keras``
    from 1.2 to 2.3 are among them, in runs of their own.
    """
    names = (MULTIBACKEND, KERAS, ADDONS) if multibackend else (KERAS, ADDONS)
    found = [provider for name in names for provider in _providers(table(name), identity)]
    order = {
        distribution: position for position, distribution in enumerate(dict.fromkeys(p.distribution for p in found))
    }
    return tuple(sorted(found, key=lambda provider: (order[provider.distribution], provider.first)))


def _providers(known: Table, identity: str) -> Iterator[Provider]:
    rows: dict[int, Span] = {}
    for kind in known.objects:
        for span in known.spans(kind, identity):
            for row in range(span.first, span.last + 1):
                rows.setdefault(row, span)
    for distribution in dict.fromkeys(origin.distribution for origin in known.origins):
        own = [row for row, origin in enumerate(known.origins) if origin.distribution == distribution]
        for run in _runs([row in rows for row in own]):
            first, last = own[run.start], own[run.stop - 1]
            yield Provider(
                distribution=distribution,
                first=known.origins[first].version,
                last=known.origins[last].version,
                import_path=rows[last].import_path,
            )


def _runs(present: list[bool]) -> Iterator[range]:
    """The stretches of true values, as ranges of positions."""
    start: int | None = None
    for position, value in enumerate([*present, False]):
        if value and start is None:
            start = position
        elif not value and start is not None:
            yield range(start, position)
            start = None


def addons_arguments(identity: str, tfa: Version) -> frozenset[str] | None:
    """The keywords that a configuration may carry for an object of one TensorFlow Addons release.

    ``identity`` is the name that the release registers (``Addons>GELU``; bare in 0.5 and 0.6). A release that was not
    read is answered for by the nearest lower one. Where an object swallows any keyword, what its bases take is among
    them. None when that release does not register the name.
    """
    known = table(ADDONS)
    row = _addons_row(known.releases, tfa)
    span = None if row is None else known.at(ADDONS, identity, row)
    return span.arguments if span else None


def addons_config_keys(identity: str, tfa: Version, *, always: bool = False) -> frozenset[str] | None:
    """The keys that a class of one TensorFlow Addons release writes with ``get_config``.

    These are all that it can write, whichever Keras of the release's declared TensorFlow window it derives from; with
    ``always``, those that every object has beside each of them. None when that release does not register the name,
    for a function, and where the keys cannot be read from the source.
    """
    known = config_table(ADDONS)
    row = _addons_row(known.releases, tfa)
    return None if row is None else selected(known.at(ADDONS, identity, row), always=always)


def _addons_row(releases: tuple[Version, ...], tfa: Version) -> int | None:
    """The release itself or the nearest lower one."""
    return max((row for row, release in enumerate(releases) if release <= tfa), default=None)
