"""Rubric families and versions as they are kept, and which rubric applies to which part."""
