"""One set-up, one test run at a time: locks that vanish with who holds them."""

import contextlib
import fcntl

from . import settings
from .console import say


@contextlib.contextmanager
def only_one(name, doing):
    """Hold the lock `name`; if somebody else has it, say so and wait."""
    folder = settings.CACHE / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"  Another process is {doing}; waiting for it …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
