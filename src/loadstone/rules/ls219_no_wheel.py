"""A release has no wheel for this Python or this machine, so that it cannot be installed.

## What it means

The list of packages names a release together with a Python, or a machine, that it was never built for. pip finds no
matching distribution, or tries to build from source and fails.

## Why it happens

TensorFlow and TensorFlow Addons are compiled for a few Pythons each, those of their time. TensorFlow Addons ended with
Python 3.11, TensorFlow 1.15 with 3.7. Apple's processors had wheels under other names (`tensorflow-macos`) until 2.13,
Addons for them only from 0.16 or so on, and Windows has had no Addons since 0.20.

## Example

```text
ERROR: Could not find a version that satisfies the requirement tensorflow-addons (from versions: none)
ERROR: No matching distribution found for tensorflow-addons
```

## How to fix it

Take the Python that the finding names: `loadstone sync MODEL .venv-model` finds or fetches it. Where the machine is the
obstacle, do without the package: `loadstone convert MODEL model.keras` needs neither an old TensorFlow nor Addons.

## References

- [TensorFlow: tested configurations](https://www.tensorflow.org/install/source#tested_build_configurations)
- [TensorFlow Addons issue 2507: Apple's processors](https://github.com/tensorflow/addons/issues/2507)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone import knowledge
from loadstone.artifact import Member
from loadstone.environment import Target
from loadstone.finding import Blocks, Finding, Severity
from loadstone.knowledge.releases import PLATFORMS
from loadstone.needs import ADDONS
from loadstone.rules.remedies import ways
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.version import Version

    from loadstone.knowledge.releases import Release
    from loadstone.rules.case import Case

_SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}
_MACHINES = {"amd64": "x86_64", "AMD64": "x86_64", "aarch64": "aarch64", "arm64": "arm64", "x86_64": "x86_64"}


def detect(case: Case) -> Iterator[Finding]:
    """A release that has no wheel for the Python or the machine of a described environment."""
    environment = case.environment
    if not isinstance(environment.origin, Target):
        return  # what is installed could be installed
    python = f"{environment.python.major}.{environment.python.minor}"
    platform = f"{_SYSTEMS.get(environment.platform, '')}-{_MACHINES.get(environment.machine, '')}"
    for name in ("tensorflow", "tensorflow-cpu", ADDONS):
        release = _release(name, environment.distributions.get(name))
        if release is None or release.installs_on(python, platform) or platform not in PLATFORMS:
            continue
        pythons = f"Python {release.pythons[0]} to {release.pythons[-1]}"
        yield Finding(
            code=RULE.code,
            severity=Severity.WARNING,
            blocks=Blocks.PERHAPS,
            message=f"{name} {release.version} has no wheel for Python {python} on {platform}",
            where=(Member(path=""),),
            found=f"{name}=={release.version}",
            provided=f"its wheels are for {pythons}, {', '.join(release.platforms)}",
            here=case.here,
            remedies=ways(case),
        )


def _release(name: str, version: Version | None) -> Release | None:
    known: tuple[Release, ...] = knowledge.tfa_releases() if name == ADDONS else knowledge.tensorflow_releases(name)
    return next((release for release in known if release.version == version), None)


RULE = Rule(
    code="LS219",
    name="no-wheel",
    detect=detect,
    raises=(
        Symptom(
            pattern=r"No matching distribution found for|Could not find a version that satisfies the requirement",
            raised_by="pip",
            general=True,
        ),
        Symptom(
            pattern=r"is not a supported wheel on this platform|has no wheels? with a matching|"
            r"requires a different Python"
            r"|Failed building wheel for|Failed to build `?(?:tensorflow|h5py|numpy|keras)|only available for Python",
            raised_by="pip and uv",
            general=True,
        ),
        Symptom(
            pattern=r"(?i)no (?:wheels?|versions?|builds?) (?:are |is )?(?:available )?(?:of|for) (?:tensorflow|python)"
            r"|(?:tensorflow[- ]addons|tfa|tensorflow) can(?:not|'t) (?:be )?install",
            raised_by="pip and people",
            general=True,
        ),
    ),
)
