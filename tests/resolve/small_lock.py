"""A lock of two small packages for the running Python, for tests that really build."""

from __future__ import annotations

import sys
from datetime import date

from packaging.version import Version

from loadstone.resolve.lock import Lock, Package
from loadstone.resolve.platforms import here

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
SIX = Package(name="six", version=Version("1.16.0"))
IDNA = Package(name="idna", version=Version("3.7"))
LOCK = Lock(
    model="model.h5",
    python=PYTHON,
    platform=here().system,
    machine=here().machine,
    requirements=("six==1.16.0",),
    as_of=date(2024, 6, 1),
    packages=(IDNA, SIX),
    key="a key",
    why=("a test",),
)
