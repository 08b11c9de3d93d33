"""The data of syringes and vials is refused where it contradicts itself or names no source."""

from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from app.protocols.medicines import MEDICINES
from app.supplies.catalogue import (
    KEPT,
    SYRINGES,
    Unsourced,
    opened_days_of,
    read_kept,
    read_syringes,
)
from app.supplies.fitting import date_notes, label_notes, misfit
from app.supplies.ledger import StandingDraw, contents
from app.supplies.models import SourceCheck, Vial
from app.supplies.source_checks import QUESTIONS, heeded, state_of
from tests.story_time import MONDAY
from tests.supplies.labels import a_strength, a_vial, blend, dissolved, oil

SYRINGE = """
[any]
name = "Any"
kind = "units"
capacity_ul = 300
tick_ul = 10
dead_space_ul = 2
source = "[D] any"
dead_space_source = "[D] any"
"""
VIAL = """
[any]
opened_days = 28
opened_source = "[S] any"
salts = ["acetate"]
salts_source = "[S] any"
excipients = ["benzyl alcohol"]
excipients_source = "[P] any"
[any.other_salts]
Sodium = "another one"
"""


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("tick_ul = 10", "tick_ul = 7"), ("tick_ul = 10", "tick_ul = 0"),
        ("tick_ul = 10", "tick_ul = 400"), ("dead_space_ul = 2", "dead_space_ul = -1"),
        ('kind = "units"', 'kind = "drops"'), ('source = "[D] any"', 'source = "any"'),
        ('dead_space_source = "[D] any"', 'dead_space_source = ""'),
    ],
)  # fmt: skip
def test_a_syringe_needs_marks_to_its_end_and_a_source(said: str, instead: str) -> None:
    assert read_syringes(SYRINGE)["any"].tick_ul == 10
    assert said in SYRINGE
    with pytest.raises(Unsourced):
        read_syringes(SYRINGE.replace(said, instead))


@pytest.mark.parametrize("mark", ["tick_ul = 0", "capacity_ul = 0", "dead_space_ul = 0"])
def test_a_pen_has_no_marks_and_no_dead_space(mark: str) -> None:
    pen = SYRINGE.replace('"units"', '"pen"')
    for said in ("tick_ul = 10", "capacity_ul = 300", "dead_space_ul = 2"):
        pen = pen.replace(said, f"{said.split(' =')[0]} = 0")
    assert read_syringes(pen)["any"].is_pen
    with pytest.raises(Unsourced):
        read_syringes(pen.replace(mark, mark.replace("0", "5")))


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("opened_days = 28", "opened_days = 0"), ('opened_source = "[S] any"', ""),
        ('salts_source = "[S] any"', 'salts_source = "somebody"'),
        ('excipients_source = "[P] any"', ""), ("another one", " "),
    ],
)  # fmt: skip
def test_what_is_said_of_a_vial_needs_a_source(said: str, instead: str) -> None:
    assert read_kept(VIAL)["any"].other_salts == {"sodium": "another one"}
    assert said in VIAL
    with pytest.raises(Unsourced):
        read_kept(VIAL.replace(said, instead))


def test_the_syringes_of_the_issue_are_there_with_their_marks() -> None:
    found = {(each.kind, each.capacity_ul, each.tick_ul) for each in SYRINGES.values()}
    assert found - {("pen", 0, 0)} == {
        ("units", 300, 5), ("units", 300, 10), ("units", 500, 10), ("units", 1000, 10),
        ("units", 1000, 20), ("ml", 1000, 10), ("ml", 3000, 100),
    }  # fmt: skip


def test_every_injected_medicine_says_how_long_an_opened_vial_is_used() -> None:
    assert set(KEPT) <= set(MEDICINES)
    injected = {code for code, each in MEDICINES.items() if set(each.routes) - {"oral"}}
    assert injected <= set(KEPT)
    assert opened_days_of("something else") == 28


