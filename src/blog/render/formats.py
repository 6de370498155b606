"""How a language writes dates, numbers and lists, as its catalogue of strings says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from markupsafe import Markup, escape
from pydantic import BaseModel, ConfigDict, Field

_Months = Annotated[tuple[str, ...], Field(min_length=12, max_length=12)]
_KILO = 1000


class Formats(BaseModel):
    """The table [formats] of a catalogue. ``first`` is how the first day of a month is written, ``digits`` are ten digits from 0; both may be empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    day: str
    short_day: str
    months: _Months
    short_months: _Months
    first: str = ""
    digits: Annotated[str, Field(pattern="^(.{10})?$")] = ""
    group: str
    decimal: str
    comma: str
    last: str
    byte: str
    kilobyte: str
    megabyte: str
    gigabyte: str

    def date(self, moment: datetime) -> str:
        return self._date(self.day, self.months, moment)

    def short_date(self, moment: datetime) -> str:
        """The day and the month."""
        return self._date(self.short_day, self.short_months, moment)

    def _date(self, pattern: str, months: Sequence[str], moment: datetime) -> str:
        day = self.first if self.first and moment.day == 1 else self.plain(moment.day)
        return pattern.format(day=day, month=months[moment.month - 1], year=self.plain(moment.year))

    def plain(self, number: int) -> str:
        """A number without separators, such as a year."""
        return self._in_digits(str(number))

    def number(self, value: int) -> str:
        """A number of things."""
        return self._in_digits(f"{value:,}".replace(",", self.group))

    def size(self, count: int) -> str:
        """The size of a file, in units of 1000 bytes."""
        if count < _KILO:
            return self.byte.format(n=self.plain(count))
        value, patterns = count / _KILO, [self.kilobyte, self.megabyte, self.gigabyte]
        while value >= _KILO and len(patterns) > 1:
            value, patterns = value / _KILO, patterns[1:]
        return patterns[0].format(n=self._in_digits(f"{value:.1f}".replace(".", self.decimal)))

    def alternatives(self, items: Sequence[str]) -> Markup:
        """Items of which the reader may choose one: a, b or c."""
        *others, final = items
        return escape(self.last).join([escape(self.comma).join(others), final]) if others else escape(final)

    def _in_digits(self, number: str) -> str:
        return number.translate(str.maketrans("0123456789", self.digits)) if self.digits else number
