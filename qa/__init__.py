"""The application: the only place that knows Flask and SQL."""

from qa import lazily

VERSION = "0.1.0"

lazily.install()
