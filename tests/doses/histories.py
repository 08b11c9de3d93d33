"""Random histories of a few lines, as plain facts; for the oracle, and for what it checks."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)

ZONES = (
    "America/Denver", "Europe/Berlin", "Pacific/Apia", "Australia/Lord_Howe", "Africa/Abidjan",
)  # fmt: skip

SKIPS = ("", "forgot", "travelling", "ran_out")
MEANS = ("app", "push_token", "clinician")

FIRST_NIGHTS = (date(2026, 2, 20), date(2026, 3, 20), date(2026, 10, 1), date(2026, 6, 1))
"""Before the clocks change in one of the zones or another, and in a quiet time."""

ROOT = UUID("5b0c8a0e-6d8e-4e0a-9a56-0c64b1f7f3aa")


def a_history(random: Random, *, most_nights: int = 60) -> dict[str, Any]:
    """Lines with their doses, a period, and the instant at which it is read."""
    first = random.choice(FIRST_NIGHTS)
    nights = random.randint(1, most_nights)
    zone = random.choice(ZONES)
    lines = [
        a_line(random, number, first + random.choice((0, 0, 9)) * DAY, nights, zone)
        for number in range(random.choice((1, 1, 2, 3)))
    ]
    dues = sorted(dose["due"] for line in lines for dose in line["doses"])
    last = dues[-1] if dues else datetime.combine(first, time(22), UTC)
    until = random.choice((
        last + timedelta(hours=random.choice((random.randint(0, 200), 1500))),
        random.choice(dues or [last]) + timedelta(minutes=random.choice((0, 1, 400))),
    ))  # fmt: skip
    span = timedelta(hours=random.choice((24, 7 * 24, 7 * 24, 30 * 24, 30 * 24 + 1, 90 * 24)))
    now = until + random.choice((0, 0, 0, 1, 50)) * timedelta(hours=7)
    return {"lines": lines, "zone": zone, "since": until - span, "until": until, "now": now}


def a_line(random: Random, number: int, first: date, nights: int, zone: str) -> dict[str, Any]:
    """One line of some rhythm and the doses of so many nights, with what came of them."""
    quota, rhythm, average = _rhythm(random)
    habit = random.choice((0.05, 0.5, 0.8, 0.97))
    begins = random.choice((0, 0, 0, 4, 10**6))
    stops = random.choice((10**6, 10**6, random.randint(1, nights)))
    held = range(*sorted(random.choices(range(nights + 1), k=2))) if random.random() < 0.3 else ()
    line: dict[str, Any] = {
        "number": number, "quota": quota, "rhythm": rhythm, "slots": rhythm["times"],
        "every": average / rhythm["times"], "weeks_off": rhythm["weeks_off"], "doses": [],
        "stopped": None, "zone": zone,
    }  # fmt: skip
    for place in range(nights):
        night = first + place * DAY
        off = rhythm["weeks_off"] and place // 7 % (1 + rhythm["weeks_off"])
        if off or (rhythm["weekdays"] and night.isoweekday() not in rhythm["weekdays"]):
            continue
        if place % rhythm["every"] or not _exists(night, zone):
            continue
        for slot in range(rhythm["times"]):
            dose = a_dose(random, line, night, slot, zone)
            dose["held"] = place in held
            speaks = begins <= place < stops
            _settle(random, dose, habit if speaks else 0.0)
            line["doses"].append(dose)
    for slot in range(random.choice((0, 0, 1, 3))):
        line["doses"].append(_extra(random, line, first, nights, slot, zone))
    if random.random() < 0.2:
        line["stopped"] = instant(first + random.randint(1, nights + 30) * DAY, time(4), zone)
        line["doses"] = [each for each in line["doses"] if each["due"] < line["stopped"]]
    for place, dose in enumerate(line["doses"]):
        dose["number"] = place
    return line


def _rhythm(random: Random) -> tuple[int | None, dict[str, Any], timedelta]:
    """How often a line is taken: any so many nights, and else how; and how far apart on average."""
    quota = random.choice((None, None, None, 5, 3, 2))
    rhythm: dict[str, Any] = {"weekdays": [], "every": 1, "weeks_off": 0, "times": 1}
    if quota is not None:
        return quota, rhythm, 7 * DAY / quota
    kind = random.choice(("nightly", "weekdays", "every", "twice", "cycle"))
    if kind == "weekdays":
        rhythm["weekdays"] = sorted(random.sample(range(1, 8), random.randint(1, 5)))
        return None, rhythm, 7 * DAY / len(rhythm["weekdays"])
    if kind == "every":
        rhythm["every"] = random.choice((2, 3, 7, 14))
    elif kind == "twice":
        rhythm["times"] = 2
    elif kind == "cycle":
        rhythm["weeks_off"] = random.choice((1, 5))
    return None, rhythm, rhythm["every"] * DAY


def a_dose(
    random: Random, line: dict[str, Any], night: date, slot: int, zone: str
) -> dict[str, Any]:
    """A planned dose that nobody has said anything of."""
    due = instant(night, time(22, 30) if slot == 0 else time(9), zone)
    window = random.choice((330, 330, 2880, 5))
    return {
        "night": night, "slot": slot, "due": due, "closes": due + timedelta(minutes=window),
        "on_time": timedelta(minutes=random.choice((120, 120, 1440, 0))), "quota": line["quota"],
        "extra": False, "held": False, "taken_at": None, "skip": None, "logged": None,
        "means": None, "planned": 250, "amount": None,
        "unreached": random.random() < 0.15,
    }  # fmt: skip


def instant(night: date, at: time, zone: str) -> datetime:
    """A wall-clock time in a zone, as UTC."""
    return datetime.combine(night, at, ZoneInfo(zone)).astimezone(UTC)


def _exists(night: date, zone: str) -> bool:
    return instant(night, time(22, 30), zone).astimezone(ZoneInfo(zone)).date() == night


def _settle(random: Random, dose: dict[str, Any], habit: float) -> None:
    """Have it taken, skipped or left, by the patient's habit."""
    luck = random.random()
    if luck < habit:
        minutes = random.choice((0, 1, -30, 119, 120, 121, 600, 3000, random.randint(-900, 900)))
        _take(random, dose, dose["due"] + timedelta(minutes=minutes, seconds=random.choice((0, 1))))
    elif luck < habit + 0.1 and habit:
        dose["skip"], dose["means"] = random.choice(SKIPS), random.choice(MEANS)
        dose["logged"] = dose["due"]


def _take(random: Random, dose: dict[str, Any], at: datetime) -> None:
    dose["taken_at"], dose["means"] = at, random.choice(MEANS)
    dose["logged"] = at + timedelta(minutes=random.choice((0, 0, 3, 1440, 1441, 9999)))
    if random.random() < 0.2:
        dose["amount"] = random.choice(
            ((225, "ug"), (224, "ug"), (275, "ug"), (276, "ug"), (1, "mg"), (2, "{tablet}"))
        )


def _extra(
    random: Random, line: dict[str, Any], first: date, nights: int, slot: int, zone: str
) -> dict[str, Any]:
    dose = a_dose(random, line, first + random.randrange(nights) * DAY, 0, zone)
    dose |= {"extra": True, "unreached": False, "slot": 100 + slot}
    dose["due"] += timedelta(minutes=random.randint(-600, 300))
    dose["closes"] = dose["due"] + timedelta(minutes=5)
    if random.random() < 0.8:
        _take(random, dose, dose["due"] + timedelta(hours=random.choice((0, 0, 30, -30))))
    return dose


def line_id(line: dict[str, Any]) -> UUID:
    """The id of a line by its number."""
    return uuid5(ROOT, str(line["number"]))
