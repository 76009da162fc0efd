"""What a row of the tables of operators is, and its short form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The target of a parameter that says nothing about the values.
IGNORED = "-"


@dataclass(frozen=True, slots=True)
class Operator:
    """One TensorFlow function.

    Attributes:
        op: the `keras.ops` function, or with an underscore the composition.
        parameters: pairs of TensorFlow's parameter and the operation's, in TensorFlow's order.
        fixed: arguments of the operation that come from the function itself.
        with_none: parameters of the operation for which None, given in the file, is not the default.
        needed: parameters of the operation that tf.keras loses where it saves some calls.
    """

    op: str
    parameters: tuple[tuple[str, str], ...]
    fixed: tuple[tuple[str, str], ...] = ()
    with_none: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()


def row(op: str, *parameters: str) -> Operator:
    """A row from its short form.

    ``input_tensor:x`` binds ``input_tensor`` to ``x``, ``axis`` binds ``axis`` to ``axis``, ``seed:-`` accepts ``seed``
    and does nothing with it, ``op=sum`` gives the operation an argument of its own, ``window_fn?`` also binds None, and
    without ``y:x2!`` there is no operation.
    """
    pairs, fixed = [], []
    with_none: set[str] = set()
    needed: set[str] = set()
    for item in parameters:
        if "=" in item:
            name, _, value = item.partition("=")
            fixed.append((name, value))
            continue
        name, _, target = item.rstrip("?!").partition(":")
        pairs.append((name, target or name))
        for mark, marked in (("?", with_none), ("!", needed)):
            if item.endswith(mark):
                marked.add(target or name)
    return Operator(
        op=op,
        parameters=tuple(pairs),
        fixed=tuple(fixed),
        with_none=frozenset(with_none),
        needed=frozenset(needed),
    )


def rows(text: str) -> Mapping[str, Operator]:
    """A table from its lines: the function's name, the operation, and the short forms of the parameters."""
    table = {}
    for line in text.strip().splitlines():
        name, op, *parameters = line.split()
        table[name] = row(op, *parameters)
    return table


def alike(names: str, *parameters: str) -> Mapping[str, Operator]:
    """Rows of functions with the same parameters, as ``math.exp`` or ``math.abs:_abs``.

    Without a colon the operation has the name's last part.
    """
    table = {}
    for item in names.split():
        name, _, op = item.partition(":")
        table[name] = row(op or name.rpartition(".")[2], *parameters)
    return table
