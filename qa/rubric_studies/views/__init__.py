"""The pages of rubric studies; importing the modules adds their routes to the blueprint."""

from qa.rubric_studies.views import bridging, judging
from qa.rubric_studies.views.blueprint import bp

__all__ = ["bp", "bridging", "judging"]
