"""Every model of the rescue set."""

from __future__ import annotations

from tasks.rescue import (
    addons,
    applications,
    convolutional,
    masks,
    operators,
    preprocessing,
    rare,
    recurrent,
    structural,
)

CASES = (
    *convolutional.CASES,
    *recurrent.CASES,
    *structural.CASES,
    *operators.CASES,
    *preprocessing.CASES,
    *rare.CASES,
    *masks.CASES,
    *addons.CASES,
    *applications.CASES,
)
