"""The only place that fetches: one module per kind of source."""
