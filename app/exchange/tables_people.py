"""Who the patient is, whom they let in, and who looked, as tables."""

from sqlalchemy import select

from app.accounts.looking import words
from app.accounts.models import CareLink, Person
from app.audit import AuditEntry
from app.exchange.reader import Reader, Table
from app.push.models import Subscription


async def patient(reader: Reader) -> Table:
    """One row: the patient, and how their evenings run."""
    person = await reader.session.get_one(Person, reader.patient_id)
    preferences = await reader.preferences()
    columns = (
        "id", "name", "email", "born_on", "sex", "registered_at", "timezone", "away_in",
        "away_nights", "bedtimes_monday_first", "day_turns_at", "quiet_from", "quiet_until",
        "exported_at",
    )  # fmt: skip
    return Table(columns, [(
        person.id, person.name, person.email, person.born_on, person.sex, person.created_at,
        preferences.timezone, preferences.away_zone, preferences.away_nights,
        " ".join(preferences.bedtimes), preferences.turns, preferences.quiet_from,
        preferences.quiet_until, reader.now,
    )])  # fmt: skip


async def access_log(reader: Reader) -> Table:
    """Who did or saw what in the record; without a name where Vesper did it by itself."""
    rows = (
        await reader.session.execute(
            select(AuditEntry, Person)
            .outerjoin(Person, Person.id == AuditEntry.actor_id)
            .where(AuditEntry.patient_id == reader.patient_id)
            .order_by(AuditEntry.at, AuditEntry.id)
        )
    ).all()
    columns = ("at", "who", "role", "what", "action", "means", "route")
    return Table(columns, [
        (
            entry.at, actor.name if actor else "Vesper", actor.role if actor else None,
            words(entry.action, entry.facts.get("route")), entry.action, entry.means,
            entry.facts.get("route"),
        )
        for entry, actor in rows
    ])  # fmt: skip


async def let_in(reader: Reader) -> Table:
    """Everybody the patient ever let in."""
    rows = await reader.every(CareLink, CareLink.granted_at, CareLink.id)
    names = await reader.names(each for row in rows for each in (row.person_id, row.ended_by))
    columns = ("who", "as", "may", "granted_at", "ends_at", "ended_at", "ended_by")
    return Table(columns, [
        (
            names[row.person_id], "companion" if row.clinic_id is None else "clinician", row.scope,
            row.granted_at, row.ends_at, row.ended_at, names[row.ended_by],
        )
        for row in rows
    ])  # fmt: skip


async def devices(reader: Reader) -> Table:
    """The devices that reminders were sent to; their addresses are secrets and not among it."""
    mine = select(Subscription).where(Subscription.person_id == reader.patient_id)
    rows = await reader.session.scalars(mine.order_by(Subscription.created_at, Subscription.id))
    columns = ("name", "added_at", "last_accepted_at", "last_shown_at", "retired_at", "retired_why")
    return Table(columns, [
        (
            row.name, row.created_at, row.last_accepted_at, row.last_shown_at, row.retired_at,
            row.retired,
        )
        for row in rows
    ])  # fmt: skip
