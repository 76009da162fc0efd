"""A lock as text, for whatever installs it: pip, uv, conda, Docker, or a project.

Every text says in its comments which model it is for and why this environment. Comments and strings are made safe for
their format, whatever a path or a sentence holds. To add a format, write its function and give it a row in `_RENDERERS`
and in `FILE_NAMES`.
"""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from packaging.utils import canonicalize_name

from loadstone.errors import ResolutionError
from loadstone.resolve.prescription import LockFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from loadstone.resolve.lock import Lock, Package

_WIDTH: Final = 100  # columns of a comment
_MARK: Final = "LOADSTONE_REQUIREMENTS"  # ends the list of requirements inside a Dockerfile
_SYSTEMS: Final = {"linux": "linux", "macos": "darwin", "windows": "win32"}  # by what Python's sys.platform calls it
_MACHINES: Final = {  # what Python's platform.machine() says there, where it is another word
    ("macos", "aarch64"): "arm64",
    ("windows", "aarch64"): "ARM64",
    ("windows", "x86_64"): "AMD64",
}
_CONTAINERS: Final = {"x86_64": "linux/amd64", "aarch64": "linux/arm64"}  # by what Docker calls a machine
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


#: The name under which each format's tools look for it.
FILE_NAMES: Final[Mapping[LockFormat, str]] = {
    LockFormat.PYLOCK: "pylock.toml",
    LockFormat.REQUIREMENTS: "requirements.txt",
    LockFormat.CONDA: "environment.yml",
    LockFormat.DOCKERFILE: "Dockerfile",
    LockFormat.PYPROJECT: "pyproject.toml",
}


def render(lock: Lock, format: LockFormat) -> str:  # noqa: A002 - the name of the command's option
    """Write a lock in one of the formats, with a line end at the end.

    Raises:
        ResolutionError: the lock cannot be written so: it was made offline and has no PEP 751 text, or is for another
            platform than a container's. The message names the format that works.
    """
    return _RENDERERS[format](lock)


def _requirements(lock: Lock) -> str:
    """Pip's requirements file, with hashes when every package has some: pip takes all or none."""
    header = _comments(lock, f"python -m pip install --no-deps -r {FILE_NAMES[LockFormat.REQUIREMENTS]}")
    return "\n".join((*header, "", *_hashed(lock.packages), ""))


def _conda(lock: Lock) -> str:
    """Conda's environment file. Conda brings Python alone; the packages are those that were proved, from pip."""
    lines = [
        *_comments(lock, f"conda env create -f {FILE_NAMES[LockFormat.CONDA]}", sets_variables=True),
        "",
        f"name: {json.dumps(_project_name(lock))}",
        "channels:",
        "  - conda-forge",
        "dependencies:",
        f"  - {json.dumps(f'python={lock.python}')}",
        "  - pip",
        "  - pip:",
        *(f"      - {json.dumps(_pin(package))}" for package in lock.packages),
    ]
    variables = _variables(lock)
    if variables:
        lines += ["variables:", *(f"  {name}: {_quoted(value)}" for name, value in variables.items())]
    return "\n".join((*lines, ""))


def _dockerfile(lock: Lock) -> str:
    """A Dockerfile that needs no file beside it; what it runs does not run as root."""
    if lock.platform != "linux":
        raise ResolutionError(
            f"the lock is for {lock.platform}, and a Dockerfile makes a Linux container: "
            "lock with --platform linux, or choose --format requirements"
        )
    target = _CONTAINERS.get(lock.machine)
    image = f"python:{lock.python}-slim"
    environment = [f"ENV {name}={_docker_quoted(value)}" for name, value in _variables(lock).items()]
    lines = [
        "# syntax=docker/dockerfile:1",
        *_comments(lock, "docker build -t model - < Dockerfile", sets_variables=True),
        *(_comment(_GPU_IN_DOCKER) if lock.gpu else ()),
        "",
        f"FROM --platform={target} {image}" if target else f"FROM {image}",
        "",
        "# Every package that is installed, so nothing is left for pip to choose.",
        f"COPY <<'{_MARK}' /opt/requirements.txt",
        *_hashed(lock.packages),
        _MARK,
        "RUN python -m pip install --no-cache-dir --no-deps -r /opt/requirements.txt",
        *(["", *environment] if environment else []),
        "",
        "# The model may run anything that TensorFlow can: not as root.",
        "RUN useradd --create-home model",
        "USER model",
        "WORKDIR /home/model",
        'CMD ["python"]',
    ]
    return "\n".join((*lines, ""))


