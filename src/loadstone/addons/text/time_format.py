"""The formats of Abseil's ``ParseTime``, read in Python. Years are not bounded, so ``datetime`` cannot do it."""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable

SPACE = " \t\n\v\f\r"
DIGITS = "0123456789"
DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
FEMTO = 15  # digits of a fraction that count
PIVOT = 69  # a year of two digits below this is in the 21st century
LEAP_SECOND = 60
NOON = 12
ERA = 400  # years after which the calendar repeats
DAYS_IN_ERA = 146097
EPOCH = 719468  # days from 0000-03-01 to 1970-01-01
# Numbers that have no sign and may have spaces before them: the most digits, the bounds, and what they set.
NUMBERS: dict[str, tuple[int, int, int, str | None]] = {
    "C": (2, 0, 99, "century"),
    "G": (4, 0, 9999, None),
    "I": (2, 1, 12, "hour_of_12"),
    "V": (2, 0, 53, None),
    "g": (2, 0, 99, None),
    "j": (3, 1, 366, None),
    "k": (2, 0, 23, "hour"),
    "l": (2, 1, 12, "hour_of_12"),
    "y": (2, 0, 99, "year_of_century"),
}
# Numbers that may have a sign: the width (0 for any), the bounds, and what they set.
SIGNED: dict[str, tuple[int, int, int, str]] = {
    "H": (2, 0, 23, "hour"),
    "M": (2, 0, 59, "minute"),
    "S": (2, 0, 60, "second"),
    "U": (0, 0, 53, "week_of_sunday"),
    "W": (0, 0, 53, "week_of_monday"),
    "Y": (0, -(2**63), 2**63 - 1, "year"),
    "d": (2, 1, 31, "day"),
    "e": (2, 1, 31, "day"),
    "m": (2, 1, 12, "month"),
    "s": (0, -(2**63), 2**63 - 1, "unix"),
    "u": (0, 1, 7, "weekday"),
    "w": (0, 0, 6, "weekday"),
}
COMPOSED = {
    "D": "%m/%d/%y",
    "F": "%Y-%m-%d",
    "R": "%H:%M",
    "T": "%H:%M:%S",
    "X": "%H:%M:%S",
    "c": "%a %b %e %H:%M:%S %Y",
    "r": "%I:%M:%S %p",
    "x": "%m/%d/%y",
}
FAILED = "Failed to parse input"


def parse_nanoseconds(text: str, time_format: str) -> int | None:
    """Return the nanoseconds since the start of 1970 that a text stands for, rounded down; None for an infinite time.

    Raises:
        ValueError: when the text is not in the format.
    """
    if text.strip(SPACE) in {"infinite-future", "infinite-past"}:
        return None
    reader = _Reader(text)
    reader.space()
    reader.read(time_format)
    reader.space()
    if reader.at < len(text):
        raise ValueError("Illegal trailing data in input string")
    return reader.time.nanoseconds()


