"""Running Odoo: its environment, its configuration file, and what its log says."""

import os
import re
import subprocess

from . import odoo_source, postgres, python_env, settings
from .console import Stop

LOG_LINE = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ")


def config_file():
    """Write Odoo's configuration for this checkout, and return its path."""
    path = settings.CACHE / f"odoo-{settings.CHECKOUT}.conf"
    addons = [*odoo_source.source().addons]
    if settings.ADDON_DIR.is_dir():
        addons.append(settings.ROOT)
    text = "\n".join(
        (
            "[options]",
            f"data_dir = {settings.DATA_DIR}",
            f"addons_path = {','.join(map(str, addons))}",
            "http_interface = 127.0.0.1",
            "max_cron_threads = 0",
            "with_demo = True",
            "list_db = False",
            "server_wide_modules = base,rpc,web",
            "",
        )
    )
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        part = path.with_suffix(f".{os.getpid()}")
        part.write_text(text)
        part.replace(path)
    return path


def environment():
    """Environment in which `python -m odoo`, pytest and scripts find everything."""
    path = python_env.folder() / "bin"
    return dict(
        os.environ,
        **postgres.environment(),
        ODOO_RC=str(config_file()),
        PYTHONPATH=f"{odoo_source.source().path}{os.pathsep}{settings.ROOT}",
        PATH=f"{path}{os.pathsep}{os.environ.get('PATH', '')}",
        PYTHONUNBUFFERED="1",
    )


def odoo(*arguments):
    """The command line that runs Odoo."""
    return [str(python_env.python()), "-m", "odoo", *map(str, arguments)]


def run_script(script, database, failure, root=settings.ROOT, **environ):
    """Run a script of `dev/inside` in an Odoo shell on `database`, and return what it printed.

    :param str failure: what to say where it fails, before its last words
    :param root: the folder in which the addon is
    """
    with script.open() as source:
        done = subprocess.run(
            odoo("shell", "-d", database, "--no-http", "--log-level", "warn")
            + ["--addons-path", ",".join(map(str, (*odoo_source.source().addons, root)))],
            env=dict(environment(), **environ),
            cwd=settings.CACHE,
            stdin=source,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise Stop(f"{failure}\n{done.stderr[-3000:]}")
    return done.stdout


def strictly(*arguments, log, allowed=None):
    """Run Odoo to its end; any warning or error in its log is a failure.

    `allowed` is a pattern of those that aren't.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as handle:
        code = subprocess.run(
            odoo(*arguments),
            env=environment(),
            cwd=settings.CACHE,
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    lines = log.read_text(errors="replace").splitlines()
    bad = complaints(lines, allowed)
    if code or bad:
        shown = "\n".join("    " + line for line in (bad or lines)[-25:])
        raise Stop(f"Odoo complained:\n{shown}\n  Its whole log is in {log}")


def complaints(lines, allowed=None):
    """Warnings and errors among log lines, each with the lines that belong to it."""
    kept, keep = [], False
    for line in lines:
        if LOG_LINE.match(line):
            keep = not (allowed and re.search(allowed, line))
        elif re.match(r"^\d{4}-\d\d-\d\d \S+ \d+ [A-Z]+ ", line):
            keep = False
        if keep:
            kept.append(line)
    return kept
