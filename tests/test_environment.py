"""The commands behind `make`: what they refuse and say, and that a killed step is repaired."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT

from tools import build, database
from tools.console import Failure
from tools.postgres import check_name

BUILD_AND_HANG = """
import sys
from pathlib import Path
from tools import build
final = Path(sys.argv[1])
with build.lock(final.with_suffix(".lock"), "it"), build.folder(final) as folder:
    (folder / "half").write_text("half")
    print("half-way", flush=True)
    sys.stdin.read()
"""


def make(*arguments, script="", **environment):
    """Run make in the checkout and return the finished process."""
    return subprocess.run(
        ["make", f"PYTHON={sys.executable}", *arguments],
        input=script,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=dict(os.environ, **environment),
        check=False,
    )


def last_words(done):
    """Return what the command itself said last, make's own line left out."""
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    return lines[-1]


@pytest.fixture
def killed_build(tmp_path):
    """The folder that a process was building when it was killed."""
    final = tmp_path / "odoo"
    process = subprocess.Popen(
        [sys.executable, "-c", BUILD_AND_HANG, final],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "half-way\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    return final


class TestKilledBuilds:
    def test_a_killed_build_is_not_taken_for_a_whole_one(self, killed_build):
        assert not killed_build.exists()

    def test_the_next_build_starts_clean_and_finishes(self, killed_build):
        # The lock of the killed process must not hold it up either.
        lock = build.lock(killed_build.with_suffix(".lock"), "it")
        with lock, build.folder(killed_build) as folder:
            assert list(folder.iterdir()) == []
            (folder / "whole").touch()
        assert [path.name for path in killed_build.iterdir()] == ["whole"]
        assert list(killed_build.parent.glob(".odoo.*.partial")) == []

    def test_a_failed_build_keeps_the_former_one(self, tmp_path):
        final = tmp_path / "odoo"
        with build.folder(final) as folder:
            (folder / "former").touch()
        with pytest.raises(Failure), build.folder(final):
            raise Failure("the download broke off")
        assert [path.name for path in final.iterdir()] == ["former"]


class TestSentences:
    @pytest.mark.parametrize("name", ["", "Retail", "1st", "a-b", "a;b", "x" * 60])
    def test_a_database_name_that_needs_quoting_is_refused(self, name):
        with pytest.raises(Failure, match="small letters"):
            check_name(name)

    def test_a_database_that_is_not_there(self):
        done = make("shell", "DB=no_such_database", script="print(1)")
        assert done.returncode
        assert last_words(done) == (
            "shell: There is no database no_such_database: "
            "make it with `make db DB=no_such_database`."
        )

    def test_an_odoo_home_without_odoo(self, tmp_path):
        done = make("env", ODOO_HOME=str(tmp_path))
        assert done.returncode
        assert "is no Odoo source checkout" in last_words(done)

    def test_an_odoo_home_of_another_version(self, tmp_path):
        (tmp_path / "odoo").mkdir()
        (tmp_path / "odoo" / "release.py").write_text("version_info = (17, 0, 0, FINAL, 0, '')\n")
        done = make("env", ODOO_HOME=str(tmp_path))
        assert done.returncode
        assert "is not Odoo 19" in last_words(done)

    def test_a_server_that_does_not_answer(self, tmp_path):
        done = make("env", PGHOST=str(tmp_path))
        assert done.returncode
        assert "PostgreSQL does not answer" in done.stderr

    def test_no_browser_to_be_had(self, tmp_path):
        (tmp_path / "python3").symlink_to(sys.executable)
        done = subprocess.run(
            [sys.executable, "-c", "from tools import browser; browser.ensure()"],
            cwd=ROOT,
            env={"PATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode
        assert "The tests need a browser: install Chromium" in done.stderr

    def test_a_module_that_is_not_there(self):
        with pytest.raises(Failure, match="There is no module crm_extnded"):
            database.closure(["crm_extnded"], {"base": {}})


@pytest.fixture(scope="module")
def name(scratch):
    """A database with the suite."""
    return scratch.database("SUITE")


class TestShell:
    def test_a_script_runs_with_env(self, name):
        done = make(
            "shell", f"DB={name}", script="print('users', env['res.users'].search_count([]))"
        )
        assert done.returncode == 0, done.stderr
        assert "users " in done.stdout

    def test_a_failing_script_gives_a_failing_exit_status(self, name):
        done = make("shell", f"DB={name}", script="raise ValueError('wrong')")
        assert done.returncode
        assert "ValueError: wrong" in done.stdout + done.stderr


def test_modules_bring_what_they_depend_on():
    manifests = {"base": {}, "a": {}, "b": {"depends": ["a"]}, "c": {"depends": ["b"]}, "d": {}}
    assert database.closure(["c"], manifests) == {"a", "b", "c", "base"}


def test_the_hash_of_the_addons_follows_what_an_installation_depends_on(tmp_path, monkeypatch):
    monkeypatch.setattr(database.paths, "ADDONS", tmp_path)
    model = tmp_path / "crm_x" / "models" / "x.py"
    test = tmp_path / "crm_x" / "tests" / "test_x.py"
    for file in (model, test):
        file.parent.mkdir(parents=True)
        file.touch()
    before = database.addons_hash()
    Path(test).write_text("changed")
    assert database.addons_hash() == before
    Path(model).write_text("changed")
    assert database.addons_hash() != before
