"""Every remedy that is shown for a model of the corpus in many environments, those that work and those that do not.

    python -m tests.resolve.remedied [ENVIRONMENT ...]

prints them, by kind and rule, with how often each is shown: to be looked at with a sceptic's eye. Without names all
environments are asked, those that the corpus was tried in and the `DESCRIBED` ones; that takes minutes.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from functools import cache
from typing import TYPE_CHECKING

from loadstone.needs import infer
from loadstone.report.text import remedy_text
from loadstone.resolve.diagnosing import diagnosed, stacks
from tests.oracle import environments
from tests.rules.environments import environment as of_releases
from tests.rules.test_predictions import BY_FILE, artifact
from tests.rules.test_predictions import environment as of_oracle

if TYPE_CHECKING:
    from loadstone.environment import Environment
    from loadstone.finding import Diagnosis, Stack

_LEGACY = {"TF_USE_LEGACY_KERAS": "1"}

#: Environments that nobody built: without anything, half of something, or with what does not fit.
DESCRIBED: dict[str, Environment] = {
    "nothing": of_releases(),
    "Keras 3 without a backend": of_releases(keras="3.15.1"),
    "Keras 3 and JAX, not chosen": of_releases(keras="3.15.1", jax="0.5.0"),
    "Keras 3 on JAX": of_releases(keras="3.15.1", jax="0.5.0", variables={"KERAS_BACKEND": "jax"}),
    "Keras 3 beside tf_keras": of_releases(tensorflow="2.21.0", keras="3.15.1", tf_keras="2.21.0"),
    "tf_keras": of_releases(tensorflow="2.21.0", keras="3.15.1", tf_keras="2.21.0", variables=_LEGACY),
    "tf_keras wanted, not there": of_releases(tensorflow="2.21.0", keras="3.15.1", variables=_LEGACY),
    "Keras 3 with Addons": of_releases(tensorflow="2.21.0", keras="3.15.1", tensorflow_addons="0.23.0"),
    "Keras 3 on TensorFlow 2.15": of_releases(tensorflow="2.15.1", keras="3.15.1"),
    "Keras 3 on the CPU build": of_releases(python="3.12.1", tensorflow_cpu="2.16.2", keras="3.3.3"),
    "Addons too old": of_releases(tensorflow="2.15.1", keras="2.15.0", tensorflow_addons="0.17.1"),
    "Addons too new": of_releases(python="3.9.1", tensorflow="2.8.2", keras="2.8.0", tensorflow_addons="0.23.0"),
    "an older Python": of_releases(python="3.7.9", tensorflow="2.8.2", keras="2.8.0"),
    "NumPy 2": of_releases(python="3.9.1", tensorflow="2.8.2", keras="2.8.0", numpy="2.0.0"),
    "h5py 3": of_releases(python="3.8.1", tensorflow="2.4.1", h5py="3.1.0"),
    "TensorFlow without Keras": of_releases(python="3.12.1", tensorflow="2.16.1"),
    "the CPU build": of_releases(python="3.10.1", tensorflow_cpu="2.12.1", keras="2.12.0"),
}


def environment(name: str) -> Environment:
    """An environment by its name here, or in the oracle."""
    return DESCRIBED[name] if name in DESCRIBED else of_oracle(name)


@cache
def stacks_of(file: str) -> tuple[Stack, ...]:
    """Where a file of the corpus loads, found out once."""
    return stacks(artifact(file))


def diagnosis(file: str, name: str) -> Diagnosis:
    """The whole diagnosis of a file of the corpus in an environment."""
    read = artifact(file)
    return diagnosed(read, environment(name), infer(read), stacks_of(file))


def main(names: tuple[str, ...]) -> None:
    """Prints every remedy."""
    shown: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    where: dict[tuple[str, str, str], str] = {}
    for name in names or (*environments(), *DESCRIBED):
        for file in BY_FILE:
            source = artifact(file).source
            for finding in diagnosis(file, name).findings:
                for remedy in finding.remedies:
                    key, text = (type(remedy).__name__, finding.code), remedy_text(remedy).replace(source, "MODEL")
                    shown[key][text] += 1
                    where.setdefault((*key, text), f"{file} in {name}")
    for (kind, code), texts in sorted(shown.items()):
        print(f"\n{kind} of {code}: {len(texts)}")  # noqa: T201 - the purpose
        for text, count in texts.most_common():
            print(f"  {count:5}  {text}    [{where[kind, code, text]}]")  # noqa: T201 - as above


if __name__ == "__main__":
    main(tuple(sys.argv[1:]))
