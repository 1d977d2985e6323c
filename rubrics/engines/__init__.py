"""The arithmetic, one module a version: an engine never changes once a rubric was published with it."""
