"""Odoo itself: the caller's own, or Debian's package unpacked into the cache.

Debian's unstable suite carries the whole Community edition as `odoo-19`. It's taken
without touching the machine's apt set-up (a private source list and state folder,
signed by Debian's own keyring) and unpacked, not installed.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from . import settings
from .console import Stop, needs_network, run, step

PACKAGES = {
    # suite: packages. Odoo's package links to files of the others; the two fonts come
    # from the stable release whose file names those links still use.
    "unstable": (
        "odoo-19",
        "libjs-jquery",
        "libjs-underscore",
        "libjs-jquery-form",
        "fonts-roboto-unhinted",
        "fonts-montserrat",
        "fonts-ocr-b",
        "fonts-glyphicons-halflings",
    ),
    "bookworm": ("fonts-font-awesome", "fonts-inconsolata"),
}
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PYTHON_PATH = "usr/lib/python3/dist-packages"
# Left out by Debian (background blur in video calls). Without a file there, each page
# of the back office logs an error, and Odoo's browser tests fail on it.
SELFIE = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


class Source:
    """An Odoo tree: the folder to put on the Python path, and its folders of addons."""

    def __init__(self, path):
        self.path = path
        folders = (path / "odoo" / "addons", path / "addons")
        self.addons = [folder for folder in folders if folder.is_dir()]

    @property
    def version(self):
        """Version as in `odoo/release.py`, e.g. `19.0`."""
        text = (self.path / "odoo" / "release.py").read_text()
        found = re.search(r"^version_info = \((\d+), (\d+)", text, re.MULTILINE)
        return ".".join(found.groups()) if found else "unknown"

    @property
    def identity(self):
        """Something that differs between two trees: the key of template databases."""
        head = self.path / ".git"
        if head.exists():
            shown = subprocess.run(
                ["git", "-C", str(self.path), "rev-parse", "HEAD"],
                capture_output=True,
                text=True,
                check=False,
            )
            if shown.returncode == 0:
                return shown.stdout.strip()
        return f"{self.path} {self.version}"


def source():
    """The Odoo tree in use; only after `ensure()`."""
    given = os.environ.get("ODOO_SRC")
    return _given(Path(given).expanduser().resolve()) if given else Source(_prefix() / PYTHON_PATH)


def ensure():
    """Have an Odoo 19 tree: check the caller's, or fetch and unpack Debian's."""
    if os.environ.get("ODOO_SRC"):
        source()
        return
    if _prefix().is_dir():
        return
    with step("Odoo 19 from Debian's package (120 MB), unpacked in the cache"):
        _fetch(_prefix())


def _prefix():
    return settings.CACHE / "odoo-19"


def _given(path):
    for candidate in (path, path / PYTHON_PATH, path / "src"):
        if (candidate / "odoo" / "release.py").is_file():
            found = Source(candidate)
            break
    else:
        raise Stop(f"ODOO_SRC={path} holds no Odoo: there's no odoo/release.py in it.")
    if found.version != settings.ODOO_SERIES:
        raise Stop(f"ODOO_SRC={path} is Odoo {found.version}, and this project needs {settings.ODOO_SERIES}.")
    if not any((folder / "project").is_dir() for folder in found.addons):
        raise Stop(f"ODOO_SRC={path} has no addons folder with Odoo's own addons in it.")
    return found


def _mirror():
    """Address of the Debian mirror this machine is set up with."""
    if not shutil.which("apt-get") or not KEYRING.is_file():
        raise Stop(
            "Odoo comes from Debian's package, and this isn't a Debian system.\n"
            "Point ODOO_SRC at a folder with Odoo 19 instead (a git checkout of "
            "branch 19.0, or an unpacked nightly)."
        )
    listed = run(
        ["apt-get", "indextargets", "--format", "$(SITE) $(ORIGIN)|$(CODENAME)"] + ["Created-By: Packages"]
    )
    rows = [line.split(" ", 1) for line in listed.splitlines()]
    # before a first `apt-get update` the origin isn't known
    sites = [site for site, origin in rows if origin.split("|")[0] == "Debian"]
    sites = [site for site in sites or [row[0] for row in rows] if "security" not in site]
    if not sites:
        raise Stop("This machine's apt has no Debian mirror configured; set ODOO_SRC instead.")
    return sites[0]


def _fetch(prefix):
    work = settings.CACHE / "odoo-19.part"
    shutil.rmtree(work / "prefix", ignore_errors=True)
    debs = work / "debs"
    for folder in (
        work / "lists" / "partial",
        work / "cache" / "archives" / "partial",
        debs,
    ):
        folder.mkdir(parents=True, exist_ok=True)
    site = _mirror()
    sources = work / "sources.list"
    sources.write_text("".join(f"deb [signed-by={KEYRING}] {site} {suite} main\n" for suite in PACKAGES))
    apt = ["apt-get"]
    for option in (
        f"Dir::State::Lists={work}/lists",
        f"Dir::Cache={work}/cache",
        f"Dir::Etc::SourceList={sources}",
        "Dir::Etc::SourceParts=/dev/null",
        "APT::Update::Error-Mode=any",
        "APT::Sandbox::User=root",
        "Acquire::Languages=none",
    ):
        apt += ["-o", option]
    wanted = [f"{name}/{suite}" for suite, names in PACKAGES.items() for name in names]
    with needs_network("Odoo"):
        run([*apt, "update"], log=work / "update.log")
        run([*apt, "download", *wanted], cwd=debs, log=work / "download.log")
    tree = work / "prefix"
    for package in sorted(debs.glob("*.deb")):
        run(["dpkg-deb", "-x", package, tree])
    selfie = tree / PYTHON_PATH / "odoo" / "addons" / SELFIE
    selfie.parent.mkdir(parents=True, exist_ok=True)
    selfie.touch()
    broken = [path for path in tree.rglob("*") if path.is_symlink() and not path.exists()]
    if broken:
        names = "\n  ".join(str(path.relative_to(tree)) for path in broken[:10])
        raise Stop(f"Debian's packages don't fit together; these links lead nowhere:\n  {names}")
    tree.rename(prefix)
    shutil.rmtree(work)
