"""From what a model needs to the environments that should load it, best first.

The eras of the table are put in order by what the file tells about its writer; then the rules judge them, in that
order, as they judge any environment. Nothing is built and no index is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone import knowledge
from loadstone.artifact import Format
from loadstone.environment import bundled_keras, loaders, planned
from loadstone.finding import Blocks, Finding
from loadstone.knowledge.eras import eras
from loadstone.needs import ADDONS, Needs
from loadstone.resolve.distributions import needs_custom_ops, tensorflow_requirement
from loadstone.resolve.fitting import Demand, demand, fits
from loadstone.resolve.own import Own
from loadstone.resolve.prescription import Candidate, Platform, Prefer, Rejected
from loadstone.resolve.releases import addons_of, as_asked, day_of
from loadstone.rules.verdict import verdict_unless

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadstone.artifact import Artifact
    from loadstone.environment import Environment
    from loadstone.finding import Diagnosis
    from loadstone.knowledge.eras import Era, EraBuild
    from loadstone.needs import Condition

#: What a model asks that needs no more than Keras.
_PLAIN = Demand(
    needs=Needs(writers=(), objects=(), python=None, op_libraries=()), conditions=(), addons=(), standalone=False
)

#: Candidates that are looked for before the search ends.
ENOUGH = 3

#: Writers that are remembered; a file may state any.
_REMEMBERED = 256

_NAMED = 3  # objects that a reason names before it counts the rest

#: Formats that TensorFlow can run without Keras, by their signatures.
PROGRAMS = frozenset({Format.SAVED_MODEL, Format.FROZEN_GRAPH})

#: Findings that stop TensorFlow itself from reading a SavedModel, not only Keras from taking it for a model of its own.
BREAKS_PROGRAMS = frozenset({"LS201", "LS203", "LS208"})

#: Findings that the user answers, not the environment: objects of their own, which they hand to the loader, and stored
#: programs, which a loader runs only for one who trusts the file.
ANSWERED_BY_USER = frozenset({"LS302", "LS501"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of an environment beside loading the model.

    Attributes:
        python: the minor release of Python, None for any.
        platform: where it is to run.
        gpu: with TensorFlow's GPU build.
        prefer: which of several that would do comes first.
        own: what the user wants in it besides.
    """

    python: str | None = None
    platform: Platform
    gpu: bool = False
    prefer: Prefer = Prefer.WRITER
    own: Own = field(default_factory=Own)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Option:
    """An era on one Python, before it is judged."""

    era: Era
    build: EraBuild
    addons: Version | None
    wrote: bool
    kin: bool  # of the same lineage: the package keras of its own time, or TensorFlow's Keras
    position: int


def candidates(
    artifact: Artifact, wanted: Wanted, *, needs: Needs | None = None, enough: int = ENOUGH
) -> tuple[tuple[Candidate, ...], tuple[Rejected, ...]]:
    """The environments that should load a model, best first, and the eras that were looked at and will not do.

    The search ends with ``enough`` that load it for sure. ``needs`` are the model's, where they were inferred before.
    """
    asked = demand(artifact, needs)
    writers = _writers(asked.about_writer, standalone=asked.standalone)
    options, rejected = _options(asked, wanted, writers)
    found: list[tuple[int, Candidate]] = []
    for option in _ordered(options, writers, wanted.prefer):
        candidate = _judged(artifact, asked, option, wanted)
        if isinstance(candidate, Rejected):
            rejected.append(candidate)
            continue
        rank = _rank(artifact, candidate)
        if rank is None:
            rejected.append(Rejected(name=option.era.name, why=_first_blocker(candidate.diagnosis)))
        else:
            found.append((rank, candidate))
        if sum(rank == 0 for rank, _ in found) >= enough:
            break
    return tuple(candidate for _, candidate in sorted(found, key=lambda pair: pair[0])), tuple(rejected)


