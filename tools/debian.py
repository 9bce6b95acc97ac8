"""Debian packages taken through apt with signatures checked, yet not installed on the system."""

import os
import shutil
import subprocess
from pathlib import Path

from tools import console, paths
from tools.console import Failure

KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
)
OTHER_SYSTEM = (
    "Odoo 19 is taken from Debian's packages, and this is not Debian: "
    "set ODOO_HOME to the folder of an Odoo 19 source checkout."
)


class PrivateApt:
    """An apt state of our own that knows the suites `sid` and `stable` of the machine's mirror."""

    def __init__(self):
        if not shutil.which("apt-get") or _os_release().get("ID") != "debian":
            raise Failure(OTHER_SYSTEM)
        self.folder = paths.CACHE / "apt"
        self.debs = self.folder / "debs"
        for name in ("lists/partial", "cache/archives/partial", "debs"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def update(self):
        """Fetch the lists of packages of the suites."""
        (self.folder / "sources.sources").write_text(self._sources())
        console.run(
            ["apt-get", *self._options(), "update", "--error-on=any"],
            "Lists of Debian's packages",
            "apt-update",
            advice="Check the network and this machine's apt sources, then run it again.",
        )

    def version(self, package, suite):
        """Return the version of a package in a suite.

        :raise Failure: when the suite does not have it
        """
        listing = console.output(["apt-cache", *self._options(), "madison", package])
        for line in listing.splitlines():
            _name, version, source = (part.strip() for part in line.split("|"))
            if f" {suite}/" in source:
                return version
        raise Failure(
            f"Debian's suite {suite} has no package {package}: "
            "set ODOO_HOME to the folder of an Odoo 19 source checkout."
        )

    def download(self, packages, suite):
        """Download packages of a suite and return their files, in the order of the packages."""
        wanted = [f"{package}={self.version(package, suite)}" for package in packages]
        console.run(
            ["apt-get", *self._options(), "download", *wanted],
            f"Download {packages[0]}" + (f" and {len(packages) - 1} more" if packages[1:] else ""),
            "apt-download",
            cwd=self.debs,
            progress=lambda _log: f"{_megabytes(self.debs)} MB",
            advice="Check the network, then run it again.",
        )
        return [self._file(*name.split("=")) for name in wanted]

    def _file(self, package, version):
        escaped = version.replace(":", "%3a")
        (found,) = self.debs.glob(f"{package}_{escaped}_*.deb")
        return found

    def _options(self):
        settings = {
            "Dir::Etc::SourceList": self.folder / "sources.sources",
            "Dir::Etc::SourceParts": "/nonexistent",
            "Dir::State::Lists": self.folder / "lists",
            "Dir::Cache": self.folder / "cache",
            "Acquire::Languages": "none",
        }
        if os.geteuid() == 0:  # the cache of root is closed to apt's own user
            settings["APT::Sandbox::User"] = "root"
        return [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]

    def _sources(self):
        lines = ["Types: deb", f"URIs: {_mirror()}", "Suites: sid stable", "Components: main"]
        keyring = next((path for path in KEYRINGS if Path(path).exists()), None)
        if keyring:
            lines.append(f"Signed-By: {keyring}")
        return "\n".join(lines) + "\n"


def unpack(deb, folder):
    """Unpack a package's files below a folder."""
    console.output(["dpkg-deb", "-x", deb, folder])


def install(*packages):
    """Install packages on the system; for root only."""
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    advice = f"Run `apt-get update && apt-get install {' '.join(packages)}` and look at the error."
    if not _available(packages[0]):
        console.run(["apt-get", "update"], "Debian's lists", "apt-update", advice=advice)
    console.run(command, f"Install {packages[0]}", "apt-install", env=environment, advice=advice)


def _available(package):
    shown = subprocess.run(
        ["apt-cache", "show", package], capture_output=True, text=True, check=False
    )
    return shown.returncode == 0


def _mirror():
    """Return the mirror this machine takes Debian itself from."""
    release = _os_release().get("VERSION_CODENAME", "")
    names = {release, "stable", "oldstable", "testing", "unstable", "sid"}
    listing = console.output(
        [
            "apt-get",
            "indextargets",
            "--no-release-info",  # also answers where no list was ever fetched
            "--format",
            "$(CREATED_BY)\t$(COMPONENT)\t$(RELEASE)\t$(REPO_URI)",
        ]
    )
    for line in listing.splitlines():
        created_by, component, codename, address = line.split("\t")
        if created_by == "Packages" and component == "main" and codename in names:
            return address
    raise Failure(
        "This machine's apt sources name no Debian mirror: add one, "
        "or set ODOO_HOME to the folder of an Odoo 19 source checkout."
    )


def _os_release():
    path = Path("/etc/os-release")
    if not path.exists():
        return {}
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    return {key: value.strip('"') for key, value in pairs}


def _megabytes(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) // 1_000_000
