"""HTTP for the clinic's side: invites, its people, the panel, and one patient's adherence."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from app.accounts import invites, staff
from app.accounts.access import Admin, Clinician, InConfidence, OfPatient, OnlyLooking
from app.accounts.attempts import allow
from app.accounts.evenings import preferences_of
from app.accounts.models import InviteKind
from app.accounts.shapes import ColleagueInvite, ColleagueOut, Colleagues, InviteOut
from app.clinic import reading
from app.clinic.acknowledgement import acknowledge
from app.clinic.flags import Flag, Severity, flags_of
from app.clinic.panel import panel
from app.clinic.reading import Reading
from app.clock import Now
from app.db import Session
from app.doses.adherence import DEFINITION, Adherence, pooled, summarise
from app.problems import Invalid, NotFound, TooManyRequests, declared
from app.schedule import zone

router = APIRouter(prefix="/api", tags=["clinic"])

INVITES = "200/hour"


class Taking(BaseModel):
    """Counts of the last 30 days; no rate, because a panel would be read as a ranking."""

    taken: int
    expected: int


class PanelPatient(BaseModel):
    """One patient of the panel; `unreachable` says nothing about what they took."""

    id: UUID
    name: str
    since: datetime
    taking30: Taking
    last_taken_at: datetime | None
    unreachable: bool
    devices: int
    labs_overdue: int
    open_now: int
    flags: int


class PanelOut(BaseModel):
    """One page, by name; `next` is the cursor of the page after it."""

    patients: list[PanelPatient]
    next: UUID | None
    definition: dict[str, str]


class SeenOut(BaseModel):
    """Who acknowledged a flag, when, and what they noted."""

    by: str
    at: datetime
    note: str


class FlagOut(BaseModel):
    """One thing to look at; `overridden` is one that a clinician has decided about.

    id       of one that can be acknowledged; null of one that goes by itself
    source   of the rule that raised it, where it has one
    """

    code: str
    severity: Severity
    since: datetime
    text: str
    overridden: bool
    id: UUID | None
    observation_id: UUID | None
    seen: SeenOut | None
    source: str | None

    @classmethod
    def of(cls, flag: Flag) -> "FlagOut":
        """The flag as the API shows it."""
        seen = flag.seen
        return cls(
            code=flag.code, severity=flag.severity, since=flag.since, text=flag.text,
            overridden=flag.overridden, id=flag.id, observation_id=flag.observation_id,
            seen=None if seen is None else SeenOut(by=seen.by, at=seen.at, note=seen.note),
            source=flag.source,
        )  # fmt: skip


class NoteIn(BaseModel):
    """What a clinician notes while acknowledging a flag."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field(default="", max_length=500)


class FlagsOut(BaseModel):
    """What needs a look, the gravest first."""

    flags: list[FlagOut]


class Period(BaseModel):
    """Doses due after `since` and up to `until` are counted; `from` and `to` are those dates
    where the patient lives."""

    model_config = ConfigDict(serialize_by_alias=True)

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    days: int
    since: datetime
    until: datetime


class Rate(BaseModel):
    """A share, 0 to 1, with its 95 % interval; both null while nothing was expected."""

    value: float | None
    ci95: tuple[float, float] | None


class LineNamed(BaseModel):
    """Which line the figures are of, and the versions of the protocol that planned its doses."""

    id: UUID
    medicine: str
    name: str
    versions: list[int]
    on_time_minutes: int


class Figures(BaseModel):
    """Counts first, then the rates they give. `line` is null for all lines together."""

    line: LineNamed | None
    expected: int
    taken: int
    on_time: int
    late: int
    skipped: int
    missed: int
    held: int
    extra: int
    open: int
    rest: int
    taking: Rate
    timing: float | None
    delay_minutes_median: float | None
    skip_reasons: dict[str, int]
    evidence: dict[str, int]
    backfilled: int


class RemindersOut(BaseModel):
    """How the reminders of these doses fared, by dose; beside the figures, in none of them."""

    due: int
    accepted: int
    shown: int
    undeliverable: int
    waiting: int
    withdrawn: int


class AdherenceOut(BaseModel):
    """How the protocol was followed in a period, and what exactly that means."""

    patient_id: UUID
    as_of: datetime
    timezone: str
    period: Period
    definition: dict[str, str]
    pooled: Figures
    lines: list[Figures]
    reminders: RemindersOut


@router.post("/clinic/invites", status_code=201, responses=declared(NotFound, TooManyRequests))
async def invite(clinician: Clinician, request: Request, session: Session, now: Now) -> InviteOut:
    """A single-use code with which one patient lets this clinician in. Each call makes another."""
    allow(request, INVITES, f"invites of {clinician.id}")
    issued = invites.invite_patient(session, clinician, now)
    return InviteOut.of(issued, InviteKind.PATIENT, request.app.state.settings.public_url)


@router.get("/clinic/people", responses=declared(NotFound))
async def read_people(admin: Admin, session: Session) -> Colleagues:
    """Everybody who is or was a clinician of the admin's clinic. It opens no patient's record."""
    found = await staff.people_of(session, admin.clinic_id)
    return Colleagues(people=[ColleagueOut.of(person) for person in found])


