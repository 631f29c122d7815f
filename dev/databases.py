"""Databases: copied from a template, with the addon installed and kept up to date.

A comment on each database remembers which state of the addon is installed in it.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess

from . import odoo_run, postgres, settings, templates
from .console import Stop, run, step

WARM_UP = settings.ROOT / "dev" / "inside" / "warm_up.py"
IGNORED = ("__pycache__", "tests")


def exists(name):
    """Whether there is a database of that name, and its files in this cache."""
    found = postgres.psql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'")
    return found == "1" and filestore(name).is_dir()


def drop(name):
    """Remove a database and its files.

    By force, whoever is connected. That fails while PostgreSQL is vacuuming in it, which
    the gentle way isn't stopped by.
    """
    try:
        client("dropdb", "--force", "--if-exists", name)
    except Stop:
        client("dropdb", "--if-exists", name)
    shutil.rmtree(filestore(name), ignore_errors=True)


def copy(source, target):
    """Make `target` a copy of `source`, files included."""
    drop(target)
    client("createdb", "--template", source, target)
    if filestore(source).is_dir():
        # files are named by their content and never change: a link is a copy
        shutil.copytree(filestore(source), filestore(target), copy_function=os.link)


def rename(source, target):
    """Give a database and its files another name."""
    filestore(source).rename(filestore(target))
    postgres.psql(f'ALTER DATABASE "{source}" RENAME TO "{target}"')


def names(beginning):
    """The names of databases that begin so."""
    pattern = beginning.replace("_", "\\_")
    return postgres.psql(f"SELECT datname FROM pg_database WHERE datname LIKE '{pattern}%'").splitlines()


@contextlib.contextmanager
def trial(source, name):
    """A copy of a database to try something on, which goes with the block."""
    copy(source, name)
    try:
        yield name
    finally:
        drop(name)


def fresh(name, extra=(), bare=False):
    """A new database `name` with Odoo's modules, and the addon unless `bare`."""
    base = templates.template(extra)
    with step(f"Database {name}"):
        copy(base, name)
    if not bare:
        install(name)


def install(name):
    """Install the addon in `name`, or bring it up to date."""
    if not settings.ADDON_DIR.is_dir():
        return
    installed = remark(name)
    verb, words = ("-u", "Upgrading") if installed else ("-i", "Installing")
    with step(f"{words} {settings.ADDON}"):
        load(name, verb, settings.ADDON)
    set_remark(name, addon_state())


def load(name, verb, *modules):
    """Have Odoo install (`-i`) or upgrade (`-u`) modules in `name`, without a complaint."""
    odoo_run.strictly(
        "-d", name, verb, ",".join(modules), "--stop-after-init", "--no-http",
        log=settings.CACHE / "logs" / f"{name}.log",
    )  # fmt: skip


@contextlib.contextmanager
def warming(name):
    """Build the pages' bundles of scripts and styles in `name` alongside the block.

    A browser test that builds them itself forgets them at its end.
    """
    log = settings.CACHE / "logs" / f"{name}-bundles.log"
    with WARM_UP.open() as script, log.open("w") as output:
        process = subprocess.Popen(
            odoo_run.odoo("shell", "-d", name, "--no-http", "--log-level", "warn"),
            env=odoo_run.environment(),
            cwd=settings.CACHE,
            stdin=script,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield
    finally:
        code = process.wait()
    if code:
        raise Stop(f"The scripts and styles of the pages can't be built:\n{log.read_text()}")


def up_to_date(name):
    """Whether `name` exists with the addon as it is now."""
    return exists(name) and remark(name) == addon_state()


def addon_state():
    """A hash of every file of the addon that an installation depends on."""
    digest = hashlib.sha256()
    for path in sorted(settings.ADDON_DIR.rglob("*")):
        parts = path.relative_to(settings.ADDON_DIR).parts
        if path.is_file() and not set(parts) & set(IGNORED):
            digest.update("/".join(parts).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:20]


def remark(name):
    """The comment on a database."""
    return postgres.psql(
        f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{name}'"
    )


def set_remark(name, text):
    """Set the comment on a database."""
    postgres.psql(f"COMMENT ON DATABASE \"{name}\" IS '{text}'")


def filestore(name):
    """Folder of a database's files."""
    return settings.DATA_DIR / "filestore" / name


def client(*command):
    """Run one of PostgreSQL's client programs against the server."""
    return run(command, env=dict(os.environ, **postgres.environment()))
