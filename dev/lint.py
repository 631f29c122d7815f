"""`make lint`: ruff, pylint-odoo with OCA's settings, reasons for sudo, and the layers."""

import hashlib
import subprocess

from . import python_env, settings, setup
from .console import Stop, run, say, step

FOLDERS = ("dev", "story", "tests", "benchmarks", settings.ADDON)
CONFIGS = (".ruff.toml", ".pylintrc", "requirements.txt")
SUDO = settings.ROOT / "dev" / "inside" / "check_sudo.py"
LAYERS = settings.ROOT / "dev" / "inside" / "check_layers.py"
KINDS = {".py", ".xml", ".csv", ".po", ".pot"}


def lint():
    """The command: check everything, changed or not."""
    setup.ensure_python()
    check()


def rewrite():
    """`make format`: let ruff rewrite what it can."""
    setup.ensure_python()
    for command in (["check", "--fix-only", "--quiet"], ["format"]):
        say(run([_tool("ruff"), *command, *_folders()], cwd=settings.ROOT).strip())


def if_changed():
    """Check, unless nothing changed since the last time all was well."""
    stamp = settings.CACHE / f"lint-{settings.CHECKOUT}"
    state = _state()
    if stamp.exists() and stamp.read_text() == state:
        say("  Lint: nothing changed since it was clean")
        return
    check()
    stamp.write_text(state)


def check():
    """Run every checker; one that complains doesn't hide the next."""
    folders, quiet = _folders(), ("--quiet", "--output-format=concise")
    commands = {
        "ruff": [_tool("ruff"), "check", *quiet, *folders],
        "ruff format": [_tool("ruff"), "format", "--check", *quiet, *folders],
    }
    if settings.ADDON in folders:
        commands["pylint-odoo"] = [_tool("pylint"), settings.ADDON]
        commands["reasons for sudo"] = [_tool("python"), str(SUDO), settings.ADDON]
        commands["layers"] = [_tool("python"), str(LAYERS), settings.ADDON]
    failed = []
    for name, command in commands.items():
        with step(f"Lint: {name}"):
            done = subprocess.run(
                command,
                cwd=settings.ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            failed.append(name)
            say(done.stdout + done.stderr)
    if failed:
        raise Stop(f"Lint: {', '.join(failed)} complained.")


def _folders():
    return [name for name in FOLDERS if any((settings.ROOT / name).rglob("*.py"))]


def _tool(name):
    return str(python_env.folder() / "bin" / name)


def _state():
    digest = hashlib.sha256()
    files = [settings.ROOT / name for name in CONFIGS]
    for name in FOLDERS:
        found = (settings.ROOT / name).rglob("*")
        files += sorted(path for path in found if path.suffix in KINDS)
    for path in files:
        digest.update(str(path).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
