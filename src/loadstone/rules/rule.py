"""What a rule is, and what it judges."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable

    from loadstone.finding import Finding
    from loadstone.rules.case import Case


#: The headings of every page, in this order.
SECTIONS = ("What it means", "Why it happens", "Example", "How to fix it", "References")

#: How tf.keras, and the part of Keras 3 that reads HDF5, say that a registry does not have a name. The name itself does
#: not tell which rule is right, so several have this symptom.
UNKNOWN_NAME = (
    r"(?:Unknown?|Invalid) (?:layer|activation function|loss function|metric function|optimizer|initializer|regularizer"
    r"|constraint|object|config_item|decay): ?'?(?P<name>[\w>]+)"
)

#: How tf.keras says that a layer or a metric of a SavedModel cannot be revived without its class.
UNRESTORED = r"Unable to restore custom object of (?:type _tf_keras_\w+|class )"

#: How Keras begins the message of a model or layer that could not be built; the reason proper follows the settings.
WRAPPED = (
    r"(?:Error when deserializing class '|<class '(?:\w+\.)*)(?P<name>[\w.{}]+)'(?: using|> could not be deserialized)"
)


class Generation(Enum):
    """The three programs that are called Keras; each has files, and messages, of its own."""

    MULTIBACKEND = "Keras up to 2.3"
    TF_KERAS = "tf.keras"
    KERAS_3 = "Keras 3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """How a problem shows itself in a traceback.

    Attributes:
        pattern: a regular expression for the exception's class and message, as Python prints them.
        raised_by: which loader says so, for people: ``tf.keras 2.4 to 2.12``.
        means: what exactly has happened where it says this; None where the rule's summary says it.
        claims: of a message that several problems raise: whether the name in it (the group ``name``) is for this one.
        generation: whose message it is, where it is only one's; frames of another speak against it.
        usual: of the problems that say the same, whether this is the one that is met most.
        general: whether a more special symptom of another problem, in the same message, is to be preferred.
        in_frames: whether it is for the functions and lines of code that a traceback shows, not for a message. It
            counts where the message is missing, or says nothing.
    """

    pattern: str
    raised_by: str
    means: str | None = None
    claims: Callable[[str], bool] | None = field(default=None, repr=False)
    generation: Generation | None = None
    usual: bool = False
    general: bool = False
    in_frames: bool = False

    def holds(self, found: re.Match[str]) -> bool:
        """Whether a match is for this problem, by the name in it."""
        return self.claims is None or self.claims(found["name"])


def unknown_names(claims: Callable[[str], bool]) -> tuple[Symptom, ...]:
    """How loaders say that they do not find a name, for the names that are ``claims``'."""
    return (
        Symptom(
            pattern=UNKNOWN_NAME,
            raised_by="tf.keras 2.0 to 2.15, and Keras 3 for layers of .h5 files",
            claims=claims,
        ),
        Symptom(
            pattern=r"Could not locate (?:class|function) '(?P<name>[\w>]+)'",
            raised_by="Keras 3, and .keras archives",
            claims=claims,
        ),
        Symptom(
            pattern=r"Could not interpret \w+(?: function)? identifier: (?P<name>[\w>]+)",
            raised_by="Keras 3",
            claims=claims,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One reason why a model does not load: its detection, its symptoms, its page.

    The page is the docstring of the module that defines ``detect``, in Markdown, so that a rule and its explanation
    are one file. Its first line is the summary, and its sections are those of `SECTIONS`.

    Attributes:
        code: stable for ever.
        name: the problem in words, ``unresolvable-object``; stable too.
        detect: yields the findings for one model in one environment; pure.
        raises: what users see when the rule is right; empty for what loads without a word.
        in_texts_only: whether nothing in a file or an environment shows it, so that only a traceback tells of it.
    """

    code: str
    name: str
    detect: Callable[[Case], Iterable[Finding]] = field(repr=False)
    raises: tuple[Symptom, ...] = ()
    in_texts_only: bool = False

    @property
    def summary(self) -> str:
        """The problem in one line, for lists: the first line of the page."""
        return self._text.partition("\n")[0].rstrip(".")

    @property
    def page(self) -> str:
        """The documentation page, in Markdown; empty but for its title where Python dropped docstrings (``-OO``)."""
        return f"# {self.code}: {self.name}\n\n{self._text}"

    @property
    def cure(self) -> str:
        """The first paragraph of what the page says to do, in one line."""
        _, _, cure = self._text.partition("## How to fix it\n\n")
        return " ".join(cure.partition("\n\n")[0].split())

    @property
    def _text(self) -> str:
        return sys.modules[self.detect.__module__].__doc__ or ""
