"""No usable Keras in this environment.

## What it means

The environment that was judged has no `load_model`: neither TensorFlow nor Keras is installed for it, or what is
installed does not fit together.

## Why it happens

Most often another Python is running than the one the packages were installed for: `pip` and `python` of different
environments, a notebook kernel of its own. Keras 3 alone is not enough either: it computes with TensorFlow, JAX or
PyTorch, and uses the one that `KERAS_BACKEND` names. Beside Keras 3 the `tf.keras` of TensorFlow 2.6 to 2.14 does not
import.

## Example

```text
ModuleNotFoundError: No module named 'tensorflow'
```

## How to fix it

Install what the finding names, with the same Python that runs the program: `python -m pip install …`. To judge
another environment, give its folder: `loadstone diagnose model.h5 --env path/to/venv`.

## References

- [Keras: installation and backends](https://keras.io/getting_started/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import Member
from loadstone.finding import Blocks, Finding, Severity
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """The environment offers no loader."""
    if case.loader is not None:
        return
    keras = case.environment.distributions.get("keras")
    installed = [f"Keras {keras}"] if keras else []
    if case.environment.tensorflow:
        installed.append(f"TensorFlow {case.environment.tensorflow}")
    yield Finding(
        code=RULE.code,
        severity=Severity.ERROR,
        blocks=Blocks.LOADING,
        message="no usable Keras in this environment",
        where=(Member(path=""),),
        found="a model to load",
        provided="TensorFlow 2.x, or Keras 3 with TensorFlow, JAX or PyTorch",
        here=f"{case.here}; installed: {' and '.join(installed) or 'neither Keras nor TensorFlow'}",
        remedies=ways(case),
    )


RULE = Rule(
    code="LS201",
    name="no-keras",
    detect=detect,
    raises=(
        Symptom(pattern=r"No module named '(?:keras|tensorflow|tf_keras)'", raised_by="Python"),
        Symptom(
            pattern=r"Keras cannot be imported\. Check that it is installed", raised_by="TensorFlow 2.15 and newer"
        ),
        Symptom(pattern=r"No module named '(?:jax|torch)'", raised_by="Keras 3 whose backend is not installed"),
    ),
)
