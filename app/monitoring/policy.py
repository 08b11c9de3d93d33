"""What a clinic decides about one patient's labs: the rules of the plan, and goals and limits.

A patient whom no clinician looks after decides both themselves.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.care import is_looked_after
from app.accounts.models import Person
from app.db import insert_new
from app.monitoring.models import LabPlan, LabSettings
from app.monitoring.plan import materialise
from app.monitoring.rules import DEFAULT_RULES, Fault, Purpose, Rule, check
from app.monitoring.settings import Goal, MonitoringSettings
from app.monitoring.treatment import kept_from, rules_from
from app.observations.catalogue import CATALOGUE
from app.problems import Invalid, Problem

_GROUPS = {
    Purpose.BLOOD: frozenset({"lab"}),
    Purpose.SCAN: frozenset({"scan"}),
    Purpose.MEASURE: frozenset({"vital", "body"}),
}


class ClinicPlans(Problem):
    """Your clinic decides about this lab plan."""

    status: ClassVar[int] = 403


async def rules_of(session: AsyncSession, patient_id: UUID) -> tuple[Rule, ...]:
    """The patient's lab plan: what their clinic chose, or the default one."""
    chosen = await session.get(LabPlan, patient_id)
    return rules_from(chosen.steps) if chosen else DEFAULT_RULES


async def choose_rules(
    session: AsyncSession, patient_id: UUID, actor: Person, rules: Sequence[Rule], now: datetime
) -> None:
    """Keep these rules instead of the plan before, and re-derive what is due.

    What was drawn stays. The same rules again change nothing. Raises ClinicPlans for a patient
    whom a clinician looks after, and Invalid for a rule that is named twice, asks for what Vesper
    does not know, or contradicts itself.
    """
    await _may_decide(session, patient_id, actor, now)
    _check(rules)
    kept = kept_from(rules)
    first = {"patient_id": patient_id, "steps": kept, "edited_by": actor.id, "edited_at": now}
    if not await insert_new(session, LabPlan, [first]):
        # Somebody chose before, perhaps in this very moment: the later one stands.
        plan = await session.get_one(
            LabPlan, patient_id, with_for_update=True, populate_existing=True
        )
        if plan.steps == kept:
            return
        plan.steps, plan.edited_by, plan.edited_at = kept, actor.id, now
    audit.record(
        session, "labs.planned", at=now, actor=actor.id, patient=patient_id, steps=len(kept)
    )
    await session.flush()
    await materialise(session, patient_id, now)


async def choose_settings(
    session: AsyncSession, patient_id: UUID, actor: Person, wanted: MonitoringSettings,
    now: datetime,
) -> None:  # fmt: skip
    """Keep these goals, limits and timing; what equals its default is not kept.

    The same again changes nothing. Raises ClinicPlans like `choose_rules`, and Invalid for limits
    in the wrong order.
    """
    await _may_decide(session, patient_id, actor, now)
    _in_order(wanted)
    kept = wanted.model_dump(mode="json", exclude_defaults=True)
    first = {"patient_id": patient_id, "chosen": kept, "edited_by": actor.id, "edited_at": now}
    if not await insert_new(session, LabSettings, [first]):
        row = await session.get_one(
            LabSettings, patient_id, with_for_update=True, populate_existing=True
        )
        if row.chosen == kept:
            return
        row.chosen, row.edited_by, row.edited_at = kept, actor.id, now
    audit.record(session, "labs.limits_set", at=now, actor=actor.id, patient=patient_id)
    await session.flush()
    await materialise(session, patient_id, now)


async def _may_decide(
    session: AsyncSession, patient_id: UUID, actor: Person, now: datetime
) -> None:
    if actor.id == patient_id and await is_looked_after(session, patient_id, now):
        raise ClinicPlans(
            "Your clinic looks after your lab plan.", cure="Contact your clinic to change it."
        )


def _check(rules: Sequence[Rule]) -> None:
    names: set[str] = set()
    for position, rule in enumerate(rules):
        field = f"rules.{position}"
        if rule.rule in names:
            raise Invalid("A rule is named twice.", field=f"{field}.rule", cure="Name each once.")
        names.add(rule.rule)
        for place, marker in enumerate(rule.markers):
            item = CATALOGUE.get(marker)
            if item is None or item.group not in _GROUPS[rule.purpose]:
                raise Invalid(
                    f"This is nothing that a rule for {_SPOKEN[rule.purpose]} can ask for.",
                    field=f"{field}.markers.{place}", cure="Choose a marker of the catalogue.",
                )  # fmt: skip
        try:
            check(rule)
        except Fault as fault:
            raise Invalid(fault.problem, field=f"{field}.{fault.field}", cure=fault.cure) from fault


_SPOKEN = {Purpose.BLOOD: "blood", Purpose.SCAN: "a scan", Purpose.MEASURE: "a measurement"}


_IN_THE_UNIT_OF = {
    "hematocrit_amber": "hematocrit", "hematocrit_red": "hematocrit",
    "testosterone": "testosterone_total", "estradiol": "estradiol",
}  # fmt: skip
"""The marker whose limits of entry hold for a setting: 0.54 is no percentage, nor is 540."""


def _in_order(wanted: MonitoringSettings) -> None:
    for name, figure in _figures(wanted):
        hard = CATALOGUE[_IN_THE_UNIT_OF[name.split(".")[0]]].hard
        if hard is not None and not hard.holds(figure):
            raise Invalid(
                f"No result could be {figure}.", field=name,
                cure=f"Choose from {hard.low} to {hard.high}; check the unit.",
            )  # fmt: skip
    if wanted.hematocrit_amber >= wanted.hematocrit_red:
        raise Invalid(
            "The lower limit of hematocrit is not below the upper one.", field="hematocrit_amber",
            cure=f"Choose less than {wanted.hematocrit_red} %.",
        )  # fmt: skip
    for name in ("testosterone", "estradiol", "protein"):
        goal = getattr(wanted, name)
        if goal is not None and goal.low > goal.high:
            raise Invalid(
                "The goal ends before it begins.", field=f"{name}.low",
                cure=f"Choose at most {goal.high}.",
            )  # fmt: skip


def _figures(wanted: MonitoringSettings) -> Iterator[tuple[str, Decimal]]:
    """Each figure that is compared with results, by the field it stands in."""
    for name in _IN_THE_UNIT_OF:
        chosen = getattr(wanted, name)
        if isinstance(chosen, Goal):
            yield f"{name}.low", chosen.low
            yield f"{name}.high", chosen.high
        else:
            yield name, chosen
