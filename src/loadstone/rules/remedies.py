"""The remedies that several rules offer, made for the case at hand.

What loads the model elsewhere, or here after a change, was found out by judging it (`loadstone.rules.case.Advice`), so
that nothing is offered that is not known to help.
"""

from __future__ import annotations

import re
import shlex
from keyword import iskeyword
from pathlib import PurePath
from typing import TYPE_CHECKING

from loadstone.finding import CallWith, Convert, Isolate
from loadstone.rules.lookup import needs_addons, usable_addons

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loadstone.finding import Install, Remedy, SetVariable
    from loadstone.rules.case import Case

#: How a call is reached, by its first name.
_IMPORTS = {"tf": "import tensorflow as tf", "keras": "import keras", "tf_keras": "import tf_keras"}

#: The first generation of Keras whose ``load_model`` has the argument ``compile``.
_FIRST_COMPILING = 2

UNCOMPILED = "compile=False"

_OWN = "--custom-objects your_objects.py"


def ways(case: Case, *calls: Remedy) -> tuple[Remedy, ...]:
    """Every way to the model that does not depend on the rule, and the rule's own ``calls``, best first.

    A change of the judged environment comes last, since it holds for all that is done there; but first where that is
    an environment of Keras 2, which a conversion leads out of, or only has to be brought up to date.
    """
    changes = here(case)
    first = case.loader is None or case.into_keras_2 or case.from_keras_3
    return (*(changes if first else ()), *convert(case), *calls, *isolated(case), *(() if first else changes))


def here(case: Case) -> tuple[Install | SetVariable, ...]:
    """Changes of the judged environment with which the model loads there."""
    return () if case.advice is None else case.advice.changes


def convert(case: Case) -> tuple[Convert, ...]:
    """Rewrite the model for Keras 3 with loadstone; empty for what loadstone does not rebuild.

    Where the model names code that is nobody's but its author's, the command asks for a file with it.
    """
    rebuild = None if case.advice is None else case.advice.rebuild
    if rebuild is None or not (rebuild.loads or rebuild.custom_objects):
        return ()
    source = case.artifact.source
    own = rebuild.custom_objects
    path = PurePath(source)
    target = path.with_suffix(".keras").name if case.suffix != ".keras" else f"{path.stem}.keras3.keras"
    given = f", custom_objects={mapping(own)}" if own else ""
    return (
        Convert(
            command=f"loadstone convert {_path(source)} {shlex.quote(target)}{f' {_OWN}' if own else ''}",
            python=f"import loadstone; loadstone.load_model({source!r}{given})",
        ),
    )


def _path(source: str) -> str:
    """A path as a shell takes it, and no command for an option."""
    return shlex.quote(f"./{source}" if source.startswith("-") else source)


def mapping(names: Iterable[str]) -> str:
    """A dictionary display from names to the objects of the reader's own that have them, as Python."""
    return "{" + ", ".join(f"{name!r}: {_variable(name)}" for name in names) + "}"


def _variable(name: str) -> str:
    """A name as Python can write it: of a registered object without its package, of a layer without dashes."""
    bare = re.sub(r"\W", "_", name.rpartition(">")[2])
    return f"_{bare}" if iskeyword(bare) or not bare.isidentifier() else bare


def calling(case: Case, *arguments: str) -> str:
    """One line of Python that calls the loader; it imports what has to be imported before, and nothing else."""
    call = case.loader.call if case.loader else "keras.models.load_model"
    addons = "; import tensorflow_addons" if needs_addons(case) and usable_addons(case) is not None else ""
    given = ", ".join((repr(case.artifact.source), *arguments))
    return f"{_IMPORTS[call.partition('.')[0]]}{addons}; {call}({given})"


def uncompiled(case: Case, effect: str) -> tuple[CallWith, ...]:
    """Leave the compile state out; empty where the loader knows no such argument."""
    if case.keras is not None and case.keras.major < _FIRST_COMPILING:
        return ()
    return (CallWith(python=calling(case, UNCOMPILED), effect=effect),)


def isolated(case: Case) -> tuple[Isolate, ...]:
    """The best environment that is known to load the model; empty where none is."""
    if case.advice is None or not case.advice.stacks:
        return ()
    best = case.advice.stacks[0]
    trust = " --trust" if best.trust else ""
    own = f" {_OWN}" if best.custom_objects else ""
    return (
        Isolate(
            command=f"loadstone sync {_path(case.artifact.source)} .venv-model{own}{trust}",
            python_version=best.python,
            requirements=best.requirements,
            exclude_newer=best.as_of,
        ),
    )
