"""Goals, limits and timing of one patient's monitoring: the defaults, and what a clinic chose.

Every default is an engineering default [D] or a figure with its source, shown beside it; each can
be changed for one patient. None of them proposes a dose.
"""

import enum
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.monitoring.models import LabSettings

Exactly = Annotated[Decimal, Field(ge=0, le=100_000, max_digits=12, decimal_places=4)]


class Timing(enum.StrEnum):
    """Where in the dosing interval blood is to be drawn.

    Source: clinical.md 1.3: guidelines disagree, so it is the clinic's choice; mid-interval is
    the default [D].
    """

    MID_INTERVAL = "mid_interval"
    TROUGH = "trough"


class Goal(BaseModel):
    """A band in the marker's canonical unit, both ends included."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    low: Exactly
    high: Exactly


class MonitoringSettings(BaseModel):
    """What holds for one patient.

    timing             where in the interval testosterone is drawn
    biotin_hours       for how long high-dose biotin is paused before a draw; 72 by Labcorp's test
                       pages 010540 and 140103, other laboratories say 12 or 8
    hematocrit_amber   percent; brief, clinical.md 1.4
    hematocrit_red     percent; Endocrine Society 2018 and AUA 2018
    testosterone       ng/dL at mid-interval; Endocrine Society 2018
    estradiol          pg/mL; the users' brief, individual
    low_adherence      share of doses taken in 28 days below which a result is read with care [D]
    psa                whether PSA is asked for; None: from 40 years on (clinical.md 1.2)
    fat_change_kg      least significant change between two scans of one scanner
    lean_change_kg     likewise; 0.76 and 0.83 kg on one Hologic, ESPE 2015 P-2-236 (product.md 4)
    protein            grams per kilogram a day, shown to the patient; None: no companion card
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    timing: Timing = Timing.MID_INTERVAL
    biotin_hours: int = Field(default=72, ge=0, le=168)
    hematocrit_amber: Exactly = Decimal(52)
    hematocrit_red: Exactly = Decimal(54)
    testosterone: Goal = Goal(low=Decimal(350), high=Decimal(600))
    estradiol: Goal = Goal(low=Decimal(20), high=Decimal(30))
    low_adherence: Annotated[Decimal, Field(ge=0, le=1)] = Decimal("0.8")
    psa: bool | None = None
    fat_change_kg: Exactly = Decimal("0.76")
    lean_change_kg: Exactly = Decimal("0.83")
    protein: Goal | None = None


async def settings_of(session: AsyncSession, patient_id: UUID) -> MonitoringSettings:
    """What holds for this patient: the clinic's choices, and a default for everything else."""
    row = await session.get(LabSettings, patient_id)
    return kept_settings(row.chosen if row else None)


async def settings_of_all(
    session: AsyncSession, patients: Collection[UUID]
) -> dict[UUID, MonitoringSettings]:
    """What holds for each of these patients, in one statement."""
    rows = await session.scalars(select(LabSettings).where(LabSettings.patient_id.in_(patients)))
    chosen = {row.patient_id: row.chosen for row in rows}
    return {patient: kept_settings(chosen.get(patient)) for patient in patients}


def kept_settings(chosen: Mapping[str, Any] | None) -> MonitoringSettings:
    """What holds by choices as they are kept, perhaps by another release; None: none were made.

    A choice that this release does not know, or cannot read, has its default: a patient whose
    settings are of an older shape is looked after all the same.
    """
    if not chosen:
        return _DEFAULTS
    try:
        return MonitoringSettings.model_validate(chosen)
    except ValidationError as error:
        odd = {each["loc"][0] for each in error.errors()}
        return MonitoringSettings.model_validate(
            {name: choice for name, choice in chosen.items() if name not in odd}
        )


_DEFAULTS = MonitoringSettings()
