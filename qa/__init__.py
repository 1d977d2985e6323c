"""The application: the only place that knows Flask and SQL."""

VERSION = "0.1.0"
