"""Where the figures of a workbook come from, in words and digests."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A stored draw or plan that the data rest on."""

    kind: str  # "draw receipt", "sampling plan"
    name: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricStamp:
    """A rubric version that reviews were scored with."""

    label: str
    fingerprint: str
    engine: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What the reader must know to trust the figures, or to make them again.

    ``prepared_at`` is aware; the period's days are both included. Each pair is (what, words or number).
    """

    title: str
    subject: str  # what or whom it is about
    prepared_for: str
    prepared_by: str
    prepared_at: dt.datetime
    period_from: dt.date
    period_to: dt.date
    software: str
    filters: tuple[tuple[str, str], ...] = ()
    receipts: tuple[Receipt, ...] = ()
    rubrics: tuple[RubricStamp, ...] = ()
    methods: tuple[tuple[str, str], ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    confidentiality: str = "Confidential"
    link: str | None = None  # to the page that shows the same

    def __post_init__(self) -> None:
        if self.prepared_at.utcoffset() is None:
            raise ValueError(f"prepared_at has no time zone: {self.prepared_at}")
        if self.period_to < self.period_from:
            raise ValueError(f"the period ends before it begins: {self.period_from} to {self.period_to}")
        for what, count in (*self.counts, *self.left_out):
            if count < 0:
                raise ValueError(f"a count is negative: {what} {count}")

    def watermark(self, zone: dt.tzinfo) -> str:
        """Who took it along and when, for every page: a copy that turns up elsewhere says where it came from."""
        return f"Exported by {self.prepared_by}, {self.prepared_at.astimezone(zone):%Y-%m-%d %H:%M}"