def _options(asked: Demand, wanted: Wanted, writers: frozenset[int]) -> tuple[list[_Option], list[Rejected]]:
    """Every era that can be built at all and meets what the model cannot do without."""
    options: list[_Option] = []
    rejected: list[Rejected] = []
    for position, each in enumerate(eras()):
        era = as_asked(each, wanted.own)
        if isinstance(era, Rejected):
            rejected.append(era)
            continue
        plain = not (wanted.own or asked.addons or asked.needs.op_libraries or asked.needs.python)
        found = _plain_option(position, wanted) if plain else _option(asked, era, wanted)
        if isinstance(found, Rejected):
            rejected.append(found)
            continue
        build, addons = found
        kin = asked.standalone is _is_standalone(era)
        wrote = position in writers
        options.append(_Option(era=era, build=build, addons=addons, wrote=wrote, kin=kin, position=position))
    return options, rejected


@lru_cache(maxsize=_REMEMBERED)
def _plain_option(position: int, wanted: Wanted) -> tuple[EraBuild, Version | None] | Rejected:
    """As `_option`, for the many models that need no more than Keras."""
    return _option(_PLAIN, eras()[position], wanted)


def _option(asked: Demand, era: Era, wanted: Wanted) -> tuple[EraBuild, Version | None] | Rejected:
    """The build of an era to take, and the release of Addons."""
    builds = [build for build in era.builds if wanted.python in {None, build.python}]
    if not builds:
        pythons = ", ".join(sorted((build.python for build in era.builds), key=Version))
        return Rejected(name=era.name, why=f"it has no wheels for Python {wanted.python}, only for {pythons}")
    readable = [build for build in builds if fits("python", Version(f"{build.python}.0"), asked.conditions)]
    if not readable:
        return Rejected(name=era.name, why="none of its Pythons reads the bytecode that the file holds")
    addons = addons_of(asked, era, readable, wanted.own)
    if isinstance(addons, Rejected):
        return addons
    readable = [build for build in readable if addons is None or build.python in _pythons(addons)]
    build = next((each for each in readable if each.measured is None or each.measured.works), None)
    if build is None:
        measured = readable[0].measured
        return Rejected(name=era.name, why=measured.why or "it does not work" if measured else "it does not work")
    if _tensorflow(era, build, wanted, custom_ops=False) is None:
        return Rejected(name=era.name, why=f"TensorFlow {era.tensorflow} has no wheel for {wanted.platform}")
    return build, addons


def _tensorflow(era: Era, build: EraBuild, wanted: Wanted, *, custom_ops: bool) -> str | None:
    return tensorflow_requirement(
        era, build.python, wanted.platform, gpu=wanted.gpu, custom_ops=custom_ops, named=wanted.own.tensorflow
    )


def _pythons(addons: Version) -> tuple[str, ...]:
    return next((release.pythons for release in knowledge.tfa_releases() if release.version == addons), ())


@lru_cache(maxsize=_REMEMBERED)
def _writers(everything: tuple[Condition, ...], *, standalone: bool) -> frozenset[int]:
    """Where in the table the eras stand that may have written the file.

    They fit all that it shows; or only what it states, where no era fits all: a file may have tokens of two writers,
    when one converted what the other wrote.
    """
    stated = tuple(each for each in everything if each.recorded)
    fitting = (
        frozenset(position for position, era in enumerate(eras()) if _wrote(era, told, standalone=standalone))
        for told in (everything, stated)
    )
    return next((found for found in fitting if found), frozenset())


def _wrote(era: Era, told: tuple[Condition, ...], *, standalone: bool) -> bool:
    """Whether an era's releases fit what a file tells about its writer."""
    if not any(each.distribution in {"keras", "tensorflow", "tf-keras"} for each in told):
        return False
    releases = [release for release in _patches(era.tensorflow.release[:2]) if fits("tensorflow", release, told)]
    if not releases or standalone is not _is_standalone(era):
        return False
    if (era.tf_keras is None) is any(each.distribution == "tf-keras" for each in told):
        return False
    if era.tf_keras is not None and not fits("tf-keras", era.tf_keras, told, minor_only=True):
        return False
    return any(fits("keras", keras, told, minor_only=True) for keras in _kerases(era, releases))


