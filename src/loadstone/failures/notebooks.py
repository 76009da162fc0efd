"""``%load_ext loadstone``: the diagnosis below a cell in which a model did not load."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_EVENT = "post_run_cell"


class _Result(Protocol):
    """What IPython says of a cell that has run."""

    error_in_exec: BaseException | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterCell:
    """Looks into what a cell of a shell raised; equal for one shell, so that it is registered once and found again."""

    shell: InteractiveShell

    def __call__(self, result: _Result) -> None:
        """Show the diagnosis, as HTML where the front end has it, else as text."""
        error = result.error_in_exec
        if not isinstance(error, Exception):
            return
        from loadstone.errors import LoadstoneError  # noqa: PLC0415 - nothing is imported as long as nothing fails
        from loadstone.failures.examining import examine  # noqa: PLC0415 - as above

        if isinstance(error, LoadstoneError):
            return  # it says all of it already
        try:
            examined = examine(error)
            if examined is not None:
                shown = {"text/plain": str(examined), "text/html": examined._repr_html_()}
                self.shell.display_pub.publish(shown)
        except Exception as problem:  # noqa: BLE001 - the cell's own exception is what counts, and is printed already
            print(f"loadstone could not look into this: {type(problem).__name__}: {problem}", file=sys.stderr)  # noqa: T201 - a shell's own streams


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Begin to look into failing cells; IPython calls it for ``%load_ext loadstone``."""
    shell.events.register(_EVENT, AfterCell(shell=shell))


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Stop; IPython calls it for ``%unload_ext loadstone``."""
    shell.events.unregister(_EVENT, AfterCell(shell=shell))
