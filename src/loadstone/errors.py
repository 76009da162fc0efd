"""Everything loadstone raises.

::

    LoadstoneError
    ├── NotAModel         what was given cannot be read as a model at all
    ├── ProbeError        an interpreter could not be asked what it holds
    ├── ResolutionError   no environment could be resolved or built
    │   └── NothingLoads  none is known, or none was built, in which the model loads
    ├── NotTrusted        the file holds programs or reaches out, and nobody said to trust it
    ├── LoadFailed        the model cannot be rebuilt; carries every reason
    ├── IsolationError    a model could not be served from an environment of its own
    └── ParityError       outputs differ from the recorded ones

Bad *content* is data (a ``Defect`` or a ``Finding``). An exception means that loadstone cannot go on, and says what
was found, where, and what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from loadstone.finding import Finding, Parity


class LoadstoneError(Exception):
    """Base of all errors that loadstone raises on purpose."""


class NotAModel(LoadstoneError):  # noqa: N818 - the name states the problem, as Keras and PyPA errors do
    """What was given cannot be read as a model at all."""


class ProbeError(LoadstoneError):
    """An interpreter could not be asked what it holds."""


class ResolutionError(LoadstoneError):
    """No environment could be resolved or built."""


class NothingLoads(ResolutionError):  # noqa: N818 - as above
    """No environment is known in which the model loads, or it loaded in none that was built."""


class NotTrusted(LoadstoneError):  # noqa: N818 - as above
    """A loader would run what the file holds, or reach what it names, and nobody said to trust it.

    Attributes:
        findings: all of it.
    """

    def __init__(self, source: str, findings: tuple[Finding, ...]) -> None:
        named = "; ".join(f"{finding.code} {finding.message} ({finding.found})" for finding in findings)
        super().__init__(f"{source} is not loaded before you trust it: {named}. If you do, add --trust (trust=True)")
        self.findings = findings


class LoadFailed(LoadstoneError):  # noqa: N818 - as above
    """The model cannot be rebuilt.

    Attributes:
        findings: every reason, each with its code, its place in the file and its remedies.
    """

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


#: What stopped an isolated model: its interpreter did not start, it did not load, it was given what does not fit, its
#: call raised, its process ended, it took too long, it was closed before.
IsolationReason: TypeAlias = Literal["start", "load", "inputs", "predict", "died", "timeout", "closed"]


class IsolationError(LoadstoneError):
    """A model could not be served from an environment of its own.

    Attributes:
        reason: what stopped it.
        error: the class name of what was raised in that environment, None where nothing was.
        detail: what it said, whole.
        traceback: the traceback of that environment, empty where nothing was raised.
        stderr: the last of what the process wrote to its standard error.
        returncode: its exit status, the negative number of the signal that ended it, None while it runs.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: IsolationReason,
        error: str | None = None,
        detail: str = "",
        traceback: str = "",
        stderr: str = "",
        returncode: int | None = None,
    ) -> None:
        super().__init__(message)
        self.reason: IsolationReason = reason
        self.error = error
        self.detail = detail
        self.traceback = traceback
        self.stderr = stderr
        self.returncode = returncode


class ParityError(LoadstoneError):
    """Outputs differ from the recorded ones.

    Attributes:
        parity: the comparison, with its numbers.
    """

    def __init__(self, message: str, parity: Parity) -> None:
        super().__init__(message)
        self.parity = parity
