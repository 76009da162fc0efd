"""Arrays between two processes, through files that both have open: in shared memory, on the disk when that is full.

Both sides run this code. The side that reads copies, by plain reads into memory of its own: a file that shrinks under a
memory map ends the process that looks at it, and the other side runs a model that nobody vouches for.
"""

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from io import FileIO
    from typing import Any

_ALIGNMENT = 64
#: A file that is larger than this gives its memory back before it is written again.
_KEEP_BYTES = 64 << 20

#: NumPy's names of what travels as it is; strings travel as lengths and bytes.
PLAIN = (
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
)
STRING = "string"


def write(files: "list[FileIO]", arrays: "list[tuple[str, Any]]") -> "dict[str, Any]":
    """Write named arrays one after the other into the first file that has the room, and tell where they are.

    Raises:
        OSError: no file has the room.
        TypeError: an array is of a type that cannot be passed on.
    """
    parts = [_encoded(name, array) for name, array in arrays]
    problem = OSError("there is no file to write to")
    for place, file in enumerate(files):
        try:
            return {"place": place, "arrays": _written(file, parts)}
        except OSError as full:
            problem = full
            with contextlib.suppress(OSError):
                file.truncate(0)
    raise problem


def read(files: "list[FileIO]", told: "dict[str, Any]") -> "list[tuple[str, Any]]":
    """The named arrays that the other side wrote; strings as arrays of objects that are bytes.

    Raises:
        ValueError: what is told about them does not fit the file.
    """
    if told["place"] not in range(len(files)):
        raise ValueError("there is no file {!r}".format(told["place"]))
    file = files[told["place"]]
    return [(str(entry["name"]), _decoded(file, entry)) for entry in told["arrays"]]


def _written(file: "FileIO", parts: "list[Any]") -> "list[dict[str, Any]]":
    if os.fstat(file.fileno()).st_size > _KEEP_BYTES:
        file.truncate(0)
    offset = 0
    entries = []
    for entry, pieces in parts:
        entries.append(dict(entry, offset=offset))
        file.seek(offset)
        for piece in pieces:
            rest = memoryview(piece)
            while rest:
                written = file.write(rest)  # at most 2 GiB at once
                rest = rest[written:]
                offset += written
        offset = -(-offset // _ALIGNMENT) * _ALIGNMENT
    return entries


def _encoded(name: str, value: "Any") -> "tuple[dict[str, Any], list[Any]]":
    """What is told about an array, and its bytes."""
    import numpy as np  # noqa: PLC0415 - an environment without NumPy still says so itself

    array = np.asarray(value)
    entry = {"name": name, "shape": [int(size) for size in array.shape], "dtype": array.dtype.name}
    if array.dtype.kind in "OUS":
        texts = [_as_bytes(each) for each in array.ravel().tolist()]
        lengths = np.array([len(text) for text in texts], dtype="int64")
        blob = b"".join(texts)
        return dict(entry, dtype=STRING, bytes=len(blob)), [lengths.view("uint8"), blob]
    if entry["dtype"] not in PLAIN:
        raise TypeError("{}: an array of {} cannot be passed on".format(name, array.dtype))
    native = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))
    return entry, [native.reshape(-1).view("uint8")]


def _as_bytes(text: "Any") -> bytes:
    if isinstance(text, bytes):
        return text
    if isinstance(text, str):
        return text.encode("utf-8", "surrogateescape")
    raise TypeError("an array of objects may hold strings and bytes, not {}".format(type(text).__name__))


def _decoded(file: "FileIO", entry: "dict[str, Any]") -> "Any":
    import numpy as np  # noqa: PLC0415 - as above

    shape = [int(length) for length in entry["shape"]]
    offset = int(entry["offset"])
    dtype = str(entry["dtype"])
    count = 1
    for length in shape:
        count *= length
    if min([*shape, offset]) < 0 or (dtype != STRING and dtype not in PLAIN):
        raise ValueError("an array is described as {!r}".format(entry))
    if dtype != STRING:
        return _numbers(file, offset, count, dtype).reshape(shape)
    lengths = _numbers(file, offset, count, "int64")
    blob = _numbers(file, offset + lengths.nbytes, int(entry["bytes"]), "uint8").tobytes()
    ends = np.cumsum(lengths)
    if (lengths < 0).any() or (count and int(ends[-1]) != len(blob)):
        raise ValueError("an array of strings is described as {!r}".format(entry))
    array = np.empty(count, dtype=object)
    for index, (end, length) in enumerate(zip(ends.tolist(), lengths.tolist())):  # noqa: B905 - Python 3.6; equal lengths
        array[index] = blob[end - length : end]
    return array.reshape(shape)


def _numbers(file: "FileIO", offset: int, count: int, dtype: str) -> "Any":
    """A copy of so many numbers; no memory is taken before they are known to be there."""
    import numpy as np  # noqa: PLC0415 - as above

    size = np.dtype(dtype).itemsize * count
    if count < 0 or (size and offset + size > os.fstat(file.fileno()).st_size):
        raise ValueError("{} bytes are announced, and the file is shorter".format(size))
    array = np.empty(count, dtype=dtype)
    rest = memoryview(array.view("uint8"))  # type: ignore[arg-type] # an array is a buffer; its stubs know it later
    file.seek(offset)
    while rest:
        got = file.readinto(rest)
        if not got:
            raise ValueError("the file became shorter while it was read")
        rest = rest[got:]
    return array
