"""The rubric library's pages; importing the modules adds their routes to the blueprint."""

from qa.rubric_library.views import applying, comparing, editing, library, notes, procedures, workflow
from qa.rubric_library.views.blueprint import bp

__all__ = ["applying", "bp", "comparing", "editing", "library", "notes", "procedures", "workflow"]
