"""Databases: templates made once, copies made in seconds.

A template holds Odoo's modules with demo data and none of the project's. Its name ends
in a key made of what it depends on, so another set of modules or another Odoo gets
another. A comment on each database remembers which state of the addon is installed.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess

from . import odoo_run, odoo_source, postgres, settings
from .console import Stop, run, step
from .lock import only_one

WARM_UP = settings.ROOT / "dev" / "inside" / "warm_up.py"
IGNORED = ("__pycache__", "tests")


def exists(name):
    """Whether the server has a database of that name."""
    return postgres.psql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'") == "1"


def drop(name):
    """Remove a database and its files."""
    _run("dropdb", "--force", "--if-exists", name)
    shutil.rmtree(_filestore(name), ignore_errors=True)


def copy(source, target):
    """Make `target` a copy of `source`, files included."""
    drop(target)
    _run("createdb", "--template", source, target)
    if _filestore(source).is_dir():
        # files are named by their content and never change: a link is a copy
        shutil.copytree(_filestore(source), _filestore(target), copy_function=os.link)


def template(extra=()):
    """Name of the template with `extra` modules; made first if there's none."""
    modules = settings.template_modules(extra)
    what = f"{modules} {odoo_source.source().identity} demo"
    name = f"timebank_template_{hashlib.sha256(what.encode()).hexdigest()[:10]}"
    if not exists(name):
        with only_one(name, "making the template database"):
            if not exists(name):
                _make_template(name, modules)
    return name


def fresh(name, extra=(), bare=False):
    """A new database `name` with Odoo's modules, and the addon unless `bare`."""
    base = template(extra)
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
        odoo_run.strictly(
            "-d", name, verb, settings.ADDON, "--stop-after-init", "--no-http",
            log=settings.CACHE / "logs" / f"{name}.log",
        )  # fmt: skip
    set_remark(name, addon_state())


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


def _make_template(name, modules):
    part = f"{name}_part"
    drop(part)
    with step(f"Template database with {', '.join(modules)}"):
        _run("createdb", "--template", "template0", "--encoding", "UTF8", part)
        odoo_run.strictly(
            "-d", part, "-i", ",".join(modules), "--stop-after-init", "--no-http",
            log=settings.CACHE / "logs" / "template.log",
        )  # fmt: skip
        shutil.rmtree(_filestore(name), ignore_errors=True)
        if _filestore(part).is_dir():
            _filestore(part).rename(_filestore(name))
        postgres.psql(f'ALTER DATABASE "{part}" RENAME TO "{name}"')


def _filestore(name):
    return settings.DATA_DIR / "filestore" / name


def _run(*command):
    return run(command, env=dict(os.environ, **postgres.environment()))
