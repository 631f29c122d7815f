"""The Python environment: a venv in the cache, keyed by requirements.txt."""

import functools
import hashlib
import os
import shutil
import subprocess
import sys
import time

from . import settings
from .console import needs_network, run, step

#: The Python of the operating system, which Odoo's own package is made for. It is compiled with optimisation
#: by profile: a Python built from source usually isn't, and takes a third longer.
OF_THE_SYSTEM = "/usr/bin/python3"
#: Says its version, when it can do all that is asked of it.
CAPABLE = "import ensurepip, sys, venv; assert sys.version_info >= (3, 11); print(sys.version)"


@functools.cache
def base():
    """The interpreter that the environment is made from, and its version.

    It is the operating system's, where that can, unless PYTHON says another; otherwise the one that runs
    this.
    """
    if "PYTHON" not in os.environ and shutil.which(OF_THE_SYSTEM):
        asked = subprocess.run([OF_THE_SYSTEM, "-c", CAPABLE], capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            return OF_THE_SYSTEM, asked.stdout.strip()
    return sys.executable, sys.version


def folder():
    """Where the environment for these requirements and this Python lives."""
    what = settings.REQUIREMENTS.read_bytes() + base()[1].encode()
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
        run([base()[0], "-m", "venv", "--clear", folder()])
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
