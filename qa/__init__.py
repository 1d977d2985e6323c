"""The application: the only place that knows Flask and SQL."""
