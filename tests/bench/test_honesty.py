"""A bench has a figure only when every push was accepted once and opens on a phone."""

import http.client
import os
import ssl
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from app.push.encrypt import encrypt
from app.push.send import Answer, Post, Sender
from bench import claims, crowd
from bench.push_service import NotHonest, PushService
from bench.results import Row, Table, Target
from tests.push_service import Phone

NOW = datetime(2026, 11, 20, 5, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def push() -> Iterator[PushService]:
    with PushService.start() as running:
        yield running


@pytest.fixture(autouse=True)
def _nothing_before(push: PushService) -> None:
    push.tell("reset")


def bodies(count: int, phone: Phone) -> list[bytes]:
    people = crowd.people(count, "https://push.example.org", [phone])
    return [encrypt(crowd.plaintext(one, NOW).encode(), phone.p256dh, phone.auth) for one in people]


def send(push: PushService, bodies: Sequence[bytes]) -> list[int]:
    parts = urlsplit(push.origin)
    trust = ssl.create_default_context(cafile=push.certificate)
    line = http.client.HTTPSConnection(parts.hostname or "", parts.port, context=trust, timeout=5)
    answers = []
    for body in bodies:
        line.request("POST", "/wp/1", body)
        response = line.getresponse()
        response.read()
        answers.append(response.status)
    line.close()
    return answers


def test_what_was_accepted_and_opens_is_a_figure(push: PushService) -> None:
    phone = Phone()
    assert send(push, bodies(3, phone)) == [201] * 3
    report = push.check(3, [Phone(), phone])
    assert (report.accepted, len(report.at), len(report.sample)) == (3, 3, 1)


def test_http2_is_counted_like_http1(push: PushService) -> None:
    phone, heard, all_heard = Phone(), list[Answer](), threading.Event()

    def hear(answers: Sequence[Answer]) -> None:
        heard.extend(answers)
        if len(heard) == 5:
            all_heard.set()

    sender = Sender(hear, certificates=push.certificate)
    url = f"{push.origin}/wp/1"
    sender.submit([Post(url, push.origin, [], body, "", None) for body in bodies(5, phone)])
    assert all_heard.wait(10)
    sender.close()
    assert {answer.answer for answer in heard} == {201}
    push.check(5, [phone])


def test_a_push_service_that_refuses_leaves_no_figure(push: PushService) -> None:
    push.tell("answer 503")
    phone = Phone()
    assert send(push, bodies(2, phone)) == [503, 503]
    with pytest.raises(NotHonest, match="2 pushes were refused"):
        push.check(2, [phone])


def test_a_push_that_is_missing_or_sent_twice_leaves_no_figure(push: PushService) -> None:
    phone = Phone()
    send(push, bodies(2, phone))
    for expected in (1, 3):
        with pytest.raises(NotHonest, match="2 of"):
            push.check(expected, [phone])


def test_a_push_that_no_phone_can_read_leaves_no_figure(push: PushService) -> None:
    send(push, bodies(1, Phone()))
    with pytest.raises(NotHonest, match="opens on no phone"):
        push.check(1, [Phone()])


def test_a_body_that_is_not_encrypted_is_refused(push: PushService) -> None:
    assert send(push, [os.urandom(20), b"{}" * 100]) == [400, 400]
    with pytest.raises(NotHonest, match="refused"):
        push.check(0, [Phone()])


def test_the_claims_bench_takes_every_dose_once() -> None:
    found = claims.evening(10, 2)
    assert set(found) == {"remind", "courier"}
    assert all(cost.per_second > 0 and cost.wal_bytes > 0 for cost in found.values())


def test_a_table_quotes_medians_and_says_which_targets_are_missed() -> None:
    rows = [Row("ours", [3.0, 9.0, 6.0]), Row("theirs", [2.0])]
    table = Table(
        "Sending", "pushes/s", rows, targets=[Target("times theirs", 3, 3), Target("late", 2, 1)]
    )
    assert "| theirs | 2 | 2 to 2 | 3.00 times |" in table.text()
    assert [target["met"] for target in table.json()["targets"]] == ["met", "met"]
    assert Target("late", 2, 1, at_most=True).met == "missed"
    assert Target("slow", 2, 3, floor=1.5).met == "floor only"