@cache
def _patches(minor: tuple[int, ...]) -> tuple[Version, ...]:
    """The releases of TensorFlow of a minor release."""
    return tuple(each.version for each in knowledge.tensorflow_releases() if each.version.release[:2] == minor)


def _kerases(era: Era, releases: Sequence[Version]) -> set[Version]:
    """The Keras releases that an era's models may state, written by some of its TensorFlow's releases."""
    if _is_standalone(era):
        return {era.keras} if era.keras else set()
    bundled = {keras for release in releases if (keras := bundled_keras(release)) is not None}
    return bundled or {loader.keras for loader in loaders(_environment(era, era.builds[0], era.addons))[:1]}


def _is_standalone(era: Era) -> bool:
    return era.keras is not None and knowledge.is_multibackend(era.keras)


def _ordered(options: Sequence[_Option], writers: frozenset[int], prefer: Prefer) -> list[_Option]:
    """The writer's own releases first, newest of them first, then those nearest to it; or simply by age."""
    if prefer is Prefer.OLDEST:
        return sorted(options, key=lambda option: option.position)
    if prefer is Prefer.NEWEST or not writers:
        return sorted(options, key=_newest_first)
    newest = max(writers)
    # Newer releases read what older ones wrote more often than the other way round.
    return sorted(
        options,
        key=lambda option: (
            not option.wrote,
            not option.kin,
            option.position < newest,
            abs(option.position - newest),
        ),
    )


def _newest_first(option: _Option) -> tuple[tuple[int, ...], bool, int]:
    """By TensorFlow; then what has Keras alone before what has the older Keras beside it."""
    minor = option.era.tensorflow.release[:2]
    return tuple(-number for number in minor), option.era.tf_keras is not None, -option.position


def _judged(artifact: Artifact, asked: Demand, option: _Option, wanted: Wanted) -> Candidate | Rejected:
    """The candidate with the rules' verdict; rejected at the first finding that stops it."""
    programs = artifact.format in PROGRAMS  # which may do without Keras, whatever stops that
    diagnosis = verdict_unless(
        artifact,
        _environment(option.era, option.build, option.addons),
        needs=asked.needs,
        stops=lambda f: not programs and f.blocks is Blocks.LOADING and f.code not in ANSWERED_BY_USER,
    )
    if isinstance(diagnosis, Finding):
        return Rejected(name=option.era.name, why=f"{diagnosis.code} {diagnosis.message}")
    custom_ops = needs_custom_ops(asked.needs, option.addons)
    tensorflow = _tensorflow(option.era, option.build, wanted, custom_ops=custom_ops)
    others = (("tensorflow-addons", option.addons), ("keras", option.era.keras), ("tf-keras", option.era.tf_keras))
    requirements = (tensorflow or "", *(f"{name}=={version}" for name, version in others if version is not None))
    pins = _pins(option, wanted, custom_ops=custom_ops)
    return Candidate(
        name=option.era.name,
        python=option.build.python,
        requirements=requirements,
        as_of=option.build.as_of if pins is not None else day_of(option.era, option.build, option.addons),
        pins=pins,
        variables=option.era.variables,
        diagnosis=diagnosis,
        wrote=option.wrote,
        because=tuple(_because(asked, option, diagnosis, as_measured=pins is not None)),
    )


def _pins(option: _Option, wanted: Wanted, *, custom_ops: bool) -> MappingProxyType[str, Version] | None:
    """What was measured together: on Linux x86-64, without a GPU, with the build's own Addons, and nothing else."""
    linux = wanted.platform == Platform(system="linux", machine="x86_64")
    if (
        not option.build.pins
        or not linux
        or wanted.gpu
        or wanted.own
        or option.addons not in {None, option.build.addons}
    ):
        return None
    pins = dict(option.build.pins_for(custom_ops=custom_ops))
    if option.addons is None:
        pins.pop(ADDONS, None)
    return MappingProxyType(pins)


