"""Clinics with thousands of patients and a quarter of a year of doses, by COPY and SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from app.accounts.models import CareLink, Clinic, Detail, Person, Preferences, Role, Scope
from app.audit import Means
from app.clinic.models import Look
from app.observations.catalogue import CATALOGUE
from app.observations.models import Observation
from app.protocols.models import Line, Terms, Version
from app.push.models import Subscription
from app.push.subscriptions import endpoint_hash
from bench.crowd import ZONE, copy
from tests.push_service import Phone

NIGHTS = 90
RESULTS = ("testosterone_total", "estradiol", "hematocrit", "igf_1")

FIRST_NAMES = ("Ash", "Birch", "Cedar", "Elm", "Fir", "Hazel", "Juniper", "Larch", "Maple", "Oak")

# A bedtime peptide every night and an injection every seventh. `number` gives each patient habits
# of their own: some take almost everything, some next to nothing.
DOSES = """
INSERT INTO dose (patient_id, id, line_id, version_id, night, slot, label, amount_value,
                  amount_unit, route, due_at, closes_at, on_time_minutes, ladder, zone, held, extra)
SELECT line.patient_id, gen_random_uuid(), line.id, protocol_version.id, $3::date - day, 0,
       CASE WHEN weekly THEN 'Testosterone cypionate' ELSE 'Sermorelin' END,
       CASE WHEN weekly THEN 100 ELSE 250 END, CASE WHEN weekly THEN 'mg' ELSE 'ug' END,
       line.route, $4::timestamptz - day * interval '1 day',
       $4::timestamptz - day * interval '1 day'
           + CASE WHEN weekly THEN interval '48 hours' ELSE interval '330 minutes' END,
       CASE WHEN weekly THEN 1440 ELSE 120 END, '[0, 20]', 'America/Denver', false, false
  FROM line
  JOIN protocol_version USING (patient_id)
  JOIN person ON person.id = line.patient_id
 CROSS JOIN LATERAL (SELECT line.medicine <> 'sermorelin' AS weekly) AS kind
 CROSS JOIN generate_series(0, $1::int - 1) AS day
 WHERE person.email LIKE $2 AND (NOT weekly OR day % 7 = 3)
"""

EVENTS = """
INSERT INTO event (patient_id, id, dose_id, seq, kind, taken_at, logged_at, author_id, means,
                   reason)
SELECT dose.patient_id, gen_random_uuid(), dose.id, 1,
       CASE WHEN skipped THEN 'skipped' ELSE 'taken' END,
       CASE WHEN skipped THEN NULL ELSE at END, at + interval '1 minute', dose.patient_id,
       CASE WHEN luck < 0.5 THEN 'app' ELSE 'push_token' END,
       CASE WHEN skipped THEN 'travelling' END
  FROM dose
  JOIN person ON person.id = dose.patient_id
 CROSS JOIN LATERAL (SELECT random() AS luck, random() AS often,
                            length(person.name) % 7 * 0.03 AS habit, dose.id AS of) AS dice
 CROSS JOIN LATERAL (SELECT luck > 0.95 AS skipped,
                            dose.due_at + (luck * 180 - 20) * interval '1 minute' AS at) AS fact
 WHERE person.email LIKE $1 AND often < 0.95 - habit AND dose.due_at < $2
"""

SPOKEN = """
INSERT INTO spoken (patient_id, dose_id, message_id, at, devices)
SELECT dose.patient_id, dose.id, gen_random_uuid(), dose.due_at, 1
  FROM dose JOIN person ON person.id = dose.patient_id
 WHERE person.email LIKE $1 AND dose.due_at > $2
"""

# Every second patient keeps their vials on record, a new one of each medicine every 28 days, and
# each dose they logged was drawn from the one of its time. By a hash, because the places have
# the names' order in them, and a page by name would be of those with vials alone.
VIALS = """
INSERT INTO vial (patient_id, id, medicine, medicine_form, form, strengths, pharmacy, lot,
                  received_on, created_at, author_id, salt, counts, volume_ul, single_use,
                  pharmacy_licence, prescriber, note, opened_at, gone_at, gone_why, revision)
