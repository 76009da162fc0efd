"""What tests of failures share: a Keras to which nothing was added before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _bare_keras() -> Iterator[None]:
    """Takes away what other tests registered, as `loadstone.addons` does, and gives it back afterwards."""
    registered = keras.saving.get_custom_objects()
    before = dict(registered)
    registered.clear()
    yield
    registered.clear()
    registered.update(before)
