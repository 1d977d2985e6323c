"""The coaching pages."""

from qa import lazily
from qa.coaching.views import effects, plans, workbooks
from qa.coaching.views.blueprint import bp

__all__ = ["bp"]

lazily.load(effects, plans, workbooks)  # it gives the blueprint its routes