SELECT line.patient_id, gen_random_uuid(), line.medicine, line.form, 'solution',
       CASE WHEN weekly
            THEN '[{"substance": "testosterone cypionate", "value": "200", "unit": "mg"}]'::json
            ELSE '[{"substance": "sermorelin", "value": "2.5", "unit": "mg"}]'::json END,
       'A pharmacy', 'lot ' || day, came::date, came, line.patient_id, '', '',
       CASE WHEN weekly THEN 2000 ELSE 3000 END, false, '', '', '', came,
       CASE WHEN day >= 28 THEN came + interval '28 days' END,
       CASE WHEN day >= 28 THEN 'past_its_date' END, 1
  FROM line
  JOIN person ON person.id = line.patient_id
 CROSS JOIN LATERAL (SELECT line.medicine <> 'sermorelin' AS weekly) AS kind
 CROSS JOIN generate_series(10, $1::int + 10, 28) AS day
 CROSS JOIN LATERAL (SELECT $3::timestamptz - day * interval '1 day' AS came) AS time
 WHERE person.email LIKE $2 AND md5(person.email) < '8'
"""

DRAWN = """
INSERT INTO drawn (patient_id, id, dose_id, seq, event_id, author_id, said_at, assumed, part,
                   vial_id, quantity, dead_space_ul, syringe)
SELECT vial.patient_id, gen_random_uuid(), dose.id, 1, event.id, vial.patient_id, event.logged_at,
       true, 0, vial.id, CASE WHEN vial.medicine = 'sermorelin' THEN 100 ELSE 500 END, 0, ''
  FROM vial
  JOIN person ON person.id = vial.patient_id
  JOIN line USING (patient_id, medicine)
  JOIN dose ON dose.patient_id = vial.patient_id AND dose.line_id = line.id
           AND dose.night >= vial.received_on AND dose.night < vial.received_on + 28
  JOIN event ON event.patient_id = dose.patient_id AND event.dose_id = dose.id
            AND event.kind = 'taken'
 WHERE person.email LIKE $1