@router.post(
    "/clinic/people/invites", status_code=201, responses=declared(NotFound, TooManyRequests)
)
async def invite_colleague(
    wanted: ColleagueInvite, admin: Admin, request: Request, session: Session, now: Now
) -> InviteOut:
    """A single-use code with which one clinician joins the clinic. Each call makes another."""
    allow(request, INVITES, f"invites of {admin.id}")
    acting = await staff.acting_admin(session, admin)
    issued = invites.invite_colleague(session, acting, now, admin=wanted.admin)
    return InviteOut.of(issued, InviteKind.CLINICIAN, request.app.state.settings.public_url)


@router.patch(
    "/clinic/people/{person}",
    responses=declared(NotFound, Invalid, staff.LastAdmin, staff.HasLeft),
)
async def change_colleague(
    person: UUID, wanted: staff.StaffChange, admin: Admin, session: Session, now: Now
) -> ColleagueOut:
    """Make or unmake an admin, or note that somebody has left, at once; a repeat is harmless."""
    changed = await staff.change_person(session, admin, person, wanted, now)
    return ColleagueOut.of(changed)


@router.get("/clinic/patients", responses=declared(NotFound, Invalid))
async def read_panel(
    clinician: Clinician,
    session: Session,
    now: Now,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> PanelOut:
    """The clinician's own patients, by name; every one of them finds the look in their log."""
    page = await panel(session, clinician, cursor=cursor, limit=limit, now=now)
    return PanelOut(
        patients=[
            PanelPatient(
                id=row.patient.id,
                name=row.patient.name,
                since=row.since,
                taking30=Taking(taken=row.taking.taken, expected=row.taking.expected),
                last_taken_at=row.last_taken_at,
                unreachable=row.unreachable,
                devices=row.devices,
                labs_overdue=row.labs_overdue,
                open_now=row.taking.open,
                flags=row.flags,
            )
            for row in page.rows
        ],
        next=page.next,
        definition=DEFINITION,
    )


@router.get("/patients/{patient}/flags", responses=declared(NotFound))
async def read_flags(
    clinician: Clinician, access: InConfidence, session: Session, now: Now
) -> FlagsOut:
    """What needs a look at this patient, the gravest first. For their clinicians alone."""
    found = (await flags_of(session, [access.patient_id], now))[access.patient_id]
    return FlagsOut(flags=[FlagOut.of(flag) for flag in found])


@router.post(
    "/patients/{patient}/flags/{flag}/acknowledge", responses=declared(NotFound, OnlyLooking)
)
async def acknowledge_flag(
    flag: UUID, given: NoteIn, access: InConfidence, clinician: Clinician, session: Session,
    now: Now,
) -> FlagOut:  # fmt: skip
    """Note that a clinician has looked at a flag. A repeat keeps the first name, time and note."""
    return FlagOut.of(
        await acknowledge(session, access.patient_id, flag, clinician, given.note.strip(), now)
    )


@router.get("/patients/{patient}/adherence", responses=declared(NotFound, Invalid))
async def read_adherence(
    access: OfPatient,
    session: Session,
    now: Now,
    days: Annotated[int, Query(ge=1, le=400)] = 30,
) -> AdherenceOut:
    """The doses that fell due in the last `days` times 24 hours: each line, and all together."""
    patient_id, since = access.patient_id, now - timedelta(days=days)
    timezone = (await preferences_of(session, patient_id)).timezone
    found = await reading.readings(session, [patient_id], since, now)
    lines = await reading.lines_read(session, patient_id, since, now)
    fates = await reading.reminded(session, patient_id, since, now)
    sums: list[Adherence] = []
    figures: list[Figures] = []
    for line_id, doses in reading.by_line(found).items():
        sums.append(summarise((one.intake for one in doses), now))
        line = LineNamed(
            id=line_id,
            medicine=lines[line_id].medicine,
            name=doses[-1].label,
            versions=list(lines[line_id].versions),
            on_time_minutes=round(doses[-1].intake.on_time.total_seconds() / 60),
        )
        figures.append(_figures(line, sums[-1], doses))
    here = zone(timezone)
    return AdherenceOut(
        patient_id=patient_id,
        as_of=now.astimezone(here),
        timezone=timezone,
        period=Period(
            **{
                "from": since.astimezone(here).date(),
                "to": now.astimezone(here).date(),
                "days": days,
                "since": since,
                "until": now,
            }
        ),
        definition=DEFINITION,
        pooled=_figures(None, pooled(sums), found),
        lines=figures,
        reminders=RemindersOut(
            due=fates.due,
            accepted=fates.accepted,
            shown=fates.shown,
            undeliverable=fates.undeliverable,
            waiting=fates.waiting,
            withdrawn=fates.withdrawn,
        ),
    )


def _figures(line: LineNamed | None, sums: Adherence, doses: list[Reading]) -> Figures:
    interval = sums.interval
    return Figures(
        line=line,
        expected=sums.expected,
        taken=sums.taken,
        on_time=sums.on_time,
        late=sums.late,
        skipped=sums.skipped,
        missed=sums.missed,
        held=sums.held,
        extra=sums.extra,
        open=sums.open,
        rest=sums.rest,
        taking=Rate(
            value=None if sums.taking is None else round(sums.taking, 4),
            ci95=interval and (round(interval[0], 4), round(interval[1], 4)),
        ),
        timing=None if sums.timing is None else round(sums.timing, 4),
        delay_minutes_median=sums.median_delay,
        skip_reasons=dict(sorted(sums.skip_reasons.items())),
        evidence=dict(sorted(Counter(one.means.value for one in doses if one.means).items())),
        backfilled=sum(one.backfilled for one in doses),
    )
