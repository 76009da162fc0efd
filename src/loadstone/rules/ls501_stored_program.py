"""Python bytecode inside the model, which loading would run.

## What it means

A `Lambda` layer, or something like it, keeps Python bytecode in the file. Loading the model would run it.

## Why it happens

`Lambda(lambda x: …)` has no other way to be saved. Three things then go wrong. The bytecode belongs to one Python
release and is garbage to the next. The names it uses (`tf`, `np`, `K`) have to exist where Keras runs it. And a file
from a stranger runs the stranger's program: tf.keras does so without asking for `.h5` files and SavedModels, Keras 3
refuses unless `safe_mode=False` is given.

## Example

```text
ValueError: Requested the deserialization of a `Lambda` layer whose `function` is a Python lambda. This carries a
potential
risk of arbitrary code execution and thus it is disallowed by default.
```

## How to fix it

`loadstone convert model.h5 model.keras` reads the bytecode without running it and writes the same computation as
Keras operations, where it can. Otherwise, and only for a file whose origin you trust: the Python release that the
finding names, with `safe_mode=False` where the loader wants it.

## References

- [CVE-2024-3660](https://nvd.nist.gov/vuln/detail/CVE-2024-3660),
  [CVE-2025-9905](https://nvd.nist.gov/vuln/detail/CVE-2025-9905)
- [Python: `marshal`](https://docs.python.org/3/library/marshal.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone.finding import Blocks, CallWith, Finding, Severity
from loadstone.rules.program_names import absent_names
from loadstone.rules.remedies import calling, convert, isolated
from loadstone.rules.rule import Rule, Symptom
from loadstone.rules.stances import here

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.specifiers import SpecifierSet

    from loadstone.artifact import Payload
    from loadstone.rules.case import Case

#: The first Keras 3 that keeps ``safe_mode`` for HDF5 files too (``legacy_h5_format.py``).
_FIRST_SAFE_HDF5 = Version("3.11.3")


#: From these Pythons on, a code object has other fields (``marshal.c`` of CPython).
_LAYOUTS = (Version("3.8"), Version("3.11"))
_PYTHONS = tuple(Version(f"3.{minor}") for minor in range(5, 15))

#: The first tf.keras with ``safe_mode``, for archives only.
_FIRST_SAFE_ARCHIVE = Version("2.13")


_TRUSTED = "safe_mode=False"


def detect(case: Case) -> Iterator[Finding]:
    """Stored programs: refused, unreadable, without their names, or run."""
    payloads = case.artifact.payloads
    if not payloads or case.loader is None:
        return
    blocks, why = _outcome(case)
    yield Finding(
        code=RULE.code,
        severity=Severity.ERROR if blocks is Blocks.LOADING else Severity.WARNING,
        blocks=blocks,
        message=f"the model holds Python bytecode, which this loader {why}",
        where=tuple(payload.at for payload in payloads),
        found="; ".join(_described(payload) for payload in payloads[:3]),
        here=here(case, "stored-program"),
        remedies=(*convert(case), *_trusting(case, why), *isolated(case)),
    )


def _outcome(case: Case) -> tuple[Blocks, str]:
    if case.is_refused:
        return Blocks.NOTHING, "does not get to"
    if _refuses(case):
        return Blocks.LOADING, "refuses to run"
    python = case.environment.python
    readable = [p for p in case.artifact.payloads if p.python is None or _same_layout(p.python, python)]
    if case.is_saved_model and not readable:  # the error is caught, and the layer revived from its stored graph
        return Blocks.NOTHING, f"skips: it is not of Python {python.major}.{python.minor}"
    absent = absent_names(case)
    if absent:
        is_revived_anyway = case.is_saved_model and not case.revives_by_settings
        blocks = Blocks.PERHAPS if is_revived_anyway else Blocks.LOADING
        return blocks, f"runs where {_listed(absent)} not exist"
    if all(payload.python is None or python in payload.python for payload in case.artifact.payloads):
        return Blocks.NOTHING, "runs"
    if any(payload.python is not None for payload in readable):
        # It can be read, and what its instructions do here is another matter: some still run, some end the process.
        return Blocks.PERHAPS, f"may run: it is not of Python {python.major}.{python.minor}, and can be read there"
    return Blocks.LOADING, f"cannot read: it is not of Python {python.major}.{python.minor}"


def _listed(names: tuple[str, ...]) -> str:
    return f"the name {names[0]} does" if len(names) == 1 else f"the names {', '.join(names)} do"


def _same_layout(stored: SpecifierSet, python: Version) -> bool:
    """Whether a Python reads code objects of some of these releases, whose fields are the same."""
    group = sum(python >= change for change in _LAYOUTS)
    return any(each in stored for each in _PYTHONS if sum(each >= change for change in _LAYOUTS) == group)


def _refuses(case: Case) -> bool:
    """Whether ``safe_mode`` stands in the way."""
    if case.keras is None:
        return False
    if case.into_keras_3:
        return case.is_archive or case.keras >= _FIRST_SAFE_HDF5
    return case.is_archive and case.keras >= _FIRST_SAFE_ARCHIVE


def _described(payload: Payload) -> str:
    python = f"Python {payload.python}" if payload.python is not None else "no Python release that is known"
    names = f", uses {', '.join(payload.names[:5])}" if payload.names else ""
    return f"{payload.size} bytes of {python} in {payload.owner}{names}"


def _trusting(case: Case, why: str) -> tuple[CallWith, ...]:
    """The call that runs the program; nothing where this Python or this loader could not run it anyway."""
    python = case.environment.python
    is_of_this_python = all(each.python is None or python in each.python for each in case.artifact.payloads)
    if why != "refuses to run" or not is_of_this_python or absent_names(case):
        return ()
    return (CallWith(python=calling(case, _TRUSTED), effect="runs the program: only for a file that you trust"),)


RULE = Rule(
    code="LS501",
    name="stored-program",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"Requested the deserialization of a (?:`?Lambda`? layer|Python lambda|`lambda` object)",
            raised_by="Keras 2.13 and newer",
        ),
        Symptom(
            pattern=r"bad marshal data|EOF read where (?:object|not) expected",
            raised_by="another Python than the writer's",
        ),
        Symptom(pattern=r"name '(?:tf|K|np|keras|backend)' is not defined", raised_by="tf.keras, for a Lambda"),
        Symptom(pattern=r"unknown opcode|SystemError: .*opcode", raised_by="another Python than the writer's"),
        Symptom(pattern=r"of this `Lambda` layer is a Python lambda\. Deserializing it is unsafe", raised_by="Keras 3"),
        Symptom(
            pattern=r"could not automatically infer the shape of the Lambda's output",
            raised_by="Keras 3, which runs a Lambda to learn the shape of its output",
        ),
        Symptom(
            pattern=r"(?s)Exception encountered when calling (?:layer \"[^\"]*\" \(type Lambda\)|Lambda\.call\(\)).*",
            raised_by="tf.keras 2.7 and newer, Keras 3",
            means="the function inside a Lambda layer does not work here: for want of a name, of Python's release, "
            "or of the type it expects",
            usual=True,
        ),
        Symptom(
            pattern=r"NameError: (?:global )?name '\w+' is not defined|NameError\s*$",
            raised_by="a Lambda whose names this process does not have, or the code around",
            means="a function uses a name that this process does not have",
            general=True,
        ),
        Symptom(
            pattern=r"(?i)deserializ\w+ (?:it |is )?(?:is )?(?:unsafe|refused)|safe_mode=False|"
            r"enable_unsafe_deserialization|SafeModeScope",
            raised_by="Keras 3",
            general=True,
        ),
        Symptom(
            pattern=r"func_load|marshal\.loads|XXX lineno: \d+, opcode|lambda_layer\.py|\bLambda\b",
            raised_by="Keras, while it revives a Lambda",
            in_frames=True,
            usual=True,
        ),
    ),
)
