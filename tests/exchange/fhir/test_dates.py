"""Dates in searches: what a partial date spans, and what each comparison means."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exchange.fhir.dates import Span, span_between, span_of, wanted

DENVER = ZoneInfo("America/Denver")
HOURS = st.integers(0, 40)
SPANS = st.builds(
    lambda start, length: Span(
        datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=start),
        datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=start + length),
    ),
    HOURS, st.integers(1, 30),
)  # fmt: skip
TEXTS = st.one_of(
    st.dates(date(1, 1, 1)).map(str),
    st.dates(date(1, 1, 1)).map(lambda day: f"{day:%Y}-{day.month:02}"),
    st.from_regex(r"(eq|ge|ap)?[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?Z?)?)?)?",
                  fullmatch=True),
    st.text(max_size=30),
)  # fmt: skip


def moments(text: str) -> tuple[str, str]:
    span = span_of(text, DENVER)
    assert span is not None
    return span.start.isoformat(), span.end.isoformat()


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", "2026-01-01T07:00:00+00:00", "2027-01-01T07:00:00+00:00"),
        ("2026-12", "2026-12-01T07:00:00+00:00", "2027-01-01T07:00:00+00:00"),
        ("2026-11-23", "2026-11-23T07:00:00+00:00", "2026-11-24T07:00:00+00:00"),
        # The day the clocks go back has 25 hours where the patient lives.
        ("2026-11-01", "2026-11-01T06:00:00+00:00", "2026-11-02T07:00:00+00:00"),
        ("2026-11-23T22:30", "2026-11-24T05:30:00+00:00", "2026-11-24T05:31:00+00:00"),
        ("2026-11-23T22:30:00Z", "2026-11-23T22:30:00+00:00", "2026-11-23T22:30:01+00:00"),
        ("2026-11-23T22:30:00.250Z", "2026-11-23T22:30:00.250000+00:00",
         "2026-11-23T22:30:00.251000+00:00"),
    ],
)  # fmt: skip
def test_a_date_spans_what_it_leaves_open_where_the_patient_lives(
    text: str, start: str, end: str
) -> None:
    assert moments(text) == (start, end)


@given(TEXTS)
@settings(max_examples=150)
def test_whatever_is_sent_is_a_span_or_nothing(text: str) -> None:
    span = span_of(text, DENVER)
    assert span is None or span.start < span.end
    wanted(text, DENVER)


@given(SPANS, SPANS)
@settings(max_examples=150)
def test_the_comparisons_agree_with_each_other(asked: Span, other: Span) -> None:
    def holds(prefix: str) -> bool:
        found = wanted(f"{prefix}{asked.start:%Y-%m-%dT%H:%M:%SZ}", UTC)
        assert found is not None
        return type(found)(prefix, asked).holds(other)

    instants = {asked.start + timedelta(hours=n) for n in range(200)}
    inside = {one for one in instants if asked.start <= one < asked.end}
    theirs = {other.start + timedelta(hours=n) for n in range(200)}
    theirs = {one for one in theirs if one < other.end}
    assert holds("eq") == (theirs <= inside)
    assert holds("ne") != holds("eq")
    assert holds("sa") == all(one >= asked.end for one in theirs)
    assert holds("eb") == all(one < asked.start for one in theirs)
    assert holds("gt") == any(one >= asked.end for one in theirs)
    assert holds("lt") == any(one < asked.start for one in theirs)
    assert holds("ge") == (holds("gt") or holds("eq"))
    assert holds("le") == (holds("lt") or holds("eq"))


def test_a_period_without_an_end_reaches_into_every_future() -> None:
    span = span_between("2026-11-23", None, DENVER)
    later = wanted("ge2999", DENVER)
    assert span is not None
    assert later is not None
    assert later.holds(span)
