"""Building things once, so that a build killed at any point is repaired by the next one."""

import contextlib
import fcntl
import os
import shutil

from tools.console import say


@contextlib.contextmanager
def lock(path, waiting_for):
    """Hold a lock that ends with the process, however it ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Waiting for another run that prepares {waiting_for} ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def folder(final):
    """Give an empty folder to build in; it takes its final name only when the block succeeds.

    Each build has a folder of its own: what a killed one started may still write for a moment.
    """
    for left_over in final.parent.glob(f".{final.name}.*.partial"):
        shutil.rmtree(left_over, ignore_errors=True)
    partial = final.with_name(f".{final.name}.{os.getpid()}.partial")
    partial.mkdir(parents=True)
    yield partial
    remove(final)
    partial.rename(final)


def remove(path):
    """Remove a folder, a file or a link, if it is there."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def link(name, target):
    """Make `name` a link to `target`, replacing what it was."""
    if name.is_symlink() and name.readlink() == target:
        return
    remove(name)
    name.parent.mkdir(parents=True, exist_ok=True)
    name.symlink_to(target)
