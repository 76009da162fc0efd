"""The description of the environment leaves open what decides.

## What it means

The environment was described, by a requirements file for example, and the description stands for several environments.
In some of them the model loads, in others it does not; or it depends on a package that is not named.

## Why it happens

A requirements file names ranges, and leaves what its packages require to the day on which they are installed. The same
file gave another environment last year.

## Example

```text
requirements.txt leaves open what decides: TensorFlow
```

## How to fix it

Pin what the finding names, or hand over a lock instead: `pip freeze` of an environment that works, a `pylock.toml`, a
`uv.lock`. `loadstone lock --with requirements.txt` makes one in which the model loads.

## References

- [PEP 751: a file format to record Python dependencies](https://peps.python.org/pep-0751/)
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone.artifact import Member
from loadstone.finding import Blocks, Finding, Install, Severity
from loadstone.rules.bounds import bounds_of
from loadstone.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from loadstone.environment import Environment
    from loadstone.finding import Diagnosis
    from loadstone.rules.case import Case

_FAR = "9999"

#: What may decide, the likeliest first.
_DECIDING: tuple[tuple[str, Callable[[Environment], Version | None]], ...] = (
    ("TensorFlow", lambda environment: environment.tensorflow),
    ("keras", lambda environment: environment.distributions.get("keras")),
    ("Python", lambda environment: environment.python),
    ("tf-keras", lambda environment: environment.distributions.get("tf-keras")),
    ("tensorflow-addons", lambda environment: environment.distributions.get("tensorflow-addons")),
)


def detect(case: Case) -> Iterator[Finding]:
    """Packages with a bound that no metadata states, and in a description that does not say which release is taken."""
    environment = case.environment
    if environment.whole or case.loader is None:
        return
    undecided = [
        bound
        for bound in bounds_of(case)
        if bound.package not in environment.distributions
        and not any(
            bound.is_stated_by(version) for name, version in environment.distributions.items() if bound.is_of(name)
        )
        and not _within(environment.ranges.get(bound.package, SpecifierSet()), bound.bound)
    ]
    if undecided:
        requirements = tuple(bound.requirement for bound in undecided)
        yield Finding(
            code=RULE.code,
            severity=Severity.WARNING,
            blocks=Blocks.PERHAPS,
            message=f"{environment.origin} leaves open what decides: {', '.join(bound.package for bound in undecided)}",
            where=(Member(path=""),),
            found=f"today's releases are too new: {', '.join(requirements)} works",
            here=case.here,
            remedies=(Install(requirements=requirements),),
        )


def deciding(source: str, judged: Sequence[tuple[Environment, Diagnosis]]) -> Finding | None:
    """What decides between environments that a description may stand for; None where all have one answer."""
    answers = {diagnosis.loads for _, diagnosis in judged}
    if len(answers) < 2:  # noqa: PLR2004 - one answer
        return None
    name, told, pin = next(_explanations(judged), ("the releases that it leaves open", "", None))
    return Finding(
        code=RULE.code,
        severity=Severity.WARNING,
        blocks=Blocks.PERHAPS,
        message=f"{source} leaves open what decides: {name}",
        where=(Member(path=""),),
        found=told or f"{sum(d.loads is True for _, d in judged)} of {len(judged)} environments load it",
        remedies=(Install(requirements=(pin,)),) if pin else (),
    )


def _explanations(judged: Sequence[tuple[Environment, Diagnosis]]) -> Iterator[tuple[str, str, str | None]]:
    """Each release that decides by itself: its name, what it decides, and a pin with which the model loads."""
    for name, of in _DECIDING:
        answers: dict[Version, set[bool | None]] = defaultdict(set)
        for environment, diagnosis in judged:
            version = of(environment)
            if version is not None:
                answers[version].add(diagnosis.loads)
        if len(answers) > 1 and all(len(each) == 1 for each in answers.values()):
            loading = sorted(version for version, each in answers.items() if each == {True})
            others = sorted(version for version, each in answers.items() if each != {True})
            told = f"it loads with {name} {_span(loading)}, not with {_span(others)}" if loading else ""
            pin = f"{name.lower()}=={loading[-1]}" if loading and name != "Python" else None
            yield name, told, pin


def _span(versions: Sequence[Version]) -> str:
    minors = list(dict.fromkeys(f"{version.major}.{version.minor}" for version in versions))
    return minors[0] if len(minors) == 1 else f"{minors[0]} to {minors[-1]}" if minors else "none"


def _within(wanted: SpecifierSet, bound: SpecifierSet) -> bool:
    """Whether every release in a range is within a bound, as far as the edges of both can tell."""
    edges = {Version(_FAR), Version("0")}
    for each in (*wanted, *bound):
        version = Version(each.version.removesuffix(".*"))
        edges |= {version, Version(f"{version.base_version}.1"), Version(f"{version.major + 1}")}
    return all(version in bound for version in edges if version in wanted)


RULE = Rule(code="LS213", name="open-environment", detect=detect)
