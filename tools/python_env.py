"""The virtual environment: built once for each set of pins, shared by every checkout."""

import ctypes.util
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from tools import build, console, debian, paths
from tools.console import Failure

SUPPORTED = ((3, 10), (3, 13))
WITHOUT_RENDER_PM = "3.13"  # there is no wheel of rl_renderPM for this Python: Cairo draws instead
# It asks for pycairo, which has no wheel, but prefers cairocffi, which needs no compiler.
WITHOUT_DEPENDENCIES = "rlPyCairo==0.4.0"


def prepare():
    """Return the python of the virtual environment, building that the first time."""
    base, version = _interpreter()
    pins = hashlib.sha256(paths.REQUIREMENTS.read_bytes() + WITHOUT_DEPENDENCIES.encode())
    name = f"{version}-{platform.machine()}-{pins.hexdigest()[:12]}"
    venv = paths.CACHE / "python" / name
    python = venv / "bin" / "python"
    with build.lock(venv.with_name(f"{name}.lock"), "Python's packages"):
        # A virtual environment cannot be renamed: a mark says that it is whole.
        complete = venv / "complete"
        if not complete.exists() or not python.exists():
            build.remove(venv)
            venv.parent.mkdir(parents=True, exist_ok=True)
            _build(base, venv, python)
            complete.touch()
    build.link(paths.VENV, venv)
    if version == WITHOUT_RENDER_PM:
        _ensure_cairo()
    return python


def _build(base, venv, python):
    if _works(base, "import ensurepip"):
        console.output([base, "-m", "venv", venv])
    else:
        console.output([base, "-m", "venv", "--without-pip", venv])
        _install_pip(python)
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    advice = "Check the network, then run it again."
    console.run(
        [*pip, "-r", paths.REQUIREMENTS],
        "Install Python's packages",
        "pip",
        progress=_packages_seen,
        advice=advice,
    )
    if venv.name.startswith(WITHOUT_RENDER_PM):
        console.output([*pip, "--no-deps", WITHOUT_DEPENDENCIES])


def _ensure_cairo():
    """Barcodes are drawn by Cairo, the only library here that no wheel brings."""
    if ctypes.util.find_library("cairo"):
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        debian.install("libcairo2")
    else:
        console.say(
            "Barcodes will not be drawn: install Cairo (on Debian: apt-get install libcairo2)."
        )


def _packages_seen(log):
    seen = log.read_text(errors="replace").count("\nCollecting ")
    return f"({seen} packages)"


def _install_pip(python):
    """Debian keeps pip out of its Python: take it from the package that holds it as a wheel."""
    apt = debian.PrivateApt()
    apt.update()
    (deb,) = apt.download(("python3-pip-whl",), "stable")
    with build.folder(paths.CACHE / "apt" / "pip") as folder:
        debian.unpack(deb, folder)
        (wheel,) = folder.rglob("pip-*.whl")
        console.output([python, wheel / "pip", "install", "--no-index", wheel])


def _interpreter():
    """Return (path, "3.11") of a Python that Odoo 19 runs on: this one, or another found."""
    if SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]:
        return sys.executable, f"{sys.version_info[0]}.{sys.version_info[1]}"
    for minor in range(SUPPORTED[1][1], SUPPORTED[0][1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and _works(found, ""):
            return found, f"3.{minor}"
    raise Failure(
        "Odoo 19 needs Python 3.10 to 3.13, and none was found: "
        "install one (on Debian: apt-get install python3 python3-venv)."
    )


def _works(python, statement):
    done = subprocess.run([python, "-c", statement], capture_output=True, check=False)
    return done.returncode == 0


def environment(python, source):
    """Return the environment for Odoo's processes: this Python first, and Odoo importable."""
    values = dict(os.environ)
    values.pop("PGDATABASE", None)  # Odoo would take it for its own database
    values["PATH"] = os.pathsep.join((str(Path(python).parent), values.get("PATH", "")))
    values["PYTHONPATH"] = os.pathsep.join((str(source.python_path), str(paths.ROOT)))
    values["VIRTUAL_ENV"] = str(paths.VENV)
    return values
