"""A push service that refuses everybody is left alone, and tried again carefully."""

from datetime import timedelta

from app.push.circuit import Circuit, Permit
from app.push.policy import Blame
from tests.story_time import MONDAY

APPLE, GOOGLE = "https://web.push.apple.com", "https://fcm.googleapis.com"


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def opened(blame: Blame = Blame.IDENTITY) -> Circuit:
    circuit = Circuit()
    for _ in range(10):
        circuit.note(APPLE, blame, MONDAY)
    assert circuit.is_open(APPLE)
    return circuit


def test_a_few_refusals_among_many_successes_open_nothing() -> None:
    circuit = Circuit()
    for n in range(200):
        circuit.note(APPLE, Blame.IDENTITY if n % 25 == 24 else Blame.NOBODY, MONDAY)
    assert circuit.ask(APPLE, MONDAY) is Permit.SEND


def test_one_dead_device_opens_nothing() -> None:
    circuit = Circuit()
    for _ in range(4):
        circuit.note(APPLE, Blame.IDENTITY, MONDAY)
    assert not circuit.is_open(APPLE)


def test_more_than_a_twentieth_of_refusals_opens_only_that_service() -> None:
    circuit = Circuit()
    for _ in range(90):
        circuit.note(APPLE, Blame.NOBODY, MONDAY)
    for _ in range(5):
        circuit.note(APPLE, Blame.IDENTITY, MONDAY)
    assert circuit.ask(APPLE, MONDAY) == MONDAY + seconds(15)
    assert circuit.ask(GOOGLE, MONDAY) is Permit.SEND


def test_refusals_of_more_than_a_minute_ago_are_forgotten() -> None:
    circuit = Circuit()
    for n in range(20):
        circuit.note(APPLE, Blame.IDENTITY, MONDAY + seconds(20 * n))
    assert not circuit.is_open(APPLE)


def test_a_service_that_fails_half_of_the_time_is_left_alone() -> None:
    circuit = Circuit()
    for n in range(40):
        circuit.note(APPLE, Blame.SERVICE if n % 2 else Blame.NOBODY, MONDAY)
    assert not circuit.is_open(APPLE)
    for _ in range(3):
        circuit.note(APPLE, Blame.SERVICE, MONDAY)
    assert circuit.is_open(APPLE)


def test_after_the_pause_one_probes_and_the_others_wait() -> None:
    circuit = opened()
    later = MONDAY + seconds(16)
    assert circuit.ask(APPLE, later) is Permit.PROBE
    assert circuit.ask(APPLE, later) == later + seconds(15)


def test_a_successful_probe_closes_it_and_an_old_answer_does_not() -> None:
    circuit = opened()
    circuit.note(APPLE, Blame.NOBODY, MONDAY)
    assert circuit.is_open(APPLE)
    circuit.ask(APPLE, MONDAY + seconds(16))
    circuit.note(APPLE, Blame.NOBODY, MONDAY + seconds(17), probe=True)
    assert circuit.ask(APPLE, MONDAY + seconds(17)) is Permit.SEND


def test_failed_probes_become_rarer_up_to_a_minute() -> None:
    circuit, now, pauses = opened(Blame.SERVICE), MONDAY + seconds(15), []
    for _ in range(5):
        assert circuit.ask(APPLE, now) is Permit.PROBE
        circuit.note(APPLE, Blame.SERVICE, now, probe=True)
        again = circuit.ask(APPLE, now)
        assert not isinstance(again, Permit)
        pauses.append((again - now).total_seconds())
        now = again
    assert pauses == [30, 60, 60, 60, 60]
