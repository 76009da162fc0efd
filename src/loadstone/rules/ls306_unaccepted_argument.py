"""A stored setting that the class does not take in this Keras.

## What it means

The file stores every constructor argument of every layer. The class of the same name in this Keras does not have one
of them, and refuses it.

## Why it happens

Arguments come and go between releases. From Keras 2 to 3 went, among others, `time_major` of recurrent layers,
`groups` of `DepthwiseConv2D`, `query_shape` of `MultiHeadAttention`, `batch_input_shape` and `lr`; in the other
direction a file of a newer Keras 2 has `keepdims` that an older one does not know. Nearly always the stored value is
the default, so the setting says nothing and only its presence hurts.

## Example

```text
TypeError: Error when deserializing class 'DepthwiseConv2D' using config={…}
Exception encountered: Unrecognized keyword arguments passed to DepthwiseConv2D: {'groups': 1}
```

## How to fix it

`loadstone convert model.h5 model.keras` drops the settings that say nothing and translates those that do. By hand,
the same can be done with a subclass whose `__init__` removes the argument, given as a custom object.

## References

- [Keras issue 19441: `DepthwiseConv2D` and `groups`](https://github.com/keras-team/keras/issues/19441)
- [Keras 3 changes against Keras 2](https://keras.io/guides/migrating_to_keras_3/)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.arguments import refusals, shadowing
from loadstone.rules.remedies import uncompiled, ways
from loadstone.rules.rule import UNRESTORED, WRAPPED, Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import KerasObject
    from loadstone.rules.case import Case

_LONGEST = 40  # characters of a value that are printed


def detect(case: Case) -> Iterator[Finding]:
    """Stored settings that the loader's class refuses: one finding a class, for all its places."""
    refusing: dict[tuple[str, bool], list[tuple[KerasObject, frozenset[str]]]] = {}
    for item, keys in refusals(case):
        refused = keys - shadowing(item, keys)
        if refused:
            refusing.setdefault((item.identity, item.in_training), []).append((item, refused))
    for (identity, in_training), found in refusing.items():
        names = sorted(frozenset[str]().union(*(refused for _, refused in found)))
        calls = uncompiled(case, "leaves the compile state out") if in_training else ()
        yield Finding(
            code=RULE.code,
            severity=Severity.ERROR,
            blocks=Blocks.COMPILING if in_training else Blocks.LOADING,
            message=f"{identity} does not take {', '.join(names)} here",
            where=tuple(item.at for item, _ in found),
            found=", ".join(_setting(found, name) for name in names),
            here=case.here,
            remedies=ways(case, *calls),
        )


def _setting(found: list[tuple[KerasObject, frozenset[str]]], name: str) -> str:
    """A setting with its value, or that its values differ."""
    values = {json.dumps(item.config[name], default=str)[:_LONGEST] for item, refused in found if name in refused}
    return f"{name}={next(iter(values))}" if len(values) == 1 else f"{name} with {len(values)} different values"


RULE = Rule(
    code="LS306",
    name="unaccepted-argument",
    detect=detect,
    raises=(
        Symptom(pattern=WRAPPED, raised_by="tf.keras 2.13 to 2.15 and Keras 3", general=True),
        Symptom(
            pattern=r"Unrecognized keyword arguments(?: passed to \w+)?: ", raised_by="Keras 2.7 and newer, Keras 3"
        ),
        Symptom(
            pattern=r"'Unrecognized keyword arguments:', dict_keys|Keyword argument not understood:",
            raised_by="tf.keras up to 2.15",
        ),
        Symptom(pattern=r"Unexpected keyword argument passed to optimizer: ", raised_by="tf.keras up to 2.7"),
        Symptom(
            pattern=r"got an unexpected keyword argument '\w+'",
            raised_by="any release",
            general=True,
        ),
        Symptom(pattern=r"Argument\(s\) not recognized: \{", raised_by="Keras 3, for an optimizer"),
        Symptom(
            pattern=r"is not a valid argument, kwargs should be empty", raised_by="tf.keras 2.8 to 2.15 optimizers"
        ),
        Symptom(
            pattern=r"'list' object has no attribute 'items|(?s:_should_skip_first_node.*list index out of range)",
            raised_by="tf.keras 2.1 to 2.3",
            means="the Sequential model is stored as a bare list of layers, as Keras up to 2.2.2 and TensorFlow 1 do",
        ),
        Symptom(
            pattern=r"Expected `trainable` argument to be a boolean, but got: None",
            raised_by="tf.keras 2.6 and newer",
            means="a layer is stored without a value of trainable, which the R interface of Keras does",
        ),
        Symptom(
            pattern=r"tuple indices must be integers or slices, not list",
            raised_by="Keras up to 2.3",
            means="BatchNormalization is stored with its axis as a list, as tf.keras does",
        ),
        Symptom(
            pattern=r"(?i)(?:complaining|error) about (?:an? )?(?:unknown |unrecognized )?(?:argument|keyword|"
            r"parameter|group)",
            raised_by="people",
            general=True,
        ),
        Symptom(
            pattern=r"Improper config format|Saved configuration not understood|expects a dictionary, not a list|"
            r"Could not parse config|not a valid Keras configuration|Expected 'config' to be a dict",
            raised_by="any release, for settings in the form of another",
            means="the settings are in the form of another generation of Keras",
        ),
        Symptom(
            pattern=r"is deprecated in the new Keras optimizer",
            raised_by="tf.keras 2.11 to 2.15",
        ),
        Symptom(
            pattern=r"KeyError: '(?:sample_weight_mode|weighted_metrics|optimizer_config|class_name|config|layers|"
            r"module|registered_name|build_config|compile_config|keras_version|backend|inbound_nodes|"
            r"batch_input_shape)'",
            raised_by="a release that expects other keys",
            means="the settings lack a key that this release expects",
            general=True,
        ),
        Symptom(
            pattern=r"Invalid value for argument `\w+`",
            raised_by="Keras 3",
            means="a setting has a value that this release does not know",
            general=True,
        ),
        Symptom(
            pattern=UNRESTORED,
            raised_by="tf.keras, for a SavedModel",
            general=True,
        ),
        Symptom(
            pattern=r"Unable to restore object of class",
            raised_by="tf.keras 2.7 to 2.15, for a SavedModel",
            general=True,
        ),
        Symptom(
            pattern=r"Could not interpret \w+ identifier: \{",
            raised_by="Keras 3",
            general=True,
        ),
    ),
)
