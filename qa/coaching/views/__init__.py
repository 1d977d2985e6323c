"""The coaching pages; importing the modules adds their routes to the blueprint."""

from qa.coaching.views import effects, plans, workbooks
from qa.coaching.views.blueprint import bp

__all__ = ["bp", "effects", "plans", "workbooks"]