"""


@dataclass(frozen=True, slots=True)
class Full:
    """A clinic, its one clinician, and the patients who let them in."""

    clinic_id: UUID
    clinician_id: UUID
    patients: Sequence[UUID]


async def fill(database: Any, number: int, count: int, now: datetime) -> Full:
    """A clinic with so many patients; `number` tells it from others.

    Foreign keys are not checked meanwhile, which takes half the time; the ids come from here.
    """
    await database.execute("SET session_replication_role = replica")
    clinic, clinician = uuid4(), uuid4()
    mark = f"clinic{number}-"
    began = now - timedelta(days=NIGHTS + 5)
    patients = [uuid4() for _ in range(count)]
    phone = Phone()
    await copy(database, Clinic, [{"id": clinic, "name": f"Clinic {number}", "created_at": began}])
    await copy(database, Person, [
        {"id": clinician, "role": Role.CLINICIAN, "email": f"{mark}doctor@example.org",
         "name": "A clinician", "password_hash": "-", "created_at": began, "clinic_id": clinic}
    ])  # fmt: skip
    await copy(database, Person, [
        {"id": each, "role": Role.PATIENT, "email": f"{mark}{place}@example.org",
         "name": _name(place), "password_hash": "-", "created_at": began}
        for place, each in enumerate(patients)
    ])  # fmt: skip
    await copy(database, Preferences, [
        {"person_id": each, "timezone": ZONE, "bedtimes": ["22:30"] * 7, "turns": time(4),
         "quiet_from": None, "quiet_until": None, "detail": Detail.DISCREET}
        for each in (clinician, *patients)
    ])  # fmt: skip
    await copy(database, CareLink, [
        {"patient_id": each, "id": uuid4(), "person_id": clinician, "clinic_id": clinic,
         "granted_at": began, "scope": Scope.CHANGE}
        for each in patients
    ])  # fmt: skip
    await _prescriptions(database, patients, clinician, began)
    await copy(database, Subscription, [
        {"person_id": each, "id": uuid4(), "endpoint": f"https://push.example.org/{each}",
         "endpoint_hash": endpoint_hash(f"https://push.example.org/{each}"),
         "p256dh": phone.p256dh, "auth": phone.auth, "vapid_key_id": "0" * 16, "name": "Phone",
         "created_at": began, "seen_at": began, "suspicions": 0,
         "last_accepted_at": now - timedelta(hours=3 if place % 20 else 240)}
        for place, each in enumerate(patients)
    ])  # fmt: skip
    await copy(database, Observation, [
        {"patient_id": each, "id": uuid4(), "panel_id": uuid4(), "code": code,
         "value": Decimal(50), "unit": CATALOGUE[code].unit, "collected_at": now - 20 * _DAY,
         "zone": ZONE, "day": (now - 20 * _DAY).date(), "author_id": clinician,
         "means": Means.CLINICIAN, "entered_at": now - 18 * _DAY, "time_known": True,
         "laboratory": "", "scanner_make": "", "scanner_model": "", "note": "", "void_reason": ""}
        for each in patients for code in RESULTS if code in CATALOGUE
    ])  # fmt: skip
    last = now - timedelta(hours=10)
    await database.execute(DOSES, NIGHTS, f"{mark}%", last.date(), last)
    await database.execute(EVENTS, f"{mark}%", now)
    await database.execute(VIALS, NIGHTS, f"{mark}%", last)
    await database.execute(DRAWN, f"{mark}%")
    await database.execute(SPOKEN, f"{mark}%", now - 14 * _DAY)
    await copy(database, Look, [
        {"patient_id": each, "next_at": now + timedelta(hours=1), "looked_at": now,
         "severity": 9 if place % 3 else place % 5, "flags": 0 if place % 3 else 1 + place % 4,
         "unreachable": place % 20 == 0, "labs_overdue": place % 2, "taken": 20 + place % 15,
         "expected": 34, "missed_in_row": place % 4, "last_taken_at": now - place % 50 * _DAY / 10}
        for place, each in enumerate(patients)
    ])  # fmt: skip
    await database.execute("SET session_replication_role = DEFAULT")
    return Full(clinic, clinician, patients)


_DAY = timedelta(days=1)


def _name(place: int) -> str:
    return f"{FIRST_NAMES[place * 7 % 10]} {'Abcdefghij'[place % 10 :]}{place:05d}"


async def _prescriptions(
    database: Any, patients: Sequence[UUID], author: UUID, began: datetime
) -> None:
    versions = {each: uuid4() for each in patients}
    lines = {each: (uuid4(), uuid4()) for each in patients}
    await copy(database, Version, [
        {"patient_id": each, "id": versions[each], "number": 1, "author_id": author,
         "created_at": began, "effective_night": began.date(), "in_force_from": began.date(),
         "acknowledged_at": began, "reason": "", "prescriber": "", "self_reported": False}
        for each in patients
    ])  # fmt: skip
    medicines = (("sermorelin", "subcutaneous"), ("testosterone_cypionate", "intramuscular"))
    await copy(database, Line, [
        {"patient_id": each, "id": line, "medicine": medicine, "form": "", "route": route}
        for each in patients
        for line, (medicine, route) in zip(lines[each], medicines, strict=True)
    ])  # fmt: skip
    await copy(database, Terms, [
        {"patient_id": each, "version_id": versions[each], "line_id": line, "position": position,
         "amount_value": Decimal(250), "amount_unit": "ug",
         "recurrence": {"weekdays": [], "every": 7 if position else 1, "weeks_on": 1,
                        "weeks_off": 0, "first": began.date().isoformat(), "last": None,
                        "times": ["bedtime"], "per_week": None},
         "window_minutes": None, "on_time_minutes": 120, "ladder": [0]}
        for each in patients for position, line in enumerate(lines[each])
    ])  # fmt: skip