def test_another_drug_is_told_from_the_one_prescribed() -> None:
    def said(vial: object, medicine: str, form: str = "") -> str | None:
        found = misfit(vial, medicine, form)  # type: ignore[arg-type]
        return found.code if found else None

    assert said(oil(), "testosterone_cypionate") is None
    assert said(oil(salt="Cypionate, USP"), "testosterone_cypionate") is None
    assert said(oil(salt="Enanthate"), "testosterone_cypionate") == "other_salt"
    named = a_vial(
        a_strength("200", substance="Testosterone Propionate"), medicine="testosterone_cypionate"
    )
    assert said(named, "testosterone_cypionate") == "other_salt"
    assert said(oil(), "sermorelin") == "wrong_substance"
    assert said(blend(), "cjc1295_ipamorelin", "no_dac") is None
    assert said(blend(), "cjc1295_ipamorelin", "with_dac") == "other_form"
    unstated = a_vial(medicine="cjc1295_ipamorelin")
    assert said(unstated, "cjc1295_ipamorelin", "no_dac") == "other_form"
    sodium = a_vial(a_strength("5", substance="semaglutide"), medicine="semaglutide", salt="Sodium")
    assert said(sodium, "semaglutide") == "other_salt"


def test_an_odd_label_is_spoken_of_and_not_refused() -> None:
    assert label_notes(oil(), "testosterone_cypionate") == ()
    assert label_notes(blend(), "cjc1295_ipamorelin") == ()
    odd = label_notes(a_vial(a_strength("5", substance="tesamorelin")), "sermorelin")
    assert [each.code for each in odd] == ["wrong_substance"]
    assert "tesamorelin" in odd[0].text
    salt = label_notes(a_vial(salt="trifluoroacetate sodium"), "gonadorelin")
    assert "other_salt" not in [each.code for each in salt]  # it names acetate all the same
    assert [each.code for each in label_notes(a_vial(salt="citrate"), "sermorelin")] == [
        "other_salt"
    ]


def test_who_may_be_allergic_to_what_is_in_it_is_asked_and_hears_it_before_drawing() -> None:
    allergy = QUESTIONS["allergy"]
    holding = {code for code, kept in KEPT.items() if kept.excipients}
    assert set(allergy.medicines) == holding == {"testosterone_cypionate"}
    for excipient in ("benzyl alcohol", "benzyl benzoate", "cottonseed oil"):
        assert excipient in allergy.text

    def check(**answers: str) -> SourceCheck:
        return SourceCheck(
            patient_id=uuid4(), id=uuid4(), vial_id=uuid4(), answers=answers, author_id=uuid4(),
            at=MONDAY,
        )  # fmt: skip

    every = dict.fromkeys(QUESTIONS, "yes")
    without = {code: said for code, said in every.items() if code != "allergy"}
    assert state_of(check(**every), "testosterone_cypionate") == "verified"
    assert state_of(check(**without), "testosterone_cypionate") == "unverified"
    assert state_of(check(**without), "sermorelin") == "verified"
    for said in ("no", "unsure"):
        doubted = check(**every | {"allergy": said})
        (warned,) = heeded(doubted, "testosterone_cypionate")
        assert (warned.code, "pharmacy or clinic" in warned.text) == ("allergy", True)
        assert heeded(doubted, "sermorelin") == ()
        assert state_of(doubted, "sermorelin") == "verified"
    assert state_of(check(allergy="no"), "testosterone_cypionate") == "doubtful"
    for quiet in (None, check(**every), check(**without), check(seal="no")):
        assert heeded(quiet, "testosterone_cypionate") == ()


@pytest.mark.parametrize(
    ("vial", "doses", "said"),
    [
        (dissolved("5", "2", diluent="sterile_water"), 0, "no_preservative"),
        (dissolved("5", "2", diluent="sodium_chloride"), 3, "no_preservative"),
        (dissolved("5", "2", diluent="bacteriostatic_water"), 3, None),
        (dissolved("5", "2", diluent="bacteriostatic_sodium_chloride"), 3, None),
        (dissolved("5", "2", diluent="other"), 3, None),
        (dissolved("5", "2", diluent="sterile_water", single_use=True), 0, "single_use"),
        (oil(single_use=True), 0, "single_use"),
        (oil(single_use=True), 1, "used_before"),
        (oil(), 1, None),
    ],
)  # fmt: skip
def test_a_vial_without_preservative_is_for_one_use(
    vial: Vial, doses: int, said: str | None
) -> None:
    draws = [
        StandingDraw(
            id=uuid4(), vial_id=vial.id, dose_id=uuid4(), event_id=uuid4(), taken_at=MONDAY,
            said_at=MONDAY, author_id=uuid4(), assumed=True, part=0, quantity=1, dead_space=0,
            syringe="",
        )
        for _ in range(doses)
    ]  # fmt: skip
    held = contents(vial, draws, [], ZoneInfo("UTC"), MONDAY)
    assert [each.code for each in date_notes(held, MONDAY.date())] == ([said] if said else [])
