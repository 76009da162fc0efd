"""The platforms that packages are chosen for, as Python names them and as this package does."""

from __future__ import annotations

import platform as running
import sys
from typing import TYPE_CHECKING

from loadstone.resolve.prescription import Platform

if TYPE_CHECKING:
    from loadstone.environment import Environment

_SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}
_MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "aarch64", "aarch64": "aarch64"}

#: What ``sys.platform`` says, by our name.
SYS_PLATFORM = {ours: theirs for theirs, ours in _SYSTEMS.items()}


def here() -> Platform:
    """The platform that loadstone runs on."""
    return _platform(sys.platform, running.machine())


def platform_of(environment: Environment) -> Platform:
    """The platform of an environment."""
    return _platform(environment.platform, environment.machine)


def _platform(system: str, machine: str) -> Platform:
    machine = machine.lower()
    return Platform(system=_SYSTEMS.get(system, system), machine=_MACHINES.get(machine, machine))
