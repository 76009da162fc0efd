"""A class of Keras' own is registered under another name.

## What it means

The configuration says that an object is a class of Keras, and gives it the registered name of another class. A loader
that looks the registered name up first takes whatever the running program has registered under it.

## Why it happens

Keras writes no registered name for its own classes, or the class's own. A file that has another one was changed, or
was written by a program that had put a class of its own into Keras' module. Readers who look at the class see `Dense`,
and something else is built.

## Example

```text
ValueError: `registered_name='elsewhere>Dense'` was provided in the config, but 'keras.layers.Dense' resolved to a
Keras
built-in and does not use registered names.
```

## How to fix it

Ask who wrote the file. Keras refuses it from 3.15.0 on.

## References

- [Keras: registered names of classes of its own](https://github.com/keras-team/keras/pull/22729)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone import knowledge
from loadstone.finding import Blocks, Fetch, Finding, Severity
from loadstone.rules.rule import Rule, Symptom
from loadstone.rules.stances import here, stops

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import KerasObject
    from loadstone.rules.case import Case

_MECHANISM = "impostor-name"
#: The public modules of Keras that have classes of its own; what stands in no public module keeps its module's name.
_PUBLIC = ("keras", "keras.", "tf_keras", "tf_keras.")
_SHOWN = 3
_LONGEST = 100


def detect(case: Case) -> Iterator[Finding]:
    """Objects of Keras' own modules whose registered name is another class's."""
    found = [item for item in case.artifact.objects if _is_impostor(item)]
    if not found:
        return
    refused = case.into_keras_3 and not case.is_refused and stops(case, _MECHANISM)
    yield Finding(
        code=RULE.code,
        severity=Severity.ERROR if refused else Severity.WARNING,
        blocks=Blocks.LOADING if refused else Blocks.NOTHING,
        message="classes of Keras' own have the registered names of others",
        where=tuple(item.at for item in found),
        found="; ".join(map(_described, found[:_SHOWN])),
        here=here(case, _MECHANISM),
        remedies=(Fetch(action="ask who wrote the file, and what is registered under this name"),),
    )


def _is_impostor(item: KerasObject) -> bool:
    module, name = item.module or "", item.registered_name
    if not name or name == item.class_name or item.is_identifier:
        return False
    if not (module in _PUBLIC or module.startswith(_PUBLIC[1::2])) or ".src" in module:
        return False
    # Some of its own classes Keras registers with a package, and finds them under that name too.
    return not _knows(name) and _knows(item.class_name)


def _described(item: KerasObject) -> str:
    return f"{item.module}.{item.class_name}"[:_LONGEST] + f" as {item.registered_name}"[:_LONGEST]


def _knows(name: str) -> bool:
    return any(provider.distribution in {"keras", "tf-keras", "tensorflow"} for provider in knowledge.providers(name))


RULE = Rule(
    code="LS507",
    name="impostor-name",
    detect=detect,
    raises=(
        Symptom(pattern=r"resolved to a Keras built-in and does not use registered names", raised_by="Keras 3.15"),
    ),
)
