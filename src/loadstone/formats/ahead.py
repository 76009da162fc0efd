"""Arrays of a file read in a thread of their own, while a model is built that will ask for them."""

from __future__ import annotations

from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from numpy.typing import NDArray

WORTH_IT = 8 << 20  # bytes; a thread takes longer to start than fewer take to be read


class ReadAhead:
    """Reads arrays in the order of their names, each handed out once.

    Building a model is Python, reading is not: the two take turns at nothing. What has been read and not asked for is
    let go at the end.
    """

    def __init__(self, names: Iterable[str], read: Callable[[str], NDArray[Any]]) -> None:
        self._pool = ThreadPoolExecutor(1, "loadstone-read-ahead")
        self._read: dict[str, Future[NDArray[Any]]] = {name: self._pool.submit(read, name) for name in names}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._read.clear()

    def take(self, name: str) -> NDArray[Any] | None:
        """An array, waited for if it is not there yet; None for one that was taken before, or is not read here.

        Raises:
            NotAModel: its bytes cannot be read.
        """
        found = self._read.pop(name, None)
        try:
            return None if found is None else found.result()
        except CancelledError:
            return None
