"""What every figure of adherence means, in words that travel with each answer.

Pure. A change of any rule in `app.doses` that moves a figure changes `VERSION` here.

Sources: product.md 5.2 (formulas); Vrijens 2012, Br J Clin Pharmacol 73:691,
doi:10.1111/j.1365-2125.2012.04167.x (the phases). [D] marks an engineering default.
"""

from datetime import timedelta
from decimal import Decimal

ID = "vesper-1"
VERSION = 1

TOLERANCE = Decimal("0.1")
"""An amount within a tenth of the prescribed one is accurate. [D]"""

OVERSHOT = Decimal("1.5")
"""An interval longer than this many prescribed ones is counted. Source: product.md 5.2."""

HOLIDAY = 3
"""So many expected doses in a row left out are a drug holiday, of a line taken at least every
other day. Source: product.md 5.1, three days, after Vrijens 2008."""

HOLIDAY_SPACED = 2
"""The same of a line taken less often. [D]"""

OFTEN = timedelta(hours=48)
"""Up to this interval a line is taken often enough for HOLIDAY. [D]"""

PERMISSIBLE = timedelta(days=30)
"""The shortest gap after which treatment counts as discontinued; three prescribed intervals and
the weeks off of a cycle where that is longer. [D]"""

BACKFILLED = timedelta(hours=24)
"""Logged this long after it was taken, a dose is from memory. Source: product.md 5.3."""

DEFINITION: dict[str, str] = {
    "phase": "from the first intake of each line on, by the plan. Doses that were due before it "
    "are counted as before_initiation and are in no rate; a line that nobody ever took is "
    "not_initiated, and its rates are null, neither 0 nor 100 %",
    "counted": "planned doses due after `since` and up to `until`, of every version as it stood "
    "when they were due, that were logged or whose window has closed",
    "expected": "on time + late + skipped + missed + unresolved",
    "taking": "(on time + late) / expected",
    "taking_bounds": "from (on time + late) / expected to (on time + late + unresolved) / expected",
    "uncapped_taking": "(on time + late + extra) / expected; above 1 shows over-use",
    "timing": "on time / expected",
    "timing_given_taken": "on time / (on time + late)",
    "on_time": "taken no further from the due time, either way, than the line allows",
    "late": "taken further from the due time than that, also after the window had closed",
    "skips": "count as expected and not taken",
    "missed": "not logged when the window closed; never counted as taken",
    "unresolved": "not logged either, and every reminder of the dose failed or found no device: "
    "expected and not taken in every rate, but silence says little about it; the upper bound of "
    "taking counts it as taken. What was logged and taken back is not unresolved but missed",
    "holds": "not expected",
    "gap": "a dose that a change of zone moved within the line's minimum gap is held: not expected",
    "any_n_of_seven": "of a line taken on any n nights of the ISO week, intakes count up to n; of "
    "planned nights that were not held, n sevenths, rounded down, are owed; what the week can no "
    "longer make up for is missed or skipped, and every other night left out is rest",
    "rest": "nights of such a line that its week leaves free; in no rate",
    "extra": "taken outside the plan; in no rate but uncapped_taking",
    "pooled": "sums over the lines; never an average of rates. Beside it the line with the least "
    "taken of what was expected",
    "interval": "Wilson score interval, 95 %",
    "correct_days": "nights on which exactly the expected doses were taken, no fewer and no more, "
    "of the nights with an expected dose and none still open; of all lines together, nights on "
    "which that holds of every line",
    "amount_accuracy": "planned doses taken in an amount within a tenth of the prescribed one, of "
    "all planned doses taken; nothing said about the amount means the prescribed one",
    "report_completeness": "(on time + late + skipped) / expected: what the patient spoke of",
    "delay": "minutes from due to taken, negative when early; quartiles by linear interpolation",
    "intervals": "hours between two intakes of a line over the hours between the planned doses "
    "that the later one belongs to; of a line taken any n nights, seven days over n. None is "
    "formed across a held dose",
    "longest_gap": "the most prescribed intervals without an intake. A held dose ends a gap, and "
    "another begins with it; one that reaches to `until` counts when an expected dose was left "
    "out in it, and has no `to`. A gap may have begun before `since`",
    "drug_holidays": "three or more expected doses of a line in a row not taken; two or more of a "
    "line taken less often than every other day",
    "initiation": "the first intake of a line by the order of the plan, also one outside the plan",
    "implementation": "taking without the doses due after a discontinuation",
    "persistence": "from initiation to discontinuation, or to `until`. Discontinued is a line "
    "whose last intake, or held dose, lies further back than the permissible gap, with an "
    "expected dose left out since; stopped is one that the protocol no longer holds. Doses due "
    "after a discontinuation stay expected and missed, because a rate must not rise when "
    "somebody stops by themselves; they are counted as after_discontinuation as well",
    "permissible_gap": "30 days; three prescribed intervals and the weeks off where that is longer",
    "supply": "of a line with a vial on record, what vials say beside what was logged, of the "
    "doses expected in the period since the first vial came; null without one. It is in no other "
    "figure. Doses and vials from more than 400 days before the period are left out",
    "pdc": "expected doses that the vials on record cover / expected, at most 1. Every vial gives "
    "from the day it came to its discard date or the day it was gone; doses use it up as "
    "prescribed, in order, each from the vial that ends first, so that a vial that came early "
    "begins where the one before it ends. What stays in syringes is left out. It says what was "
    "there to be taken, not what was taken",
    "beyond_stock": "doses logged as taken for which all that came until then, past its date or "
    "not, was used up by the doses logged before",
    "left_over_doses": "by the counts made in the period: counted - (came - drawn for doses logged "
    "as taken - kept by syringes - wasted), in whole doses as last planned; 0 where no more was "
    "found; null without a count",
    "supply_gap": "named from two doses on, and beyond a tenth of what the vials came with that "
    "could be used in the period, or that were counted (beside what syringes keep), because vials "
    "are filled with a little more than their label says and marks are read to the nearest; of "
    "tablets from one on",
    "log_lag": "minutes from taken to logged, of every intake; back-filled is more than 24 hours",
    "evidence": "by what means each standing entry was made",
    "trend": "against the period of the same length right before; of all lines together with those "
    "that had doses in that one alone, so that it says what was said of it then",
}
"""Each word of the answer, and what it counts."""
