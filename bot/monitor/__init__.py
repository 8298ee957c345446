"""For who watches Ribao: figures for Prometheus, and whether it lives and is ready.

- ``metrics``: what is counted, and how that is shown;
- ``state``: how things stand now, read from the database and this process;
- ``server``: /metrics, /healthz and /readyz over HTTP; loaded only where there is a port for it.

See docs/operating.md.
"""
