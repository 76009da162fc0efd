"""Settings of all tests."""

from __future__ import annotations

from hypothesis import settings

# No test here is about time: a busy machine would fail it for what it does not check.
settings.register_profile("loadstone", deadline=None)
settings.load_profile("loadstone")
