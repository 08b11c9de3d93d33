"""From a push service's answer to what is written down of a delivery and its device."""

from collections.abc import Callable
from datetime import datetime

import structlog

from app.push import metrics
from app.push.circuit import Circuit
from app.push.claim import Job, Result
from app.push.models import Retired, State
from app.push.policy import DAYS_OF_DOUBT, Act, Blame, Verdict, outcome, suspicions_after
from app.push.send import Answer

log = structlog.get_logger(__name__)

STATES = {
    Act.ACCEPT: State.ACCEPTED,
    Act.RETIRE: State.GONE,
    Act.REFUSE: State.REFUSED,
    Act.RETRY: State.WAITING,
    Act.EXPIRE: State.EXPIRED,
}


class Judge:
    """Applies the policy, teaches the circuit, counts, and raises alarms."""

    def __init__(self, random: Callable[[], float]) -> None:
        self.circuit = Circuit()
        self.random = random

    def result(self, answer: Answer, now: datetime) -> Result | Job:
        """What to write down, or the job again when its generic text is to be sent at once."""
        job: Job = answer.post.ticket
        status = answer.answer if isinstance(answer.answer, int) else None
        verdict = self._verdict(answer, now)
        self.circuit.note(job.origin, verdict.blame, now, probe=job.probe)
        if verdict.blame is not Blame.NOBODY and self.circuit.is_open(job.origin):
            # This very answer may have opened it: then the device is not the one to blame.
            verdict = self._verdict(answer, now)
        metrics.outcomes.labels(origin=job.origin, outcome=str(verdict.act)).inc()
        if verdict.act is Act.ACCEPT:
            metrics.dwell.observe(max(0.0, (now - job.due_at).total_seconds()))
        else:
            tell(job, verdict, answer.answer)
        if verdict.act is Act.SHRINK:
            job.shrunk, job.probe = True, False
            return job
        return Result(
            job,
            STATES[verdict.act],
            now,
            ready_at=verdict.ready_at,
            status=status,
            retires=self._retires(job, verdict, now),
            suspects=self._suspects(job, verdict, now),
        )

    def _verdict(self, answer: Answer, now: datetime) -> Verdict:
        job: Job = answer.post.ticket
        return outcome(
            answer.answer,
            attempts=job.attempts,
            now=now,
            expires_at=job.expires_at,
            random=self.random(),
            retry_after=answer.retry_after,
            alone=not self.circuit.is_open(job.origin),
            shrunk=job.shrunk,
        )

    def _suspects(self, job: Job, verdict: Verdict, now: datetime) -> tuple[int, str] | None:
        if verdict.suspicion is None:
            return None
        days = job.suspicions
        if verdict.counts:
            days = suspicions_after(days, job.suspected_at, now)
        return days, verdict.suspicion

    def _retires(self, job: Job, verdict: Verdict, now: datetime) -> Retired | None:
        if verdict.act is Act.RETIRE:
            return Retired.GONE
        days, _ = self._suspects(job, verdict, now) or (0, "")
        return Retired.SUSPECT if verdict.counts and days >= DAYS_OF_DOUBT else None


def tell(job: Job, verdict: Verdict, answer: int | str) -> None:
    """Log what did not go well: ids and words of the program only."""
    say = log.error if verdict.alarm else log.info
    say(
        "push not accepted",
        alarm=verdict.alarm,
        act=str(verdict.act),
        answer=answer,
        attempts=job.attempts,
        origin=job.origin,
        message=str(job.message_id),
        subscription=str(job.subscription_id),
    )
