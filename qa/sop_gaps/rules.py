"""Decisions about gaps in procedures that need no database."""

KINDS = {
    "missing": "Procedure missing",
    "wrong": "Procedure wrong",
    "unclear": "Procedure unclear",
    "not_followed": "Not followed",
}
KIND_HELP = {
    "missing": "nothing says what to do here",
    "wrong": "what it says is wrong or out of date",
    "unclear": "it can be read in two ways",
    "not_followed": "it is there and right, and was not followed",
}
STATES = {"open": "open", "in_work": "in work", "fixed": "fixed", "declined": "no gap"}
