"""The lab plan as rows: made, followed, done, put off, taken back; and what stays computed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as wall
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import first_preferences
from app.accounts.models import Person
from app.accounts.waking import waking_moment
from app.audit import AuditEntry
from app.monitoring.due import State
from app.monitoring.models import ChosenDay, LabDraw
from app.monitoring.plan import (
    AlreadyDrawn,
    Labs,
    draw_id,
    draws_of,
    labs_of,
    mark_drawn,
    materialise,
    overdue_among,
    snooze,
    undo,
    visits_of,
)
from app.monitoring.policy import ClinicPlans, choose_rules
from app.monitoring.rules import DEFAULT_RULES, Purpose
from app.problems import Invalid, NotFound
from app.protocols.holds import stop
from app.protocols.models import Line
from app.protocols.proposals import withdraw
from app.protocols.versions import Draft, enter_version
from app.schedule import zone
from tests.factories import (
    a_care_link,
    a_clinician,
    a_line,
    a_patient,
    a_protocol,
    some_results,
)
from tests.monitoring.test_rules import a_rule
from tests.story_time import MONDAY, Clock

TODAY = MONDAY.date()
A_DAY = timedelta(days=1)
DENVER = zone("America/Denver")
BLOOD = ("testosterone_total", "estradiol", "igf1", "hematocrit", "hba1c", "cholesterol_total",
         "hdl", "ldl", "triglycerides", "alt", "ast")  # fmt: skip


def ten_in(days: int) -> datetime:
    """Ten in the morning in Denver, so many days from today, whatever the clocks do."""
    return datetime.combine(TODAY + A_DAY * days, wall(10), tzinfo=DENVER).astimezone(UTC)


def speaking(rows: Sequence[LabDraw]) -> dict[str, int]:
    """The rules whose draw speaks next for its visit, and in how many days, at ten o'clock."""
    found = {}
    for row in rows:
        if row.prompt_at is not None:
            found[row.step] = (row.prompt_at.astimezone(DENVER).date() - TODAY).days
            assert row.prompt_at == ten_in(found[row.step])
    return found


def states(labs: Labs) -> dict[str, str]:
    """Each rule's first draw and how it stands."""
    return {each.instance.rule: each.standing.state.value for each in reversed(labs.draws)}


async def a_treatment(session: AsyncSession, *lines: dict[str, object]) -> Person:
    """A patient whose protocol began today, and whose plan was made."""
    patient = await a_patient(session)
    await a_protocol(session, patient, *lines)
    await materialise(session, patient.id, MONDAY)
    return patient


def cypionate() -> dict[str, object]:
    """Cypionate on Sundays."""
    return a_line(
        medicine="testosterone_cypionate", route="intramuscular", amount="100", unit="mg",
        weekdays=(7,),
    )  # fmt: skip


