"""Which spot is suggested, what rests, and what is said of a spot that was chosen."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.protocols.medicines import INJECTED
from app.sites.body import ELSEWHERE, RULES, SITES, read
from app.sites.rotation import Look, Sore, Use, Wanted, look, warnings
from tests.sites.uses import IM, SC, injections, on, sore, use

LAWS = settings(max_examples=50, deadline=None)
DRUGS = ("sermorelin", "testosterone_cypionate", "gonadorelin", "semaglutide")

routes = st.sampled_from(sorted(INJECTED))
uses = st.lists(
    st.builds(
        use, st.sampled_from(sorted(SITES)), st.integers(0, 20), route=routes,
        medicine=st.sampled_from(DRUGS), hour=st.integers(0, 23),
    ),
    max_size=25,
)  # fmt: skip
sores = st.lists(st.builds(sore, st.sampled_from(sorted(SITES)), st.integers(0, 20)), max_size=8)
wants = st.builds(
    Wanted, routes, st.integers(20, 30).map(on), st.none() | st.sampled_from(DRUGS), st.booleans()
)


def rests(area: str, route: str, medicine: str | None, day: int, before: list[Use]) -> bool:
    """Whether an area rests, said again in the plainest way, for a day counted from the first."""
    here = [each for each in before if SITES[each.site].area == area]
    muscle = any(each.route == IM and (on(day) - each.day).days < 7 for each in here)
    skin = [each for each in before if each.route == SC]
    own = [each for each in before if each.medicine == medicine]
    last = [each for some in (skin, own) for each in some if each.at == max(o.at for o in some)]
    return muscle or any(each in here for each in last)


def suggested(found: Look) -> str | None:
    return found.suggestion.code if found.suggestion else None


@LAWS
@given(wants, uses, sores)
def test_a_suggestion_is_usual_allowed_and_without_a_reaction(
    wanted: Wanted, before: list[Use], open_ones: list[Sore]
) -> None:
    found = look(wanted, before, open_ones)
    if found.suggestion is None:
        return
    site = found.suggestion
    assert wanted.route in site.routes
    assert wanted.deltoid or not site.code.startswith("deltoid")
    assert not site.code.startswith("buttock")
    assert site.code != ELSEWHERE
    assert site.area not in {SITES[each.site].area for each in open_ones}


@LAWS
@given(wants, uses, sores)
def test_nothing_that_rests_is_suggested_while_another_spot_is_free(
    wanted: Wanted, before: list[Use], open_ones: list[Sore]
) -> None:
    found = look(wanted, before, open_ones)
    day = (wanted.today - on(0)).days
    sore_areas = {SITES[each.site].area for each in open_ones}
    usual = [
        site
        for site in SITES.values()
        if wanted.route in site.routes and not site.not_suggested and site.area not in sore_areas
        and (wanted.deltoid or not site.needs)
    ]  # fmt: skip
    free = [
        site for site in usual if not rests(site.area, wanted.route, wanted.medicine, day, before)
    ]
    assert {spot.site.code for spot in found.spots if spot.free} == {site.code for site in free}
    if free:
        assert found.suggestion in free
        last = {each.site: each.at for each in sorted(before, key=lambda one: one.at)}
        unused = [site.code for site in free if site.code not in last]
        longest = unused or [min((site.code for site in free), key=lambda code: last[code])]
        assert suggested(found) in longest or last[suggested(found) or ""] == last[longest[0]]
    else:
        assert (found.suggestion is None) == (not usual)
        assert "rest" in found.why or "reaction" in found.why


@LAWS
@given(wants, uses, sores, st.randoms())
def test_the_order_in_which_things_are_known_makes_no_difference(
    wanted: Wanted, before: list[Use], open_ones: list[Sore], chance: st.DataObject
) -> None:
    told = look(wanted, before, open_ones)
    shuffled, others = list(before), list(open_ones)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    chance.shuffle(others)  # type: ignore[attr-defined]
    again = look(wanted, shuffled + shuffled, others)
    assert (again.suggestion, again.why) == (told.suggestion, told.why)
    assert list(again.spots) == list(told.spots)


@LAWS
@given(wants, uses, sores, st.sampled_from(sorted(SITES)))
def test_whatever_spot_is_chosen_the_warnings_say_what_the_map_shows(
    wanted: Wanted, before: list[Use], open_ones: list[Sore], chosen: str
) -> None:
    codes = {code for code, _ in warnings(SITES[chosen], wanted, before, open_ones)}
    (spot,) = [each for each in look(wanted, before, open_ones).spots if each.site.code == chosen]
    assert ("reaction" in codes) == (spot.reaction is not None)
    assert ("resting" in codes) == (spot.resting is not None)
    assert ("not_for_route" in codes) == (not spot.legal)
    assert ("not_allowed" in codes) == (spot.legal and not spot.allowed)
    assert spot.free or codes or chosen == ELSEWHERE
    if spot.free:
        assert codes <= {"used_lately"}


@pytest.mark.parametrize("deltoid", [False, True])
def test_sixty_days_of_nine_injections_a_week_use_every_spot_evenly_and_break_no_rest(
    deltoid: bool,
) -> None:
    """What the suggestion is worth in the week that it is for."""
    before: list[Use] = []
    for day, hour, route, medicine in injections(60):
        wanted = Wanted(route, on(day), medicine, deltoid)
        found = look(wanted, before, [])
        assert found.suggestion is not None
        assert not rests(found.suggestion.area, route, medicine, day, before), (day, medicine)
        before.append(use(found.suggestion.code, day, route=route, medicine=medicine, hour=hour))
    muscles = Counter(each.site for each in before if each.route == IM)
    skin = Counter(each.site for each in before if each.route == SC)
    assert (len(muscles), len(skin)) == (6 if deltoid else 4, 8)
    assert max(muscles.values()) - min(muscles.values()) <= 1, muscles
    # What rests because something went into the muscle beneath is used as often, all told.
    flesh = Counter(SITES[each.site].area for each in before)
    counted = [flesh[SITES[code].area] for code in skin]
    assert max(counted) - min(counted) <= 1, flesh
    weekly = [each for each in before if each.medicine == "semaglutide"]
    assert all(one.site != other.site for one, other in pairwise(weekly))
    sides = [SITES[each.site].side for each in before]
    assert abs(sides.count("left") - sides.count("right")) <= 3


def test_an_empty_map_begins_with_the_hip_and_goes_to_the_other_side() -> None:
    assert suggested(look(Wanted(IM, on(0)), [], [])) == "ventrogluteal_left"
    first = use("ventrogluteal_left", 0, route=IM, medicine="testosterone_cypionate")
    found = look(Wanted(IM, on(1)), [first], [])
    assert (suggested(found), found.why) == ("ventrogluteal_right", "It has not been used yet.")


def test_a_muscle_rests_for_seven_days_for_every_medicine_and_route() -> None:
    testosterone = use("vastus_lateralis_left", 0, route=IM, medicine="testosterone_cypionate")
    for route, code in ((IM, "vastus_lateralis_left"), (SC, "thigh_left")):
        for day, resting in ((6, True), (7, False)):
            (spot,) = [
                each
                for each in look(Wanted(route, on(day)), [testosterone], []).spots
                if each.site.code == code
            ]
            assert (spot.resting is not None) is resting, (route, day)
            if spot.resting is not None:
                assert spot.resting.until == on(7)
                assert "7 days" in spot.resting.text
                assert "Testosterone_cypionate went into this muscle 6 days ago" in (
                    spot.resting.text
                )


def test_the_spot_of_the_last_dose_under_the_skin_rests_until_the_next_went_elsewhere() -> None:
    one = use("thigh_left", 0)
    for route, code in ((SC, "thigh_left"), (IM, "vastus_lateralis_left")):
        spots = {each.site.code: each for each in look(Wanted(route, on(30)), [one], []).spots}
        rest = spots[code].resting
        assert rest is not None, "nothing else went anywhere since"
        assert rest.until is None
    other = use("upper_arm_left", 1, medicine="gonadorelin")
    found = look(Wanted(SC, on(2), "gonadorelin"), [one, other], [])
    spots = {each.site.code: each for each in found.spots}
    assert spots["thigh_left"].resting is None
    assert spots["upper_arm_left"].resting is not None


def test_a_weekly_medicine_never_goes_where_its_own_last_dose_went() -> None:
    weekly = use("abdomen_upper_left", 0, medicine="semaglutide")
    between = [use(code, day) for day, code in enumerate(
        ("abdomen_upper_right", "abdomen_lower_left", "abdomen_lower_right", "thigh_left",
         "thigh_right", "upper_arm_left", "upper_arm_right"), start=1)]  # fmt: skip
    assert suggested(look(Wanted(SC, on(8), "sermorelin"), [weekly, *between], [])) == (
        "abdomen_upper_left"
    )
    found = look(Wanted(SC, on(8), "semaglutide"), [weekly, *between], [])
    assert suggested(found) == "abdomen_upper_right"
    (spot,) = [each for each in found.spots if each.site.code == "abdomen_upper_left"]
    assert spot.resting is not None
    assert RULES["medicine"].text in spot.resting.text


def test_a_reaction_keeps_its_flesh_out_for_both_routes() -> None:
    open_ones = [sore("thigh_left")]
    for route in (IM, SC):
        spots = {each.site.code: each for each in look(Wanted(route, on(1)), [], open_ones).spots}
        assert not spots["thigh_left"].free
        assert not spots["vastus_lateralis_left"].free
        assert spots["thigh_right"].reaction is None
    ((code, text),) = warnings(SITES["thigh_left"], Wanted(SC, on(1)), [], open_ones)
    assert (code, text) == (
        "reaction", "A reaction was noted here on 23 November and has not ended."
    )  # fmt: skip


def test_where_everything_rests_the_rest_that_ends_first_is_suggested_and_why_says_so() -> None:
    medicine = "testosterone_cypionate"
    hips = ("ventrogluteal_left", "ventrogluteal_right")
    before = [
        use(code, day, route=IM, medicine=medicine)
        for day, code in enumerate((*hips, "vastus_lateralis_right", "vastus_lateralis_left"))
    ]
    found = look(Wanted(IM, on(4), medicine), before, [])
    assert suggested(found) == "ventrogluteal_left"
    assert "Every usual spot rests or has a reaction. Left hip is the one" in found.why
    found = look(Wanted(IM, on(4), medicine), before, [sore("ventrogluteal_left")])
    assert suggested(found) == "ventrogluteal_right"


def test_where_every_spot_reacts_none_is_suggested_and_any_can_still_be_logged() -> None:
    everywhere = [sore(code) for code in SITES]
    found = look(Wanted(SC, on(1)), [], everywhere)
    assert found.suggestion is None
    assert "none is suggested" in found.why
    assert "You can still log any spot." in found.why
    assert warnings(SITES[ELSEWHERE], Wanted(SC, on(1)), [], everywhere) == []


def test_spots_that_are_never_suggested_say_why() -> None:
    found = look(Wanted(IM, on(0), deltoid=True), [], [])
    spots = {each.site.code: each for each in found.spots}
    assert spots["buttock_left"].legal
    assert not spots["buttock_left"].suggestable
    (warned,) = warnings(SITES["buttock_left"], Wanted(IM, on(0)), [], [])
    assert warned == ("never_suggested", SITES["buttock_left"].not_suggested)
    assert "sciatic" in warned[1]
    codes = [code for code, _ in warnings(SITES["deltoid_left"], Wanted(IM, on(0)), [], [])]
    assert codes == ["not_allowed"]
    codes = [code for code, _ in warnings(SITES["thigh_left"], Wanted(IM, on(0)), [], [])]
    assert codes == ["not_for_route"]


def test_a_spot_that_another_medicine_used_lately_is_said() -> None:
    before = [use("abdomen_upper_left", 0, medicine="gonadorelin"), use("thigh_left", 1)]
    ((code, text),) = warnings(SITES["abdomen_upper_left"], Wanted(SC, on(3)), before, [])
    assert (code, text) == ("used_lately", "Gonadorelin went here 3 days ago.")
    assert warnings(SITES["abdomen_upper_left"], Wanted(SC, on(9)), before, []) == []


def test_every_spot_has_a_source_a_pair_and_flesh_that_other_routes_share() -> None:
    assert len(SITES) == 17
    for code, site in SITES.items():
        assert site.code == code
        assert site.source
        assert len(code) <= 32, "it has to fit the column"
        if code != ELSEWHERE:
            mirror = {"left": "right", "right": "left"}[site.side]
            other = SITES[code.replace(site.side, mirror)]
            assert (other.side, other.routes, other.view) == (mirror, site.routes, site.view)
    assert SITES["thigh_left"].area == SITES["vastus_lateralis_left"].area
    assert SITES["upper_arm_right"].area == SITES["deltoid_right"].area
    assert len({site.order for site in SITES.values()}) == len(SITES)
    coded = [site.snomed[0] for site in SITES.values() if site.snomed]
    assert len(coded) == len(set(coded)) == 12
    assert "subcutaneous" in INJECTED
    assert "oral" not in INJECTED


def test_a_spot_without_a_source_is_refused() -> None:
    spot = {
        "code": "x_{side}", "name": "{side} x", "area": "x", "view": "front",
        "routes": ["subcutaneous"], "source": "[D]",
    }  # fmt: skip
    assert len(read({"spots": [spot]})) == 2
    coded = {"snomed": {"left": "1", "right": "2"}, "display": {"left": "L", "right": "R"}}
    for wrong in (
        {**spot, "source": ""}, {**spot, **coded}, {**spot, "routes": ["oral"]},
        {**spot, "routes": []}, {**spot, "code": "x"},
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"source|route|code"):
            read({"spots": [wrong]})


def test_a_day_of_tests_is_what_it_says() -> None:
    assert on(1) - on(0) == timedelta(days=1)
    assert len(injections(7)) == 9


def test_where_everything_rests_the_rest_that_ends_first_counts_and_not_the_last_use() -> None:
    """The thigh's muscle was never used, but its skin was yesterday, without a date to end on."""
    before = [
        use("ventrogluteal_left", 5, route=IM), use("ventrogluteal_right", 6, route=IM),
        use("vastus_lateralis_right", 7, route=IM), use("thigh_left", 9),
    ]  # fmt: skip
    found = look(Wanted(IM, on(10)), before, [])
    assert suggested(found) == "ventrogluteal_left"
    assert "the one whose rest ends first" in found.why


def test_what_another_medicine_did_since_does_not_hide_where_this_one_went_last() -> None:
    before = [
        use("abdomen_upper_left", 0, medicine="semaglutide"),
        use("thigh_left", 1, medicine="semaglutide"), use("thigh_left", 2),
        use("upper_arm_left", 3),
    ]  # fmt: skip
    found = look(Wanted(SC, on(4), "semaglutide"), before, [])
    resting = {spot.site.code for spot in found.spots if spot.resting and spot.legal}
    assert resting == {"thigh_left", "upper_arm_left"}


def test_a_spot_that_was_used_later_that_evening_has_rested_no_day() -> None:
    """A dose after midnight that belongs to the night before, and one that was logged late."""
    found = look(Wanted(SC, on(3)), [use("thigh_left", 4)], [])
    assert [spot.rested_days for spot in found.spots if spot.last] == [0]
