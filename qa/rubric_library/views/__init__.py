"""The rubric library's pages."""

from qa import lazily
from qa.rubric_library.views import applying, comparing, editing, library, notes, procedures, workflow
from qa.rubric_library.views.blueprint import bp

__all__ = ["bp"]

lazily.load(applying, comparing, editing, library, notes, procedures, workflow)  # it gives the blueprint its routes
