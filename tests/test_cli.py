"""The `vesper` command, as an operator types it.

A start of the program takes a second and a half of processor time, so each command starts once as
it is installed; what else is asked of it runs in this process, or grows in the nursery.
"""

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from typer.testing import CliRunner, Result

from app.cli import cli, without_messages
from tests import nursery
from tests.databases import ROOT
from tests.server import Server

pytestmark = pytest.mark.usefixtures("as_it_was")

COMMAND = [sys.executable, "-c", "from app.cli import cli; cli()"]


def run(server: Server, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, env=server.environment, check=False, text=True,
        capture_output=True, timeout=60,
    )  # fmt: skip


def here(server: Server, *arguments: str) -> Result:
    """The same command in this process. What it does not expect, it raises."""
    done = CliRunner().invoke(cli, arguments, env=server.environment)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


def test_help_names_every_command(server: Server) -> None:
    text = run(server, "--help").stdout
    for command in ("serve", "worker", "migrate", "demo", "vapid", "clinic", "clinician", "audit",
                    "record"):  # fmt: skip
        assert command in text


def test_migrating_twice_is_migrating_once_and_only_the_owner_may_read(
    server: Server, tmp_path: Path
) -> None:
    assert run(server, "migrate").returncode == 0
    server.vesper("migrate")
    assert stat.S_IMODE((tmp_path / "vesper.sqlite3").stat().st_mode) == 0o600


def test_sqlite_has_one_process_and_the_command_says_so(server: Server) -> None:
    done = run(server, "worker")
    assert done.returncode == 2
    assert "SQLite has one process" in done.stderr
    code, said = nursery.run("serve", "--no-worker", environment=server.environment)
    assert code == 2
    assert "SQLite has one process" in said


def test_a_bad_secret_stops_the_start_and_says_why(server: Server) -> None:
    server.environment |= {"VESPER_ENVIRONMENT": "production", "VESPER_SECRET_KEY": "changeme"}
    done = run(server, "serve")
    assert done.returncode == 2
    assert "VESPER_SECRET_KEY" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_invite_is_for_a_clinic_that_was_named_where_there_are_several(
    server: Server, tmp_path: Path, sqlite_template: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "vesper.sqlite3")

    def said(*arguments: str) -> str:
        return here(server, *arguments).stdout.strip()

    def refused(*arguments: str) -> str:
        done = here(server, *arguments)
        assert done.exit_code == 2, done.output
        return done.stderr

    assert "Create a clinic first" in refused("clinician", "invite")
    assert "1 to 200 characters" in refused("clinic", "create", " ")
    assert "1 to 200 characters" in refused("clinic", "create", "x" * 201)
    clinic = said("clinic", "create", "A clinic")
    assert said("clinician", "invite")
    said("clinic", "create", "Another clinic")
    assert "several clinics" in refused("clinician", "invite")
    assert said("clinician", "invite", clinic)
    assert "no clinic with this id" in refused("clinician", "invite", str(uuid4()))
    assert refused("clinician", "invite", "nonsense")
    missing = ("--former-secret", str(tmp_path / "missing"))
    assert "cannot be read" in refused("audit", "verify", *missing)


def test_a_record_that_is_not_there_is_not_handed_out(
    server: Server, tmp_path: Path, sqlite_template: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "vesper.sqlite3")
    there, new = tmp_path / "there.zip", tmp_path / "new.zip"
    there.write_text("mine")
    closed = here(server, "record", "closed")
    assert (closed.exit_code, closed.stdout) == (0, "")
    for file, why in ((there, "nothing is overwritten"), (new, "no record of this id")):
        done = here(server, "record", "export", str(uuid4()), str(file))
        assert done.exit_code == 2, done.output
        assert why in " ".join(done.stderr.replace("│", " ").split())
    assert there.read_text() == "mine"
    assert not new.exists()


def test_a_vapid_key_is_written_once(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    assert "BEGIN" in run(server, "vapid").stdout
    assert here(server, "vapid", "--folder", str(folder)).exit_code == 0
    key = (folder / "vapid.pem").read_text()
    assert stat.S_IMODE((folder / "vapid.pem").stat().st_mode) == 0o600
    assert here(server, "vapid", "--folder", str(folder)).exit_code == 1
    assert (folder / "vapid.pem").read_text() == key


def test_the_demo_can_be_signed_in_to_and_its_patients_differ(server: Server) -> None:
    with server.running():
        lines = run(server, "demo").stdout.splitlines()
        password = lines[0].rpartition(" ")[2]
        emails = {line.split()[-1] for line in lines[1:]}
        assert len(emails) == 9
        assert "already" in server.vesper("demo")
        server.vesper("audit", "verify")
        with httpx.Client(base_url=server.url, headers={"Sec-Fetch-Site": "same-origin"}) as http:
            signed = http.post("/api/auth/login", json={
                "email": "clinician@demo.example.org", "password": password,
            })  # fmt: skip
            assert signed.status_code == 200
            assert signed.json()["admin"] is True
            panel = http.get("/api/clinic/patients").json()["patients"]
        rows = {row["name"]: row for row in panel}
        share = {
            name: row["taking30"]["taken"] / row["taking30"]["expected"]
            for name, row in rows.items()
        }
        assert share["Steady patient"] > 0.9
        assert share["Sliding patient"] < 0.75
        assert rows["Silent phone"]["unreachable"] is True
        assert rows["Steady patient"]["unreachable"] is False
        assert share["Travelling patient"] < 0.95
        # Who went quiet took their last dose when the others had not gone yet.
        last = {name: row["last_taken_at"] for name, row in rows.items()}
        assert last["Quiet patient"] < last["Travelling patient"] < last["Steady patient"]


def test_the_audit_log_is_verified_and_the_exit_code_says_whether_it_is_sound(
    server: Server, tmp_path: Path, sqlite_template: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "vesper.sqlite3")
    assert here(server, "clinic", "create", "A clinic").exit_code == 0
    sound = here(server, "audit", "verify")
    assert sound.exit_code == 0, sound.output
    assert "Head, to keep outside this database: 1:" in sound.stdout
    assert here(server, "audit", "verify", "--head", "1:abc").exit_code == 2
    with sqlite3.connect(tmp_path / "vesper.sqlite3") as file:
        file.execute("DROP TRIGGER audit_entry_no_update")
        file.execute("UPDATE audit_entry SET action = 'clinic.removed'")
    file.close()
    altered = run(server, "audit", "verify", "--head", f"3:{'00' * 32}")
    assert altered.returncode == 1
    assert "seal 1: it does not fit" in altered.stderr
    assert "is not in the chain" in altered.stderr
    assert "Traceback" not in altered.stderr
    assert "A clinic" not in altered.stdout + altered.stderr


def test_a_server_asked_to_stop_drains_and_ends_well(server: Server) -> None:
    with server.running():
        process = server._process
        assert process is not None
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(30) in {0, -signal.SIGTERM}
    assert "Traceback" not in server.log()


def test_a_log_tells_of_a_failure_without_quoting_the_row() -> None:
    """PostgreSQL's own words for a refused row hold all of it: `Failing row contains (…)`."""
    try:
        raise ValueError("Failing row contains (Testosterone cypionate, 100, mg)")
    except ValueError:
        told = without_messages(None, "error", {"event": "tick failed", "exc_info": True})
    assert "Testosterone" not in str(told)
    assert told["kinds"] == ["ValueError"]
    assert "test_cli.py" in told["frames"][0]
