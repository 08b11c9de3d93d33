"""What to do after a push service has answered, or has not. Pure: no clock, no database.

No answer about *our* identity (401, 403) ever ends a subscription: one wrong key would
otherwise silence every patient's phone. Only 404 and 410 say that a browser is gone.
"""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Fault = Literal["timeout", "name", "connection", "tls"]
"""Why there was no answer: nothing in time, no address, broken or refused, not who it should be."""

BACKOFF = timedelta(seconds=1)
LONGEST_BACKOFF = timedelta(seconds=120)
# A refusal of our identity that only one device meets is tried this often before it is suspect.
IDENTITY_ATTEMPTS = 3
# A device refused as malformed on this many different days without a success is given up.
DAYS_OF_DOUBT = 3
TRANSIENT = frozenset({408, 425, 429})

TURN_OFF_AND_ON = "Open Vesper on that device and turn reminders off and on."


class Act(enum.StrEnum):
    """What becomes of one delivery."""

    ACCEPT = "accepted"
    RETIRE = "gone"
    """The browser is gone: the delivery ends, and its subscription with it."""
    REFUSE = "refused"
    """This message will never be taken."""
    RETRY = "retry"
    SHRINK = "shrink"
    """Too large: send the generic text instead, at once."""
    EXPIRE = "expired"


class Blame(enum.StrEnum):
    """What a failure says about the whole push service, for the circuit."""

    NOBODY = "nobody"
    IDENTITY = "identity"
    """Our key or token was refused."""
    SERVICE = "service"
    """It is down, overloaded or unreachable."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do, when, and what to remember of the device.

    ready_at    when to try again; None unless the act is RETRY
    suspicion   what the person reads about this device; None leaves it as it is
    counts      whether the suspicion counts towards giving the device up after three days
    alarm       whether an operator should hear of it
    """

    act: Act
    ready_at: datetime | None = None
    suspicion: str | None = None
    counts: bool = False
    alarm: bool = False
    blame: Blame = Blame.NOBODY


def outcome(
    answer: int | Fault,
    *,
    attempts: int,
    now: datetime,
    expires_at: datetime,
    random: float,
    retry_after: float | None = None,
    alone: bool = True,
    shrunk: bool = False,
) -> Verdict:
    """The verdict on one attempt.

    answer        the HTTP status, or why there was none
    attempts      how often this delivery has been tried, this time included; at least 1
    random        in [0, 1), spreads the next attempt
    retry_after   seconds the service asked for; wins over our own backoff
    alone         whether this device is refused while its service takes others
    shrunk        whether this was the generic text already

    Source: RFC 8030 sections 5 and 7.3 for 201, 404, 410, 413 and 429; the services' own words for
    the rest, collected in the README.
    """
    if isinstance(answer, str):
        return _again(attempts, now, expires_at, random, None, Blame.SERVICE)
    if answer in {401, 403} and not (alone and attempts >= IDENTITY_ATTEMPTS):
        return _again(attempts, now, expires_at, random, retry_after, Blame.IDENTITY)
    if answer in TRANSIENT or answer >= 500 or answer < 200:
        return _again(attempts, now, expires_at, random, retry_after, Blame.SERVICE)
    if answer == 413 and not shrunk:
        return Verdict(Act.SHRINK, alarm=True)
    return _final(answer)


def _final(status: int) -> Verdict:
    """The verdict on an answer that another attempt would not change."""
    if status < 300:
        return Verdict(Act.ACCEPT)
    if status in {404, 410}:
        return Verdict(Act.RETIRE)
    if status in {401, 403}:
        return Verdict(
            Act.REFUSE,
            suspicion="The push service refuses us for this device only. " + TURN_OFF_AND_ON,
            blame=Blame.IDENTITY,
        )
    if status == 400:
        return Verdict(
            Act.REFUSE,
            suspicion="The push service called our message malformed. " + TURN_OFF_AND_ON,
            counts=True,
        )
    # A redirection is never legitimate here, and following it would let a push service choose
    # whom we call. Any other 4xx is our mistake with everybody, so neither counts.
    return Verdict(
        Act.REFUSE,
        suspicion=f"The push service answered {status}, which it never should.",
        alarm=True,
    )


def _again(
    attempts: int,
    now: datetime,
    expires_at: datetime,
    random: float,
    retry_after: float | None,
    blame: Blame,
) -> Verdict:
    """Try later, unless the message says nothing true by then."""
    if retry_after is None:
        wait = backoff(attempts, random)
    else:
        # A second at least: "Retry-After: 0" must not become a tight loop. A day at most, so that
        # a hostile number cannot leave the calendar.
        wait = timedelta(seconds=min(max(retry_after, 1), 86_400))
    if now + wait >= expires_at:
        return Verdict(Act.EXPIRE, blame=blame)
    return Verdict(Act.RETRY, ready_at=now + wait, blame=blame)


def backoff(attempts: int, random: float) -> timedelta:
    """Full jitter: anything up to 1, 2, 4, … at most 120 seconds.

    Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    doubled: timedelta = BACKOFF * 2 ** min(max(attempts - 1, 0), 10)
    return min(doubled, LONGEST_BACKOFF) * random


def suspicions_after(days: int, last: datetime | None, now: datetime) -> int:
    """On how many different days a device was refused, with today."""
    return days if days and last is not None and last.date() == now.date() else days + 1
