"""What the tests take from npm: axe-core, which looks for what keeps people off a page."""

import shutil

from . import settings
from .console import needs_network, run, step

#: Pinned, as what requirements.txt names.
AXE = "4.14.1"


def axe():
    """The script that is put into a page to look at it."""
    return _folder() / "node_modules" / "axe-core" / "axe.min.js"


def _folder():
    return settings.CACHE / f"node-axe-{AXE}"


def ensure():
    """Fetch it once; what an interruption left half-done is made anew."""
    if axe().exists():
        return
    part = _folder().with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    with step("axe-core"), needs_network("a package of npm's"):
        command = [
            "npm",
            "install",
            "--no-save",
            "--no-package-lock",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
        ]
        run([*command, "--prefix", part, f"axe-core@{AXE}"], log=settings.CACHE / "logs" / "npm.log")
    shutil.rmtree(_folder(), ignore_errors=True)
    part.rename(_folder())
