"""`python3 -m dev stop`: stops the private PostgreSQL server; the next command starts it."""

from . import postgres


def stop():
    """The command."""
    postgres.stop()