_GPU_IN_DOCKER: Final = (
    "The image has no CUDA libraries beyond those that come as packages. TensorFlow before 2.14 has none of them: "
    "there, copy these lines onto an image of the CUDA that this release names. Run with: docker run --gpus all."
)


def _pyproject(lock: Lock) -> str:
    """A project (PEP 621) without code of its own, which ``uv sync`` installs."""
    lines = [
        *_comments(lock, "uv sync"),
        "",
        "[project]",
        f'name = "{_project_name(lock)}"',
        'version = "0"',
        f"description = {_quoted(f'The environment in which {_printable(PurePath(lock.model).name)} loads')}",
        f'requires-python = "{_python_specifier(lock.python)}"',
        f"dependencies = {_toml_array(_pin(package) for package in lock.packages)}",
        "",
        "[tool.uv]",
        "package = false",
        f"environments = {_toml_array([_platform_marker(lock)])}",
    ]
    if lock.as_of is not None:
        lines.append(f'exclude-newer = "{lock.as_of.isoformat()}"')
    return "\n".join((*lines, "", *_tool_table(lock), ""))


def _pylock(lock: Lock) -> str:
    """The lock file of PEP 751 that uv wrote, with the reasons in a table of our own."""
    if lock.pylock is None:
        raise ResolutionError(
            "a pylock.toml holds the address and the hash of every file, which are not known offline: "
            "choose --format requirements, which works offline, or lock again with a connection"
        )
    text = re.sub(r"\A(?:#[^\n]*\n|\s*\n)*", "", lock.pylock).rstrip()  # without the command line that uv notes
    header = _comments(lock, f"uv pip sync {FILE_NAMES[LockFormat.PYLOCK]}")
    whole = "\n".join((*header, "", text, "", *_tool_table(lock), ""))
    _check_pylock(whole)
    return whole


def _check_pylock(text: str) -> None:
    """Check a lock file against PEP 751, as far as the installed packaging can.

    Raises:
        ResolutionError: it is not valid.
    """
    import tomllib  # noqa: PLC0415 - only this format is read

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ResolutionError(f"the resolver's pylock.toml is not valid TOML: {error}") from error
    missing = [key for key in ("lock-version", "created-by", "packages") if key not in document]
    if missing:
        raise ResolutionError(f"the resolver's pylock.toml is not valid: it has no {' and no '.join(missing)}")
    try:
        from packaging.pylock import Pylock, PylockValidationError  # noqa: PLC0415 - new in packaging 26.0
    except ImportError:
        return
    try:
        Pylock.from_dict(document)
    except PylockValidationError as error:
        raise ResolutionError(f"the resolver's pylock.toml is not valid: {error}") from error


_RENDERERS: Final[Mapping[LockFormat, Callable[[Lock], str]]] = {
    LockFormat.PYLOCK: _pylock,
    LockFormat.REQUIREMENTS: _requirements,
    LockFormat.CONDA: _conda,
    LockFormat.DOCKERFILE: _dockerfile,
    LockFormat.PYPROJECT: _pyproject,
}


def _comments(lock: Lock, command: str, *, sets_variables: bool = False) -> Iterator[str]:
    """What every text begins with: which model, why, as of when, and how to install it."""
    as_of = f", packages as of {lock.as_of.isoformat()}" if lock.as_of else ""
    device = ", with a GPU" if lock.gpu else ""
    yield f"# An environment for one model: Python {lock.python} on {lock.platform} {lock.machine}{device}{as_of}."
    yield from _comment(f"Model: {_printable(lock.model)}")
    if lock.model_sha256:
        yield from _comment(f"SHA-256: {lock.model_sha256}")
    for label, sentences in (("Why", lock.why), ("Note", lock.notes)):
        for sentence in sentences:
            yield from _comment(f"{label}: {sentence}")
    if not sets_variables:
        for name, value in _variables(lock).items():
            yield from _comment(f"Set {name}={value} in the environment before Python starts.")
    yield from _comment(f"Made by loadstone. To install: {command}")


