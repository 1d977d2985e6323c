"""The coaching pages."""

from qa import lazily
from qa.coaching.views import (
    contents,
    effects,
    evidence,
    examples,
    library,
    meetings,
    plans,
    wait_lists,
    workbooks,
)
from qa.coaching.views.blueprint import bp

__all__ = ["bp"]

# It gives the blueprint its routes.
lazily.load(contents, effects, evidence, examples, library, meetings, plans, wait_lists, workbooks)
