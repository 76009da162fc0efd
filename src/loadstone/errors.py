"""Everything loadstone raises.

::

    LoadstoneError
    ├── NotAModel         what was given cannot be read as a model at all
    ├── ProbeError        an interpreter could not be asked what it holds
    ├── ResolutionError   no environment satisfies what the model needs
    ├── LoadFailed        the model cannot be rebuilt; carries every reason
    └── ParityError       outputs differ from the recorded ones

Bad *content* is data (a ``Defect`` or a ``Finding``). An exception means that loadstone cannot go on, and says what
was found, where, and what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loadstone.finding import Finding, Parity


class LoadstoneError(Exception):
    """Base of all errors that loadstone raises on purpose."""


class NotAModel(LoadstoneError):  # noqa: N818 - the name states the problem, as Keras and PyPA errors do
    """What was given cannot be read as a model at all."""


class ProbeError(LoadstoneError):
    """An interpreter could not be asked what it holds."""


class ResolutionError(LoadstoneError):
    """No environment satisfies what the model needs."""


class LoadFailed(LoadstoneError):  # noqa: N818 - as above
    """The model cannot be rebuilt.

    Attributes:
        findings: every reason, each with its code, its place in the file and its remedies.
    """

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


class ParityError(LoadstoneError):
    """Outputs differ from the recorded ones.

    Attributes:
        parity: the comparison, with its numbers.
    """

    def __init__(self, message: str, parity: Parity) -> None:
        super().__init__(message)
        self.parity = parity
