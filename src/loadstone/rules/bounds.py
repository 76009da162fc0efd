"""Packages beyond the bounds that no metadata states, told by the rule that a row of the table belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import Member
from loadstone.finding import Blocks, Finding, Install, Severity
from loadstone.knowledge.constraints import constraints
from loadstone.needs import ADDONS
from loadstone.rules.lookup import needs_addons
from loadstone.rules.remedies import isolated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.knowledge.constraints import Constraint
    from loadstone.rules.case import Case

_OF_A_RULE_OF_ITS_OWN = "h5py"

#: Layers that TensorFlow up to 2.4 builds with an array made of tensors.
_RECURRENT = frozenset({"RNN", "LSTM", "GRU", "SimpleRNN", "ConvLSTM2D", "Bidirectional"})


def beyond_bounds(case: Case, code: str, breaks: str) -> Iterator[Finding]:
    """A finding for each package that is beyond a bound, of those where the newer release breaks one kind of thing."""
    distributions = case.environment.distributions
    for bound in bounds_of(case):
        version = distributions.get(bound.package)
        if bound.breaks == breaks and version is not None and version not in bound.bound:
            subject = next(name for name in distributions if name.startswith(bound.subject))
            yield Finding(
                code=code,
                severity=Severity.ERROR,
                blocks=Blocks.LOADING,
                message=f"{bound.package} {version} is too new for {subject} {distributions[subject]}",
                where=(Member(path=""),),
                found=f"{bound.package} {version}",
                provided=f"{bound.requirement} works",
                here=case.here,
                remedies=(Install(requirements=(bound.requirement,)), *isolated(case)),
            )


def bounds_of(case: Case) -> tuple[Constraint, ...]:
    """The bounds that hold for the environment, and matter to this model."""
    return tuple(
        bound
        for bound in constraints(case.environment.distributions)
        if bound.package != _OF_A_RULE_OF_ITS_OWN and _matters(case, bound)
    )


def _matters(case: Case, bound: Constraint) -> bool:
    if bound.layers == "recurrent":
        return case.rebuilds_from_settings and any(
            item.class_name.rpartition(">")[2] in _RECURRENT for item in case.artifact.objects
        )
    return bound.subject != ADDONS or needs_addons(case)
