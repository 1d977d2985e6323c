"""The pages of rubric studies."""

from qa import lazily
from qa.rubric_studies.views import bridging, judging
from qa.rubric_studies.views.blueprint import bp

__all__ = ["bp"]

lazily.load(bridging, judging)  # it gives the blueprint its routes
