"""One test for every row of the table of answers."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.push.policy import Act, Blame, Fault, Verdict, backoff, outcome, suspicions_after
from tests.story_time import MONDAY

HOUR = timedelta(hours=1)


def on(answer: int | Fault, **more: Any) -> Verdict:
    """The verdict on a first attempt in the middle of a window, unless said otherwise."""
    given: dict[str, Any] = {
        "attempts": 1,
        "now": MONDAY,
        "expires_at": MONDAY + HOUR,
        "random": 0.5,
    }
    return outcome(answer, **(given | more))


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_success_is_accepted(status: int) -> None:
    assert on(status) == Verdict(Act.ACCEPT)


@pytest.mark.parametrize("status", [404, 410])
def test_gone_retires(status: int) -> None:
    assert on(status) == Verdict(Act.RETIRE)


def test_a_malformed_message_is_not_tried_again_and_counts_against_the_device() -> None:
    verdict = on(400)
    assert (verdict.act, verdict.counts, verdict.alarm) == (Act.REFUSE, True, False)
    assert verdict.suspicion


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_identity_is_our_fault_and_is_tried_again(status: int) -> None:
    verdict = on(status)
    assert (verdict.act, verdict.blame, verdict.counts) == (Act.RETRY, Blame.IDENTITY, False)
    alone = on(status, attempts=3)
    assert (alone.act, alone.counts) == (Act.REFUSE, False)
    assert alone.suspicion
    assert on(status, attempts=30, alone=False).act is Act.RETRY


def test_too_large_is_shrunk_once_with_an_alarm() -> None:
    assert on(413) == Verdict(Act.SHRINK, alarm=True)
    again = on(413, shrunk=True)
    assert (again.act, again.alarm) == (Act.REFUSE, True)


TRANSIENT: list[int | Fault] = [
    408, 425, 429, 500, 502, 503, 504, 599, 100, "timeout", "name", "connection", "tls",
]  # fmt: skip


@pytest.mark.parametrize("answer", TRANSIENT)
def test_what_passes_is_tried_again_with_full_jitter(answer: int | Fault) -> None:
    verdict = on(answer, attempts=4)
    assert verdict == Verdict(
        Act.RETRY, ready_at=MONDAY + timedelta(seconds=4), blame=Blame.SERVICE
    )


@pytest.mark.parametrize("status", [403, 429, 503])
def test_the_services_own_wish_wins(status: int) -> None:
    assert on(status, retry_after=77).ready_at == MONDAY + timedelta(seconds=77)
    assert on(status, retry_after=0).ready_at == MONDAY + timedelta(seconds=1)


def test_what_could_only_be_tried_after_the_window_has_expired() -> None:
    assert on(503, retry_after=3600).act is Act.EXPIRE
    assert on(503, retry_after=1e30).act is Act.EXPIRE
    assert on("timeout", expires_at=MONDAY + timedelta(seconds=0.4)).act is Act.EXPIRE


@pytest.mark.parametrize("status", [300, 301, 302, 307, 308, 402, 405, 415, 422, 426])
def test_what_should_never_be_answered_alarms_and_costs_no_device(status: int) -> None:
    verdict = on(status)
    assert (verdict.act, verdict.alarm, verdict.counts) == (Act.REFUSE, True, False)


@given(
    answer=st.one_of(st.integers(100, 599), st.sampled_from(["timeout", "name", "tls"])),
    attempts=st.integers(1, 10_000),
    left=st.integers(1, 100_000),
    random=st.floats(0, 1, exclude_max=True),
    retry_after=st.one_of(st.none(), st.floats(-10, 1e12, allow_nan=False)),
    alone=st.booleans(),
)
def test_every_answer_has_a_verdict_and_every_retry_lies_in_the_window(
    answer: Any, attempts: int, left: int, random: float, retry_after: float | None, alone: bool
) -> None:
    expires_at = MONDAY + timedelta(seconds=left)
    verdict = on(
        answer, attempts=attempts, expires_at=expires_at, random=random,
        retry_after=retry_after, alone=alone,
    )  # fmt: skip
    if verdict.act is Act.RETRY:
        assert verdict.ready_at is not None
        assert MONDAY <= verdict.ready_at < expires_at
    else:
        assert verdict.ready_at is None
    if verdict.act is Act.RETIRE:
        assert answer in {404, 410}


def test_the_backoff_doubles_up_to_two_minutes() -> None:
    longest = [backoff(n, 1.0).total_seconds() for n in (1, 2, 3, 7, 8, 100)]
    assert longest == [1, 2, 4, 64, 120, 120]


def test_a_day_of_doubt_counts_once() -> None:
    assert suspicions_after(0, None, MONDAY) == 1
    assert suspicions_after(1, MONDAY, MONDAY + HOUR) == 1
    assert suspicions_after(1, MONDAY, MONDAY + timedelta(days=1)) == 2
