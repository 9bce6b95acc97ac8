"""Odoo 19 itself: Debian's package unpacked into the cache, or a checkout named by ODOO_HOME."""

import ast
import os
import re
from dataclasses import dataclass
from pathlib import Path

from tools import build, paths
from tools.console import Failure, say
from tools.debian import PrivateApt, unpack

PACKAGE = "odoo-19"
# What the package's web client links to: fonts whose files sid lays out otherwise come from stable.
COMPANIONS = {
    "sid": (
        "libjs-jquery",
        "libjs-jquery-form",
        "libjs-underscore",
        "fonts-roboto-unhinted",
        "fonts-montserrat",
        "fonts-ocr-b",
    ),
    "stable": ("fonts-font-awesome", "fonts-inconsolata"),
}
# In the mail module's manifest, but not in the package: absent, every page logs an error.
ABSENT_SCRIPT = "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass(frozen=True)
class OdooSource:
    """Where Odoo is.

    :param Path python_path: folder that holds the package `odoo`
    :param tuple addons: folders of modules that Odoo does not find by itself
    :param str version: e.g. "19.0.0+dfsg-1", names what is cached for it
    """

    python_path: Path
    addons: tuple
    version: str

    def manifests(self):
        """Return {module name: manifest} of all modules, the suite's own too."""
        folders = (self.python_path / "odoo" / "addons", *self.addons, paths.ADDONS)
        return {
            file.parent.name: ast.literal_eval(file.read_text(encoding="utf-8"))
            for folder in folders
            for file in folder.glob("*/__manifest__.py")
        }


def prepare():
    """Return the Odoo to use, fetching and unpacking it the first time."""
    home = os.environ.get("ODOO_HOME")
    source = _checkout(Path(home).expanduser().resolve()) if home else _package()
    build.link(paths.STATE / "odoo", source.python_path / "odoo")
    return source


def _checkout(home):
    release = home / "odoo" / "release.py"
    if not release.exists():
        raise Failure(f"ODOO_HOME={home} is no Odoo source checkout: it has no odoo/release.py.")
    version = re.search(r"^version_info = \((\d+), (\d+)", release.read_text(), re.MULTILINE)
    if not version or version.group(1) != "19":
        raise Failure(f"ODOO_HOME={home} is not Odoo 19: check out its branch 19.0.")
    addons = (home / "addons",) if (home / "addons").is_dir() else ()
    return OdooSource(home, addons, f"{version.group(1)}.{version.group(2)}-checkout")


def _package():
    folder = paths.CACHE / "odoo"
    with build.lock(folder / "lock", "Odoo"):
        tree = _newest(folder) or _fetch(folder)
    return OdooSource(tree / "usr" / "lib" / "python3" / "dist-packages", (), tree.name)


def _newest(folder):
    trees = [tree for tree in folder.glob("[0-9]*") if tree.is_dir()]
    return max(trees, key=lambda tree: tree.stat().st_mtime, default=None)


def _fetch(folder):
    apt = PrivateApt()
    apt.update()
    final = folder / apt.version(PACKAGE, "sid")
    debs = apt.download((PACKAGE, *COMPANIONS["sid"]), "sid")
    debs += apt.download(COMPANIONS["stable"], "stable")
    with build.folder(final) as tree:
        say(f"Unpack {final.name} ...")
        for deb in debs:
            unpack(deb, tree)
        package = tree / "usr" / "lib" / "python3" / "dist-packages" / "odoo"
        script = package / ABSENT_SCRIPT
        script.parent.mkdir(parents=True, exist_ok=True)
        script.touch()
        _check_links(package)
    return final


def _check_links(package):
    broken = [path for path in package.rglob("*") if path.is_symlink() and not path.exists()]
    if broken:
        raise Failure(
            f"Odoo's package links to files that are not there, such as {broken[0].name}: "
            "Debian has moved them; set ODOO_HOME to an Odoo 19 source checkout meanwhile."
        )
