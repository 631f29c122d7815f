"""The Python environment: a venv in the cache, keyed by requirements.txt."""

import hashlib
import os
import shutil
import sys
import time

from . import settings
from .console import needs_network, run, step


def folder():
    """Where the environment for these requirements and this Python lives."""
    what = settings.REQUIREMENTS.read_bytes() + sys.version.encode()
    return settings.CACHE / f"venv-{hashlib.sha256(what).hexdigest()[:12]}"


def python():
    """The environment's interpreter."""
    return folder() / "bin" / "python"


def ensure():
    """Create the environment with the pinned packages.

    A half-done one is made anew: pip takes a package that was being unpacked when it
    was killed for an installed one. What was downloaded is in pip's own cache.
    """
    done = folder() / "complete"
    if done.exists():
        done.touch()
        return
    log = settings.CACHE / "logs" / "pip.log"
    with step("Python packages"), needs_network("a Python package"):
        run([sys.executable, "-m", "venv", "--clear", folder()])
        env = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1")
        env.pop("PYTHONPATH", None)
        run(
            [python(), "-m", "pip", "install", "--requirement", settings.REQUIREMENTS],
            log=log,
            env=env,
        )
        done.touch()
    _forget_unused()


def _forget_unused():
    """Remove environments that were interrupted, or that nobody used for a month."""
    month = 30 * 24 * 3600
    for other in settings.CACHE.glob("venv-*"):
        done = other / "complete"
        if not done.exists() or time.time() - done.stat().st_mtime > month:
            shutil.rmtree(other)
