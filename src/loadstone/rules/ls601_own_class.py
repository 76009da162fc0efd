"""A class of the author's own does not take the settings that were stored for it.

## What it means

The class was found, and its `__init__` or `from_config` refuses what the file has for it; or the class does in its
constructor what a layer may do only when it is called.

## Why it happens

`get_config` and `__init__` have to agree: whatever the one returns, the other is given. A class whose `get_config`
returns a key that its `__init__` does not name, or whose `__init__` has required arguments that `get_config` leaves
out, can be saved and not loaded. A subclass of `Model` that is built like a functional model inherits a `get_config`
with `layers`, `input_layers` and `output_layers`. Between two releases of a library its classes change in the same
way.

## Example

```text
ValueError: Unrecognized keyword arguments passed to ScaledAttention: {'layers': [{'class_name': 'InputLayer'}]}
```

## How to fix it

Make the two agree: give the class a `get_config` that returns every argument of `__init__`, and let `__init__` end
with `**kwargs` that it hands to `super().__init__(**kwargs)`, as keywords. For a file that exists already, pass a
class that drops or adds the argument: `loadstone.load_model("model.h5", custom_objects={"ScaledAttention":
Adapted})`.

## References

- [Keras: custom layers and `get_config`](https://keras.io/guides/serialization_and_saving/)
- [keras-core issue 469: a subclass of `Model` with a functional configuration](https://github.com/keras-team/keras-core/issues/469)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.rules.names import of_nobody
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from loadstone.finding import Finding
    from loadstone.rules.case import Case


def detect(_case: Case) -> tuple[Finding, ...]:
    """Nothing: it is in the code around the file, which only a traceback shows."""
    return ()


RULE = Rule(
    code="LS601",
    name="own-class",
    detect=detect,
    in_texts_only=True,
    raises=(
        Symptom(
            pattern=r"Unrecognized keyword arguments passed to (?P<name>\w+):",
            raised_by="Keras 3, for a class that is not its own",
            claims=of_nobody,
            usual=True,
        ),
        Symptom(
            pattern=r"\b(?P<name>\w+)\.__init__\(\) (?:got an unexpected keyword argument|"
            r"missing \d+ required)",
            raised_by="Python 3.10 and newer",
            claims=of_nobody,
            usual=True,
        ),
        Symptom(
            pattern=r"(?:Error when deserializing class '|<class '(?:\w+\.)*)(?P<name>\w+)'(?: using config=|"
            r"> could not be)",
            raised_by="tf.keras 2.13 to 2.15 and Keras 3, for a class that is not its own",
            claims=of_nobody,
            usual=True,
        ),
        Symptom(
            pattern=r"__init__\(\) missing \d+ required (?:positional|keyword-only) arguments?: ",
            raised_by="Python",
            means="the class needs an argument that its `get_config` did not store",
            general=True,
        ),
        Symptom(
            pattern=r"from_config\(\) (?:got an unexpected keyword|missing \d+ required|takes \d+ positional)",
            raised_by="Python",
            means="the class has a `from_config` that does not take what the loader passes",
        ),
        Symptom(
            pattern=r"Expected `trainable` argument to be a boolean, but got: \{",
            raised_by="tf.keras 2.6 and newer",
            means="the class hands its settings to `super().__init__` as one positional argument",
        ),
        Symptom(
            pattern=r"A `\w+` layer should be called on a list of (?:at least )?\d+ inputs",
            raised_by="Keras",
            means="a layer that makes other layers when it is called cannot be rebuilt from its settings",
        ),
        Symptom(
            pattern=r"Unable to reconstruct an instance of|method of [^\n]{0,80} should return a dict|"
            r"likely due to name conflict with built-in Keras class",
            raised_by="tf.keras 2.7 and newer, Keras 3",
        ),
    ),
)
