"""Programs that come from the operating system: found, or installed with apt."""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import sys
from pathlib import Path

from . import settings
from .console import Stop, needs_network, run, say, step

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser():
    """Path of the installed Chromium, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def postgres_bin():
    """Folder of the newest installed PostgreSQL server programs, or None."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found.sort(key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0))
    if found:
        return found[-1]
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def uses_own_server():
    """Whether the caller named a PostgreSQL server of their own."""
    host = Path(os.environ.get("PGHOST", ""))
    if {settings.CACHE, settings.SERVERS} & set(host.parents):
        return False  # the private server, as `python3 -m dev env` names it
    return any(os.environ.get(name) for name in ("PGHOST", "PGPORT", "PGUSER"))


def _has_postgres_user():
    # the packages make it; the private server runs as that user where we're root
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        return os.geteuid() != 0
    return True


def _has_magic():
    # python-magic is a thin layer over this library
    return any(Path("/usr/lib").glob("**/libmagic.so.1")) or any(Path("/lib").glob("*/libmagic.so.1"))


def _has_library(name):
    return any(path for lib in ("/usr/lib", "/lib") for path in Path(lib).glob(f"*/{name}"))


def _has_chinese_font():
    # people's names are written in any script
    shown = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False)
    return bool(shown.stdout.strip())


def missing_packages():
    """Debian packages to install, each only if what it brings isn't there."""
    missing = []
    if not importlib.util.find_spec("ensurepip"):
        missing.append("python3-venv")
    if not uses_own_server() and not (postgres_bin() and _has_postgres_user()):
        missing.append("postgresql")
    elif not shutil.which("psql"):
        missing.append("postgresql-client")
    if not browser():
        missing.append("chromium")
    for program, package in (
        ("wkhtmltopdf", "wkhtmltopdf"),
        ("pdftoppm", "poppler-utils"),
        ("npm", "npm"),
    ):
        if not shutil.which(program):
            missing.append(package)
    if not _has_magic():
        missing.append("libmagic1")
    for library, package in (  # what WeasyPrint draws with
        ("libpangoft2-1.0.so.0", "libpangoft2-1.0-0"),
        ("libharfbuzz-subset.so.0", "libharfbuzz-subset0"),
    ):
        if not _has_library(library):
            missing.append(package)
    if not shutil.which("fc-list"):
        missing.append("fontconfig")
    if not (shutil.which("fc-list") and _has_chinese_font()):
        missing.append("fonts-droid-fallback")
    return missing


def ensure():
    """Install what's missing, or say exactly what to install and stop."""
    if sys.version_info < settings.PYTHON_MIN:
        wanted = ".".join(map(str, settings.PYTHON_MIN))
        raise Stop(f"Odoo 19 needs Python {wanted} or newer; this is {sys.version.split()[0]}.")
    missing = missing_packages()
    if not missing:
        return
    names = " ".join(missing)
    if not shutil.which("apt-get"):
        raise Stop(
            "These programs are missing, and this isn't a Debian system: install what "
            "Debian's packages of these names bring, then run the same command again.\n"
            f"  {names}"
        )
    if os.geteuid():
        raise Stop(
            "Packages are missing, and installing them needs administrator's rights.\n"
            "Ask an administrator to run this, then run the same command again:\n\n"
            f"  sudo apt-get update && sudo apt-get install --yes {names}"
        )
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    with step("Package list"), needs_network("the list of Debian packages"):
        run(["apt-get", "-o", "APT::Update::Error-Mode=any", "update"], env=env)
    known = [name for name in missing if _has_candidate(name)]
    for name in sorted(set(missing) - set(known)):
        say(f"  This Debian release has no package {name}: left out.")
    with step(f"System packages: {' '.join(known)}"), needs_network("a Debian package"):
        # what an interruption left half-done; what this can't mend, --fix-broken may
        subprocess.run(["dpkg", "--configure", "-a"], env=env, capture_output=True, check=False)
        run(
            ["apt-get", "-o", "DPkg::Lock::Timeout=120", "install"]
            + ["--yes", "--no-install-recommends", "--fix-broken", *known],
            env=env,
            log=settings.CACHE / "logs" / "apt.log",
        )


def _has_candidate(package):
    shown = subprocess.run(
        ["apt-cache", "policy", package],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ, LC_ALL="C"),
    ).stdout
    return "Candidate:" in shown and "Candidate: (none)" not in shown