async def test_thirteen_months_of_draws_follow_from_the_first_version(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    assert (await materialise(session, patient.id, time.now)).draws == []
    assert await draws_of(session, patient.id) == []
    await a_protocol(session, patient)
    for _ in range(2):
        await materialise(session, patient.id, time.now)
    rows = await draws_of(session, patient.id)
    blood = [(row.step, (row.due_on - TODAY).days) for row in rows if "igf1" in row.markers]
    assert blood == [
        ("baseline", 0), ("week-6", 42), ("week-12", 84), ("half-year", 182), ("yearly", 364),
    ]  # fmt: skip
    assert speaking(rows) == {
        "baseline": 0, "baseline-scan": 0, "baseline-measure": 0, "week-6": 35,
        "week-6-measure": 35, "week-12": 77, "week-12-measure": 77, "week-12-scan": 77,
        "half-year": 175, "half-yearly-measure": 175 + 182, "yearly": 357,
    }  # fmt: skip
    ids = {row.step: row.id for row in reversed(rows)}
    assert ids["baseline"] == draw_id(patient.id, "baseline", 0)


async def test_the_baseline_of_a_later_start_speaks_once_its_window_opens(
    session: AsyncSession, time: Clock
) -> None:
    for days, speaks in ((30, 0), (20, 0), (45, 15)):
        patient = await a_patient(session)
        await a_protocol(session, patient, first=TODAY + A_DAY * days)
        await materialise(session, patient.id, time.now)
        rows = await draws_of(session, patient.id)
        assert speaking(rows)["baseline"] == speaks
        assert (rows[0].due_on - TODAY).days == days


async def test_a_plan_that_was_never_looked_at_still_asks_for_its_baseline(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    labs = await materialise(session, patient.id, time.advance(days=10))
    assert states(labs)["baseline"] == "overdue"
    assert speaking(await draws_of(session, patient.id))["baseline"] == 10


async def test_a_year_later_there_is_another_year_of_draws(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_treatment(session)
    await materialise(session, patient.id, time.advance(days=365))
    due = [(row.step, (row.due_on - TODAY).days) for row in await draws_of(session, patient.id)]
    assert ("yearly", 728) in due
    assert ("half-year", 546) in due
    assert ("half-year", 182) in due, "nothing but a later one replaces it"
    await materialise(session, patient.id, time.advance(days=170))
    due = [(row.step, (row.due_on - TODAY).days) for row in await draws_of(session, patient.id)]
    assert ("half-year", 182) not in due, "the next one asks for the same"


async def test_results_make_a_draw_done_and_a_void_takes_that_back(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_treatment(session)
    rows = await some_results(session, patient, TODAY, *BLOOD)
    labs = await labs_of(session, patient.id, time.now)
    assert states(labs)["baseline"] == "done"
    await materialise(session, patient.id, time.now)
    assert "baseline" not in speaking(await draws_of(session, patient.id))
    rows[0].voided_at = time.now
    await session.flush()
    labs = await labs_of(session, patient.id, time.now)
    (visit,) = (v for v in labs.visits if v.id == draw_id(patient.id, "baseline", 0))
    assert (visit.state, set(visit.markers)) == (
        State.DUE, {"testosterone_total", "testosterone_free"}
    )  # fmt: skip
    await materialise(session, patient.id, time.now)
    assert speaking(await draws_of(session, patient.id))["baseline"] == 0


async def test_what_somebody_says_was_drawn_waits_for_its_results(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_treatment(session)
    baseline = draw_id(patient.id, "baseline", 0)
    await mark_drawn(session, patient.id, baseline, patient, None, time.now)
    assert states(await labs_of(session, patient.id, time.now))["baseline"] == "drawn"
    await some_results(session, patient, TODAY, *BLOOD)
    assert states(await labs_of(session, patient.id, time.now))["baseline"] == "done"


async def test_a_dose_change_is_checked_and_a_later_one_replaces_the_check(
    session: AsyncSession, time: Clock
) -> None:
    """Only another amount or rhythm is a change: not a time of day, a note or a new version."""
    patient = await a_treatment(session, cypionate())
    line = await session.scalar(select(Line.id).where(Line.patient_id == patient.id))

    async def change(days: int, number: int, **facts: object) -> list[int]:
        time.now = MONDAY + A_DAY * days
        draft = {
            "lines": [{
                "id": line, "medicine": "testosterone_cypionate", "route": "intramuscular",
                "amount": {"value": "100", "unit": "mg"}, "recurrence": {"weekdays": [7]}, **facts,
            }],
            "based_on": number,
            "overrides": [{"code": "baseline_labs_missing", "reason": "known"}],
        }  # fmt: skip
        await enter_version(session, patient.id, patient, Draft.model_validate(draft), time.now)
        await materialise(session, patient.id, time.now)
        rows = await draws_of(session, patient.id)
        return [(row.due_on - TODAY).days for row in rows if row.step == "dose-change"]

    less = {"value": "80", "unit": "mg"}
    assert await change(10, 1) == []
    assert await change(20, 2, amount=less) == [62]
    assert await change(30, 3, amount=less) == [62]
    assert await change(40, 4, amount=less, recurrence={"weekdays": [6]}) == [82]
    visits = await visits_of(session, patient.id, time.now)
    (with_it,) = (v for v in visits if any(
        m.instance.rule == "dose-change" for m in v.merged.members))  # fmt: skip
    assert {m.instance.rule for m in with_it.merged.members} >= {"dose-change", "week-12"}
    rule = "dose-change"
    row = await session.get_one(
        LabDraw, (patient.id, draw_id(patient.id, rule, (TODAY + A_DAY * 40).toordinal()))
    )
    assert (row.window_before, row.window_after) == (14, 14)
    assert row.markers == ["testosterone_total", "hematocrit"]


async def test_estradiol_is_asked_for_after_a_change_while_on_an_inhibitor(
    session: AsyncSession, time: Clock
) -> None:
    inhibitor = a_line(medicine="anastrozole", route="oral", amount="0.5", unit="mg")
    steps = ((TODAY + A_DAY * 21, "120"),)
    stepped = a_line(
        medicine="testosterone_cypionate", route="intramuscular", amount="100", unit="mg",
        weekdays=(7,), steps=steps,
    )  # fmt: skip
    for lines, asked in (([stepped], False), ([stepped, inhibitor], True)):
        patient = await a_treatment(session, *lines)
        rows = {row.step: row for row in await draws_of(session, patient.id)}
        assert (rows["dose-change"].due_on - TODAY).days == 63, "six weeks after a signed step"
        assert ("dose-change-estradiol" in rows) == asked


async def test_psa_follows_the_date_of_birth_and_the_clinic(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_treatment(session)
    assert "baseline-psa" not in states(await labs_of(session, patient.id, time.now))
    patient.born_on = TODAY.replace(year=1986)
    await session.flush()
    labs = await labs_of(session, patient.id, time.now)
    assert states(labs)["baseline-psa"] == "due"
    (visit,) = (v for v in labs.visits if v.id == draw_id(patient.id, "baseline", 0))
    assert "psa" in visit.markers


async def test_chosen_rules_are_followed_at_once_and_what_was_drawn_stays(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_treatment(session)
    week_6 = draw_id(patient.id, "week-6", 0)
    time.advance(days=50)
    await mark_drawn(session, patient.id, week_6, patient, TODAY + A_DAY * 43, time.now)
    chosen = [
        a_rule(rule="week-7", name="Week 7 labs", offset_days=49, markers=("igf1",)),
        a_rule(rule="week-12", name="Week 14 labs", offset_days=98, markers=("igf1",)),
    ]
    for _ in range(2):
        await choose_rules(session, patient.id, patient, chosen, time.now)
    rows = await draws_of(session, patient.id)
    assert [(row.step, row.name, (row.due_on - TODAY).days) for row in rows] == [
        ("week-6", "Week 6 labs", 42),
        ("week-7", "Week 7 labs", 49),
        ("week-12", "Week 14 labs", 98),
    ]
    assert states(await labs_of(session, patient.id, time.now)) == {
        "week-6": "drawn", "week-7": "drawn", "week-12": "upcoming"
    }, "the draw of day 43 lies in the window of week 7 and asked for its marker"  # fmt: skip
    assert speaking(rows) == {"week-12": 91}
    back = await undo(session, patient.id, week_6, patient, time.now)
    assert back.drawn_on is None
    assert "week-6" not in states(await labs_of(session, patient.id, time.now))
    actions = list(await session.scalars(select(AuditEntry.action)))
    assert actions.count("labs.planned") == 1


NO_RULES: list[tuple[dict[str, object], str]] = [
    ({"rule": "a"}, "rules.1.rule"),
    ({"rule": "b", "markers": ("igf1", "nothing")}, "rules.1.markers.1"),
    ({"rule": "b", "markers": ("weight",)}, "rules.1.markers.0"),
    ({"rule": "b", "purpose": Purpose.SCAN}, "rules.1.markers.0"),
    ({"rule": "b", "repeat_days": 10}, "rules.1.repeat_days"),
]


async def test_rules_that_make_no_sense_are_refused_and_change_nothing(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_treatment(session)
    for second, field in NO_RULES:
        chosen = [a_rule(), a_rule(**second)]
        with pytest.raises(Invalid) as refused:
            await choose_rules(session, patient.id, patient, chosen, time.now)
        assert refused.value.errors[0]["field"] == field
    assert "baseline" in states(await labs_of(session, patient.id, time.now))


async def test_a_patient_with_a_clinic_leaves_the_plan_to_it(
    session: AsyncSession, time: Clock
) -> None:
    patient, clinician = await a_patient(session), await a_clinician(session)
    await a_care_link(session, patient, clinician)
    with pytest.raises(ClinicPlans):
        await choose_rules(session, patient.id, patient, DEFAULT_RULES, time.now)
    await choose_rules(session, patient.id, clinician, DEFAULT_RULES, time.now)


async def test_when_everything_is_stopped_only_what_was_drawn_is_left(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_treatment(session, cypionate())
    line = await session.scalar(select(Line.id).where(Line.patient_id == patient.id))
    assert line is not None
    await mark_drawn(
        session, patient.id, draw_id(patient.id, "baseline", 0), patient, None, time.now
    )
    time.advance(days=60)
    assert (await overdue_among(session, [patient.id], time.now))[patient.id] == 1
    await stop(session, patient.id, line, patient, "Done", time.now)
    labs = await materialise(session, patient.id, time.now)
    assert states(labs) == {"baseline": "drawn"}
    assert speaking(await draws_of(session, patient.id)) == {}
    assert (await overdue_among(session, [patient.id], time.now))[patient.id] == 0


async def test_a_visit_is_done_put_off_and_taken_back_as_a_whole(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_treatment(session, cypionate())
    patient.born_on = TODAY.replace(year=1980)
    await session.flush()
    baseline, psa = (draw_id(patient.id, rule, 0) for rule in ("baseline", "baseline-psa"))
    await snooze(session, patient.id, baseline, patient, until=None, days=3, now=time.now)
    labs = await labs_of(session, patient.id, time.now)
    assert (states(labs)["baseline"], states(labs)["baseline-psa"]) == ("snoozed", "snoozed")
    await mark_drawn(session, patient.id, psa, patient, None, time.now)
    labs = await labs_of(session, patient.id, time.now)
    assert (states(labs)["baseline"], states(labs)["baseline-psa"]) == ("snoozed", "drawn")
    await mark_drawn(session, patient.id, baseline, patient, None, time.now)
    (visit,) = (v for v in await visits_of(session, patient.id, time.now) if baseline in v.draws)
    assert (visit.id, visit.draws, visit.state) == (baseline, (baseline, psa), State.DRAWN)
    await undo(session, patient.id, baseline, patient, time.now)
    labs = await labs_of(session, patient.id, time.now)
    assert states(labs)["baseline-psa"] == "snoozed", "as it was before"


async def test_a_draw_before_a_window_opened_was_not_that_visits(
    session: AsyncSession, time: Clock
) -> None:
    """Months later the overdue baseline and week 6 are one visit; the day tells them apart."""
    patient = await a_treatment(session)
    time.advance(days=60)
    baseline = draw_id(patient.id, "baseline", 0)
    (visit,) = (v for v in await visits_of(session, patient.id, time.now) if v.id == baseline)
    assert len(visit.draws) == 2
    await mark_drawn(session, patient.id, baseline, patient, TODAY + A_DAY * 3, time.now)
    labs = await labs_of(session, patient.id, time.now)
    assert (states(labs)["baseline"], states(labs)["week-6"]) == ("drawn", "overdue")


async def test_a_draw_is_done_once_corrected_by_another_day_and_taken_back(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_treatment(session)
    baseline = draw_id(patient.id, "baseline", 0)
    with pytest.raises(Invalid):
        await mark_drawn(session, patient.id, baseline, patient, TODAY + A_DAY, time.now)
    done = await mark_drawn(session, patient.id, baseline, patient, None, time.now)
    assert (done.drawn_on, done.prompt_at, done.settled_by) == (TODAY, None, patient.id)
    later = time.advance(hours=1)
    again = await mark_drawn(session, patient.id, baseline, patient, None, later)
    assert again.settled_at == MONDAY
    corrected = await mark_drawn(session, patient.id, baseline, patient, TODAY - A_DAY, later)
    assert corrected.drawn_on == TODAY - A_DAY
    with pytest.raises(AlreadyDrawn):
        await snooze(session, patient.id, baseline, patient, until=None, days=3, now=later)
    back = await undo(session, patient.id, baseline, patient, later)
    assert (back.drawn_on, back.settled_at, back.settled_by) == (None, None, None)
    assert speaking([back]) == {"baseline": 7}
    await undo(session, patient.id, baseline, patient, later)
    actions = list(await session.scalars(select(AuditEntry.action)))
    assert (actions.count("lab.drawn"), actions.count("lab.undone")) == (2, 1)


async def test_a_draw_is_put_off_by_one_to_a_hundred_and_twenty_days(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_treatment(session)
    draw = draw_id(patient.id, "baseline", 0)
    for days in (0, 121):
        with pytest.raises(Invalid):
            await snooze(session, patient.id, draw, patient, until=None, days=days, now=time.now)
    with pytest.raises(Invalid):
        await snooze(session, patient.id, draw, patient, until=TODAY, days=1, now=time.now)
    for days_off in (120, 1):
        row = await snooze(
            session, patient.id, draw, patient, until=None, days=days_off, now=time.now
        )
        assert row.snoozed_until == TODAY + A_DAY * days_off
        assert days_off == 120 or speaking([row]) == {"baseline": 1}
    back = await undo(session, patient.id, draw, patient, time.now)
    assert back.snoozed_until is None


async def test_a_draw_of_somebody_else_does_not_exist(session: AsyncSession, time: Clock) -> None:
    patient, stranger = await a_patient(session), await a_treatment(session)
    theirs = draw_id(stranger.id, "baseline", 0)
    with pytest.raises(NotFound):
        await mark_drawn(session, patient.id, theirs, patient, None, time.now)


async def test_a_visit_tells_the_day_that_was_chosen_for_any_of_its_draws(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_treatment(session)
    chosen = ChosenDay(
        patient_id=patient.id, id=uuid4(), draw_id=draw_id(patient.id, "baseline", 0),
        day=TODAY + A_DAY * 2, at=wall(8), zone="America/Denver", chosen_by=patient.id,
        chosen_at=time.now,
    )  # fmt: skip
    session.add(chosen)
    await session.flush()
    visits = await visits_of(session, patient.id, time.now)
    assert [visit.chosen for visit in visits if visit.chosen] == [chosen]
    await materialise(session, patient.id, time.now)
    assert speaking(await draws_of(session, patient.id))["baseline"] == 3, "after its own reminders"
    chosen.ended_at = time.now
    await session.flush()
    await materialise(session, patient.id, time.now)
    assert speaking(await draws_of(session, patient.id))["baseline"] == 0


@pytest.mark.parametrize(
    ("local", "quiet", "speaks"),
    [
        ("2026-11-23T05:00", None, "2026-11-23T10:00"),
        ("2026-11-23T10:00", None, "2026-11-23T10:00"),
        ("2026-11-23T15:30", None, "2026-11-23T15:30"),
        ("2026-11-23T19:59", None, "2026-11-23T19:59"),
        ("2026-11-23T20:00", None, "2026-11-24T10:00"),
        ("2026-11-23T09:00", ("08:00", "12:00"), "2026-11-23T12:00"),
        ("2026-11-23T11:00", ("08:00", "12:00"), "2026-11-23T12:00"),
        ("2026-11-23T12:00", ("08:00", "12:00"), "2026-11-23T12:00"),
        ("2026-11-23T11:00", ("08:00", "22:00"), "2026-11-23T22:00"),
        ("2026-11-23T22:00", ("08:00", "22:00"), "2026-11-23T22:00"),
        ("2026-11-22T11:00", None, "2026-11-23T10:00"),
    ],
)
def test_a_prompt_waits_for_the_day_and_for_the_end_of_quiet_hours(
    local: str, quiet: tuple[str, str] | None, speaks: str
) -> None:
    preferences = first_preferences(uuid4(), "America/Denver")
    if quiet:
        preferences.quiet_from, preferences.quiet_until = map(wall.fromisoformat, quiet)
    now = datetime.fromisoformat(f"{local}-07:00")
    assert waking_moment(preferences, TODAY, now) == datetime.fromisoformat(f"{speaks}-07:00")


async def test_a_proposal_that_was_withdrawn_leaves_no_draw_behind(
    session: AsyncSession, time: Clock
) -> None:
    """Nothing is left to be prompted again and again, and nothing to be answered."""
    patient, clinician = await a_patient(session), await a_clinician(session)
    draft = Draft.model_validate({
        "lines": [{
            "medicine": "testosterone_cypionate", "route": "intramuscular",
            "amount": {"value": "100", "unit": "mg"}, "recurrence": {"weekdays": [7]},
        }],
    })  # fmt: skip
    await enter_version(session, patient.id, clinician, draft, time.now)
    await materialise(session, patient.id, time.now)
    asked, drawn = (draw_id(patient.id, rule, 0) for rule in ("week-6", "baseline"))
    await mark_drawn(session, patient.id, drawn, patient, None, time.now)
    await withdraw(session, patient.id, 1, clinician, "A mistake", time.now)
    time.now += A_DAY
    labs = await materialise(session, patient.id, time.now)
    assert [row.id for row in await draws_of(session, patient.id)] == [drawn]
    assert [each.id for each in labs.draws] == [drawn], "what was said stays"
    with pytest.raises(NotFound):
        await mark_drawn(session, patient.id, asked, patient, None, time.now)
    await undo(session, patient.id, drawn, patient, time.now)
    assert await draws_of(session, patient.id) == []


async def test_a_day_of_another_year_is_no_word_about_a_draw(
    session: AsyncSession, time: Clock
) -> None:
    """A year that was mistyped would silence the draw for good."""
    patient = await a_treatment(session)
    week_6 = draw_id(patient.id, "week-6", 0)
    opens_on = TODAY + A_DAY * 28
    mistyped = opens_on - A_DAY * 91
    with pytest.raises(Invalid) as refused:
        await mark_drawn(session, patient.id, week_6, patient, mistyped, time.now)
    assert refused.value.errors[0]["field"] == "on"
    row = await mark_drawn(
        session, patient.id, week_6, patient, opens_on - A_DAY * 90, time.now
    )  # fmt: skip
    assert row.drawn_on == opens_on - A_DAY * 90