class _Time:
    """What a text has said so far."""

    def __init__(self) -> None:
        self.year, self.month, self.day = 1970, 1, 1
        self.hour = self.minute = self.second = self.offset = 0
        self.weekday = DAYS.index("thursday")
        self.fraction = 0  # femtoseconds
        self.unix: int | None = None
        self.week: tuple[int, int] | None = None  # its number, and the day that it starts with
        self.is_afternoon = self.is_of_12 = False

    def set(self, name: str, value: int) -> None:
        """Set what a directive stands for."""
        if name in {"month", "day"}:
            self.week = None
        if name in {"hour", "hour_of_12"}:
            self.is_of_12 = name == "hour_of_12"
        if name == "hour_of_12":
            self.hour = value % NOON
        elif name == "year_of_century":
            self.year = value + (1900 if value >= PIVOT else 2000)
        elif name == "century":
            self.year = 100 * value
        elif name.startswith("week_of_"):
            self.week = value, DAYS.index(name.removeprefix("week_of_"))
        else:
            setattr(self, name, value % len(DAYS) if name == "weekday" else value)

    def nanoseconds(self) -> int:
        """Return the nanoseconds since the start of 1970, rounded down."""
        if self.unix is not None:
            return self.unix * 10**9
        hour = self.hour + (NOON if self.is_of_12 and self.is_afternoon and self.hour < NOON else 0)
        is_leap = self.second == LEAP_SECOND
        seconds = ((self._days() * 24 + hour) * 60 + self.minute) * 60 + self.second - self.offset
        return seconds * 10**9 + (0 if is_leap else self.fraction // 10**6)

    def _days(self) -> int:
        if self.week is not None:
            number, start = self.week
            first = _days_of(self.year, 1, 1)
            first -= (_weekday(first) - start - 1) % 7 + 1  # the day that week 0 starts with, before the year does
            return first + (self.weekday - start) % 7 + 7 * number
        if self.day > calendar.monthrange(ERA + self.year % ERA, self.month)[1]:
            raise ValueError("Out-of-range field")
        return _days_of(self.year, self.month, self.day)


def _days_of(year: int, month: int, day: int) -> int:
    """Return the days since the start of 1970. Years here start with March, so that a leap day is a year's last."""
    year -= month <= 2  # noqa: PLR2004 - January and February belong to the year before
    era, of_era = divmod(year, ERA)
    of_year = (153 * ((month - 3) % 12) + 2) // 5 + day - 1
    return era * DAYS_IN_ERA + of_era * 365 + of_era // 4 - of_era // 100 + of_year - EPOCH


def _weekday(days: int) -> int:
    return (days + DAYS.index("thursday")) % 7


class _Reader:
    """A text, how far it has been read, and what it said."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.time = _Time()

    @property
    def next(self) -> str:
        """The next character; nothing at the end."""
        return self.text[self.at : self.at + 1]

    def space(self) -> None:
        """Pass over white space."""
        while self.next and self.next in SPACE:
            self.at += 1

    def literal(self, characters: str) -> None:
        """Pass over one of several characters."""
        if not self.next or self.next not in characters:
            raise ValueError(FAILED)
        self.at += 1

    def digits(self, most: int | None) -> str:
        """Return the digits that come next, at most so many."""
        start = self.at
        while self.next and self.next in DIGITS and (most is None or self.at < start + most):
            self.at += 1
        return self.text[start : self.at]

    def integer(self, width: int, low: int, high: int) -> int:
        """Return the integer that comes next; its sign is part of its width, and 0 has none."""
        sign = self.next if self.next == "-" else ""
        self.at += len(sign)
        most = width - len(sign) if width else None
        digits = self.digits(most)
        if not digits or (sign and not int(digits)) or not low <= int(sign + digits) <= high:
            raise ValueError(FAILED)
        return int(sign + digits)

    def number(self, most: int, low: int, high: int) -> int:
        """Return the number without a sign that comes next, maybe after spaces."""
        while self.next == " ":
            self.at += 1
        digits = self.digits(most)
        if not digits or not low <= int(digits) <= high:
            raise ValueError(FAILED)
        return int(digits)

    def name(self, names: tuple[str, ...]) -> int:
        """Return which of several names comes next, in full or its first three letters."""
        rest = self.text[self.at :].lower()
        for index, name in enumerate(names):
            for form in (name, name[:3]):
                if rest.startswith(form):
                    self.at += len(form)
                    return index
        raise ValueError(FAILED)

    def fraction(self) -> None:
        """Read the digits of a fraction of a second."""
        digits = self.digits(None)
        if not digits:
            raise ValueError(FAILED)
        self.time.fraction = int(digits[:FEMTO].ljust(FEMTO, "0"))

    def offset(self, separator: str) -> None:
        """Read an offset from UTC: hours, and maybe minutes and seconds, of two digits each."""
        if self.next and self.next in "Zz":
            self.at += 1
            self.time.offset = 0
            return
        sign = -1 if self.next == "-" else 1
        self.literal("+-")
        parts = [self._two_digits("", 23)]
        if parts[0] is None:
            raise ValueError(FAILED)
        while parts[-1] is not None and len(parts) < 3:  # noqa: PLR2004 - hours, minutes, seconds
            parts.append(self._two_digits(separator, 59))
        hours, minutes, seconds = ([part or 0 for part in parts] + [0])[:3]
        self.time.offset = sign * ((hours * 60 + minutes) * 60 + seconds)

    def _two_digits(self, separator: str, high: int) -> int | None:
        start = self.at
        if separator and self.next == separator:
            self.at += 1
        digits = self.digits(2)
        if len(digits) == 2 and int(digits) <= high:  # noqa: PLR2004 - both of them
            return int(digits)
        self.at = start
        return None

    def read(self, time_format: str) -> None:
        """Read what a format describes."""
        at = 0
        while at < len(time_format):
            character = time_format[at]
            at += 1
            if character in SPACE:
                self.space()
            elif character != "%":
                self.literal(character)
            else:
                at += self._directive(time_format[at:])

    def _directive(self, rest: str) -> int:
        """Read what stands behind a percent sign, and return how many characters of the format that was."""
        letter = rest[:1]
        if letter == "E":
            return 1 + self._extension(rest[1:])
        if letter == "O":  # other digits, in other locales
            return 1 + self._directive(rest[1:])
        if letter == ":":
            colons = len(rest) - len(rest.lstrip(":"))
            if colons > 3 or rest[colons : colons + 1] != "z":  # noqa: PLR2004 - %:::z
                raise ValueError(FAILED)
            self.offset(":")
            return colons + 1
        self._letter(letter)
        return 1

    def _letter(self, letter: str) -> None:
        if letter in SIGNED:
            *bounds, name = SIGNED[letter]
            self.time.set(name, self.integer(*bounds))
        elif letter in NUMBERS:
            most, low, high, sets = NUMBERS[letter]
            value = self.number(most, low, high)
            if sets is not None:
                self.time.set(sets, value)
        elif letter in COMPOSED:
            self.read(COMPOSED[letter])
        elif letter in self._others:
            self._others[letter](self)
        else:
            raise ValueError(FAILED)

    def _extension(self, rest: str) -> int:
        """Read what stands behind ``%E``."""
        if rest[:1] == "T":
            self.literal("Tt")
            return 1
        if rest[:1] == "z" or rest[:2] == "*z":
            self.offset(":")
            return 1 + rest.startswith("*")
        if rest[:2] == "4Y":
            start = self.at
            self.time.set("year", self.integer(4, -999, 9999))
            if self.at != start + 4:
                raise ValueError(FAILED)
            return 2
        digits = len(rest) - len(rest.lstrip(DIGITS))
        length = digits or int(rest.startswith("*"))
        kind = rest[length : length + 1]
        if not length or kind not in {"S", "f"}:
            return self._directive(rest)
        if kind == "S":
            self.time.set("second", self.integer(2, 0, 60))
            if self.next == ".":
                self.at += 1
                self.fraction()
        elif self.next and self.next in DIGITS:
            self.fraction()
        return length + 1

    def _weekday(self) -> None:
        self.time.set("weekday", self.name(DAYS))

    def _month(self) -> None:
        self.time.set("month", 1 + self.name(MONTHS))

    def _half_of_day(self) -> None:
        rest = self.text[self.at : self.at + 2].lower()
        if rest not in {"am", "pm"}:
            raise ValueError(FAILED)
        self.time.is_afternoon = rest == "pm"
        self.at += 2

    def _zone(self) -> None:
        start = self.at
        while self.next and self.next not in SPACE:
            self.at += 1
        if self.at == start:
            raise ValueError(FAILED)

    _others: ClassVar[dict[str, Callable[[_Reader], None]]] = {
        "%": lambda self: self.literal("%"),
        "A": _weekday,
        "B": _month,
        "Z": _zone,
        "a": _weekday,
        "b": _month,
        "h": _month,
        "n": space,
        "p": _half_of_day,
        "t": space,
        "z": lambda self: self.offset(""),
    }