def _comment(text: str) -> Iterator[str]:
    """Text as comment lines. None ends in a backslash, which would join the next line to it."""
    lines = textwrap.wrap(
        _printable(text), _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
    return (f"# {line} ." if line.endswith("\\") else f"# {line}" for line in lines)


def _printable(text: str) -> str:
    """Text on one line: what cannot be printed, a line end among it, is written as its escape."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def _hashed(packages: Iterable[Package]) -> Iterator[str]:
    """The lines of a requirements file, with hashes when every package has some."""
    listed = tuple(packages)
    with_hashes = all(package.hashes for package in listed)
    for package in listed:
        yield " \\\n    ".join((_pin(package), *(f"--hash={digest}" for digest in package.hashes if with_hashes)))


def _pin(package: Package) -> str:
    """The requirement (PEP 508) of exactly one version."""
    return f"{package.name}=={package.version}" + (f" ; {package.marker}" if package.marker else "")


def _variables(lock: Lock) -> dict[str, str]:
    """The environment variables in order of their names, checked: no format can quote a line end in one.

    Raises:
        ResolutionError: a name or a value that no environment can have.
    """
    for name, value in lock.variables.items():
        if _VARIABLE.fullmatch(name) is None or not value.isprintable():
            raise ResolutionError(f"{name!r} cannot be set to {value!r}: not an environment variable on one line")
    return dict(sorted(lock.variables.items()))


def _project_name(lock: Lock) -> str:
    """A name that PEP 503, conda and TOML all take as it is: ``model-of-unet-2``."""
    stem = re.sub(r"[^a-z0-9]+", "-", PurePath(lock.model).stem.lower()).strip("-")
    return canonicalize_name(f"environment-of-{stem}") if stem else "environment-of-model"


def _python_specifier(python: str) -> str:
    """``3.8`` is every 3.8, ``3.8.18`` is itself."""
    return f"=={python}.*" if python.count(".") < 2 else f"=={python}"  # noqa: PLR2004 - major.minor.micro


def _platform_marker(lock: Lock) -> str:
    machine = _MACHINES.get((lock.platform, lock.machine), lock.machine)
    return f"sys_platform == '{_SYSTEMS[lock.platform]}' and platform_machine == '{machine}'"


def _tool_table(lock: Lock) -> Iterator[str]:
    """The lock's own facts, for programs: the table ``tool.loadstone`` of a TOML file."""
    yield "[tool.loadstone]"
    yield f"model = {_quoted(lock.model)}"
    if lock.model_sha256:
        yield f"model-sha256 = {_quoted(lock.model_sha256)}"
    yield f"python = {_quoted(lock.python)}"
    yield f"platform = {_quoted(lock.platform)}"
    yield f"machine = {_quoted(lock.machine)}"
    yield f"gpu = {'true' if lock.gpu else 'false'}"
    if lock.as_of is not None:
        yield f"as-of = {lock.as_of.isoformat()}"
    yield f"requirements = {_toml_array(lock.requirements)}"
    yield f"why = {_toml_array(lock.why)}"
    yield f"notes = {_toml_array(lock.notes)}"
    variables = _variables(lock)
    if variables:
        yield ""
        yield "[tool.loadstone.variables]"
        yield from (f"{name} = {_quoted(value)}" for name, value in variables.items())


def _toml_array(texts: Iterable[str]) -> str:
    lines = [f"  {_quoted(text)}," for text in texts]
    return "\n".join(("[", *lines, "]")) if lines else "[]"


def _quoted(text: str) -> str:
    """A string that TOML and YAML read alike. Bytes of a path that are no UTF-8 are written as their escapes."""
    encodable = text.encode("utf-8", "backslashreplace").decode()
    quoted = json.dumps(encodable, ensure_ascii=False)  # escapes quotes, backslashes and the controls below a space
    return re.sub(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _docker_quoted(value: str) -> str:
    escaped = re.sub(r'([\\"$])', r"\\\1", value)
    return f'"{escaped}"'
