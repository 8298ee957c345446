"""The command line. Results go to stdout, logs and progress to stderr.

Only ``typer`` is imported here and in the modules beside; the parts of Ribao are imported inside
the commands, so that ``--help`` answers at once.
"""

# The order of import is the order in which --help lists the commands.
from bot.cli import serve, content, web, sources, queue, deliveries, admin, training  # isort: skip
from bot.cli.options import cli

__all__ = ["admin", "cli", "content", "deliveries", "queue", "serve", "sources", "training", "web"]
