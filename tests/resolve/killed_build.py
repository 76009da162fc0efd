"""Builds a small environment in the folder that it is told; a test kills it on the way."""

from __future__ import annotations

import sys
from pathlib import Path

from loadstone.isolation.janitor import Janitor
from loadstone.resolve.building import build, settle
from loadstone.resolve.uv import Program
from tests.resolve.small_lock import LOCK

with Janitor() as janitor:
    built = build(LOCK, Path(sys.argv[1]), uv=Program(janitor.variables), janitor=janitor)
    settle(built, LOCK, janitor)
