"""Which distribution carries TensorFlow for a platform, with or without a GPU, with or without custom operators."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from loadstone import knowledge

if TYPE_CHECKING:
    from loadstone.knowledge import TensorFlowRelease
    from loadstone.knowledge.eras import Era
    from loadstone.needs import Needs
    from loadstone.resolve.prescription import Platform

#: The objects of TensorFlow Addons that call its compiled operators, and the releases in which they do. (Source: the
#: modules of each release that name a library below ``custom_ops``.) The libraries load beside ``tensorflow`` only.
CUSTOM_OPS = {
    "CorrelationCost": SpecifierSet(">=0.5"),
    "EmbeddingBag": SpecifierSet(">=0.14"),
    "GELU": SpecifierSet(">=0.5,<0.12"),
    "GeLU": SpecifierSet(">=0.5,<0.12"),
    "gelu": SpecifierSet(">=0.5,<0.12"),
    "hardshrink": SpecifierSet(">=0.6,<0.12"),
    "lisht": SpecifierSet(">=0.6,<0.12"),
    "tanhshrink": SpecifierSet(">=0.6,<0.12"),
    "mish": SpecifierSet(">=0.7,<0.12"),
    "softshrink": SpecifierSet(">=0.7,<0.12"),
}

#: What TensorFlow's GPU build needs on the system, up to the release whose wheels bring it along (2.14), by minor
#: release. (Source: the table of tested configurations in TensorFlow's installation guide.)
CUDA = {
    "1.13": ("10.0", "7.4"),
    "1.14": ("10.0", "7.4"),
    "1.15": ("10.0", "7.4"),
    "2.0": ("10.0", "7.4"),
    "2.1": ("10.1", "7.6"),
    "2.2": ("10.1", "7.6"),
    "2.3": ("10.1", "7.6"),
    "2.4": ("11.0", "8.0"),
    "2.5": ("11.2", "8.1"),
    "2.6": ("11.2", "8.1"),
    "2.7": ("11.2", "8.1"),
    "2.8": ("11.2", "8.1"),
    "2.9": ("11.2", "8.1"),
    "2.10": ("11.2", "8.1"),
    "2.11": ("11.2", "8.1"),
    "2.12": ("11.8", "8.6"),
    "2.13": ("11.8", "8.6"),
}

_FIRST_WITH_CUDA_WHEELS = Version("2.14")
_FIRST_WITH_ONE_BUILD = Version("2.1")  # from here on `tensorflow` runs on GPUs too
_LAST_GPU_ON_WINDOWS = Version("2.10.1")
# From 2.5 to 2.12, TensorFlow for Apple's own processors came from Apple, as tensorflow-macos.
_FIRST_FROM_APPLE = Version("2.5")
_FIRST_FOR_APPLES_PROCESSORS = Version("2.13")


def needs_custom_ops(needs: Needs, addons: Version | None) -> bool:
    """Whether the model calls compiled operators of TensorFlow Addons."""
    if needs.op_libraries:
        return True
    if addons is None:
        return False
    names = [need.identity.rpartition(">")[2] for need in needs.objects]
    return any(addons in CUSTOM_OPS[name] for name in names if name in CUSTOM_OPS)


def tensorflow_requirement(
    era: Era, python: str, platform: Platform, *, gpu: bool, custom_ops: bool, named: str | None = None
) -> str | None:
    """The pin of TensorFlow for a platform; None where the release has no wheel for it.

    The smaller CPU build is taken where there is one and nothing speaks against it. ``named`` is the distribution that
    the user asks for.
    """
    release = era.tensorflow
    known = _known(release)
    if known is not None and python not in known.pythons:
        return None
    if named is not None:
        return f"{named}=={release}"
    if platform.system == "macos":
        return _for_macos(release, platform)
    if gpu:
        name = _with_gpu(release, platform)
        return None if name is None else f"{name}=={release}"
    return f"{era.distribution if platform.machine == 'x86_64' and not custom_ops else 'tensorflow'}=={release}"


@cache
def _known(release: Version) -> TensorFlowRelease | None:
    return next((each for each in knowledge.tensorflow_releases() if each.version == release), None)


def _for_macos(release: Version, platform: Platform) -> str | None:
    if platform.machine == "x86_64" or release >= _FIRST_FOR_APPLES_PROCESSORS:
        return f"tensorflow=={release}"
    # Apple's builds have fewer patch releases.
    return f"tensorflow-macos=={release.major}.{release.minor}.*" if release >= _FIRST_FROM_APPLE else None


def _with_gpu(release: Version, platform: Platform) -> str | None:
    if platform.system == "windows" and release > _LAST_GPU_ON_WINDOWS:
        return None
    if release >= _FIRST_WITH_CUDA_WHEELS:
        return "tensorflow[and-cuda]"
    return "tensorflow" if release >= _FIRST_WITH_ONE_BUILD else "tensorflow-gpu"


def gpu_notes(era_tensorflow: Version, platform: Platform) -> tuple[str, ...]:
    """What a GPU needs on the system beside the locked packages."""
    if platform.system == "macos":
        return ("Apple's GPU needs tensorflow-metal beside these packages",)
    wanted = CUDA.get(f"{era_tensorflow.major}.{era_tensorflow.minor}")
    if wanted is None:
        return ()
    cuda, cudnn = wanted
    return (f"TensorFlow {era_tensorflow} needs CUDA {cuda} and cuDNN {cudnn} on the system; no package brings them",)