def _environment(era: Era, build: EraBuild, addons: Version | None) -> Environment:
    pins = dict(build.pins) or {
        era.distribution: era.tensorflow,
        **({"keras": era.keras} if era.keras else {}),
        **({"tf-keras": era.tf_keras} if era.tf_keras else {}),
    }
    pins.pop(ADDONS, None)
    if addons is not None:
        pins[ADDONS] = addons
    return planned(era.name, python=f"{build.python}.0", pins=pins, variables=era.variables)


def _rank(artifact: Artifact, candidate: Candidate) -> int | None:
    """How well a candidate does; None where the model does not load in it.

    0: it loads, as far as can be told; 1: without its compile state only; 2: it cannot be told; 3: a SavedModel that is
    no Keras model there, but can be run by its signatures.
    """
    blocking = blockers(candidate.diagnosis, Blocks.LOADING)
    if artifact.format in PROGRAMS and (blocking or artifact.config is None):
        if any(finding.code in BREAKS_PROGRAMS for finding in blocking) or not artifact.signatures:
            return None
        return 3 if artifact.config is not None else 0 if candidate.wrote else 2
    if blocking:
        return None
    if blockers(candidate.diagnosis, Blocks.COMPILING):
        return 1
    known = candidate.diagnosis.loads is not None or candidate.wrote
    return 0 if known else 2


def blockers(diagnosis: Diagnosis, blocks: Blocks) -> tuple[Finding, ...]:
    """The findings that stand in the way of a call and are not the user's to answer."""
    return tuple(f for f in diagnosis.findings if f.blocks is blocks and f.code not in ANSWERED_BY_USER)


def dangers(diagnosis: Diagnosis) -> tuple[Finding, ...]:
    """What a loader would run or reach beyond plain layers, in the environment that was judged."""
    return tuple(finding for finding in diagnosis.findings if finding.code.startswith("LS5"))


def _first_blocker(diagnosis: Diagnosis) -> str:
    blocking = [finding for finding in diagnosis.findings if finding.blocks is Blocks.LOADING]
    return f"{blocking[0].code} {blocking[0].message}" if blocking else "it does not load there"


def _because(asked: Demand, option: _Option, diagnosis: Diagnosis, *, as_measured: bool) -> Iterator[str]:
    """Why a candidate is offered, one sentence each."""
    if option.wrote:
        yield f"its releases fit all that the file tells about its writer: {_told(asked)}"
    else:
        yield "it did not write the file, but reads what the writer wrote, as far as the rules know"
    if option.addons is not None:
        names = [each.identity for each in asked.addons]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        provided = ", ".join(names[:_NAMED]) + more if names else "the operations in the graph"
        yield f"TensorFlow Addons {option.addons} provides {provided}"
    if asked.needs.python is not None:
        yield f"Python {option.build.python} reads the bytecode in the file, which is of Python {asked.needs.python}"
    measured = option.build.measured
    if measured is not None and as_measured:
        yield f"measured on {measured.on}: it builds in {measured.seconds:.0f} s ({measured.megabytes} MB) and imports"
    else:
        yield "this combination was not measured"
    if diagnosis.loads is False and diagnosis.loads_uncompiled:
        yield "it loads with compile=False only"
    if blockers(diagnosis, Blocks.LOADING):
        yield "there it is no Keras model, but a program that is run by its signatures"
    elif diagnosis.loads is None:
        yield "the rules do not know enough about these releases to say that it loads"


def _told(asked: Demand) -> str:
    """What the file tells about its writer: what it states, or else what only some releases write."""
    about = [each for each in asked.about_writer if each.distribution in {"keras", "tensorflow", "tf-keras"}]
    stated = [each for each in about if each.recorded]
    return "; ".join(dict.fromkeys(each.because for each in stated or about))
