"""Talking to the person at the terminal, and running commands whose progress is shown."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time

from tools import paths

SHOW_EVERY = 10  # seconds between two progress lines where the output is no terminal


class Failure(Exception):
    """Something the person at the terminal can put right; its text says how."""


def say(text):
    print(text, flush=True)


def run(command, label, log, *, env=None, cwd=None, progress=None, advice=None):
    """Run a long command with its output in a log file, showing how far it is.

    :param list command: program and arguments
    :param str label: what is being done, in a few words
    :param str log: name of the log file, in the checkout's log folder
    :param progress: function from the log's path to a short text, or None
    :param str advice: what to do when the command fails
    :raise Failure: when it fails, with the advice and the end of the log
    """
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    log_path = paths.LOGS / f"{log}.log"
    started = time.monotonic()
    with log_path.open("wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            preexec_fn=die_with_parent,
        )
        try:
            _watch(process, label, started, progress and (lambda: progress(log_path)))
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.returncode:
        tail = log_path.read_text(errors="replace").splitlines()[-15:]
        say("\n".join(f"    {line}" for line in tail))
        raise Failure(f"{label}: failed. {advice or 'The reason is above.'} Log: {log_path}")
    _show(f"{label}: {time.monotonic() - started:.0f} s", end="\n")


def _watch(process, label, started, progress):
    shown = 0
    while True:
        try:
            process.wait(timeout=0.5)
            return
        except subprocess.TimeoutExpired:
            seconds = time.monotonic() - started
            if sys.stdout.isatty() or seconds - shown >= SHOW_EVERY:
                shown = seconds
                detail = progress() if progress else ""
                _show(f"{label}: {seconds:.0f} s {detail}", end="\r")


def _show(text, end):
    if sys.stdout.isatty():
        print(f"\r\x1b[K{text}", end=end, flush=True)
    else:
        print(text, flush=True)


def die_with_parent():
    """Ask Linux to end this child when `make` is killed, so that nothing goes on unseen."""
    with contextlib.suppress(OSError, AttributeError):  # other systems have no such call
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


def output(command, **options):
    """Return what a short command prints; raise Failure with its error text when it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=die_with_parent,
        **options,
    )
    if done.returncode:
        raise Failure(f"{os.path.basename(str(command[0]))}: {done.stderr.strip()}")
    return done.stdout
