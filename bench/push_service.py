"""Start the push stand-in beside a bench, and see that what it accepted can be read by phones."""

import json
import subprocess
import sys
import tempfile
from array import array
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import http_ece

from tests.push_service import Phone
from tests.rig.certificate import write_certificate

ROOT = Path(__file__).parents[1]


class NotHonest(Exception):
    """The pushes that were timed did not all arrive and open, so there is no figure."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the stand-in saw: how many it took and refused, when, and some of the bodies."""

    accepted: int
    refused: int
    at: list[float]
    sample: list[bytes]


class PushService:
    """The stand-in as a bench sees it.

    certificate   a file with what a client has to trust
    """

    def __init__(self, program: "subprocess.Popen[str]", certificate: Path) -> None:
        self._program = program
        self.certificate = str(certificate)
        assert program.stdout is not None
        self.origin = f"https://127.0.0.1:{int(program.stdout.readline())}"

    @classmethod
    @contextmanager
    def start(cls) -> Iterator["PushService"]:
        """Run it, and leave nothing of it behind."""
        with tempfile.TemporaryDirectory(prefix="vesper-bench-") as folder:
            private, public = write_certificate(Path(folder))
            program = subprocess.Popen(
                [sys.executable, "-m", "bench.stand_in", private],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            try:
                yield cls(program, public)
            finally:
                program.terminate()
                program.communicate()

    def tell(self, line: str) -> dict[str, Any]:
        """Say one of its words, and hear what it answers."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(line + "\n")
        self._program.stdin.flush()
        answer: dict[str, Any] = json.loads(self._program.stdout.readline())
        return answer

    def report(self) -> Report:
        """Everything since the last `reset`."""
        told = self.tell("report")
        at = array("d", b64decode(told["at"]))
        sample = [b64decode(body) for body in told["sample"]]
        return Report(told["accepted"], told["refused"], list(at), sample)

    def check(self, expected: int, phones: Sequence[Phone]) -> Report:
        """The report, when everything was accepted once and the sample opens on these phones.

        Raises NotHonest otherwise.
        """
        report = self.report()
        if report.refused:
            raise NotHonest(f"{report.refused:,} pushes were refused")
        if report.accepted != expected:
            raise NotHonest(f"{report.accepted:,} of {expected:,} pushes were accepted")
        if not report.sample:
            raise NotHonest("no push was kept as a sample")
        read = {json.dumps(opened(body, phones), sort_keys=True) for body in report.sample}
        if len(read) < len(report.sample):
            raise NotHonest("two pushes of the sample say the same")
        return report


def opened(body: bytes, phones: Sequence[Phone]) -> Any:
    """What a push says to the one phone that can read it. Raises NotHonest when none can."""
    for phone in phones:
        try:
            message = phone.read(body)
        except http_ece.ECEException:
            continue
        if message["notification"]["data"]["kind"] != "dose-due":
            raise NotHonest("a push says something else than what was sent")
        return message
    raise NotHonest("a push opens on no phone")
