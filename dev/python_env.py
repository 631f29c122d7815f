"""The Python environment: a venv in the cache, keyed by requirements.txt."""

import hashlib
import os
import sys

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
    """Create the environment with the pinned packages, or finish a half-done one."""
    done = folder() / "complete"
    if done.exists():
        return
    log = settings.CACHE / "logs" / "pip.log"
    with step("Python packages"), needs_network("a Python package"):
        if not python().exists():
            run([sys.executable, "-m", "venv", "--clear", folder()])
        env = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1")
        env.pop("PYTHONPATH", None)
        run(
            [python(), "-m", "pip", "install", "--requirement", settings.REQUIREMENTS],
            log=log,
            env=env,
        )
        done.touch()
