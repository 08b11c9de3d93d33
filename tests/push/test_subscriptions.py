"""Devices come, are replaced, move to somebody else and go."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.problems import Invalid, NotFound
from app.push import text64
from app.push.models import Retired, Subscription
from app.push.subscriptions import (
    browser_keys,
    listed_subscriptions,
    live_subscriptions,
    name_of,
    remove,
    retire_all_of_browser,
    subscribe,
)
from tests.factories import a_patient
from tests.push_service import Phone
from tests.story_time import MONDAY

PHONE = Phone()
HOME = "https://fcm.googleapis.com/fcm/send/"


async def add(
    session: AsyncSession,
    person: Person,
    endpoint: str,
    *,
    minutes: float = 0,
    replaces: str | None = None,
) -> Subscription:
    return await subscribe(
        session,
        person_id=person.id,
        endpoint=HOME + endpoint,
        p256dh=PHONE.p256dh,
        auth=PHONE.auth,
        vapid_key_id="k" * 16,
        name="Phone",
        replaces=HOME + replaces if replaces else None,
        now=MONDAY + timedelta(minutes=minutes),
    )


async def names(session: AsyncSession, person: Person) -> list[str]:
    return [row.endpoint.removeprefix(HOME) for row in await live_subscriptions(session, person.id)]


async def test_the_same_browser_again_is_the_same_device(session: AsyncSession) -> None:
    person = await a_patient(session)
    first = (await add(session, person, "a")).id
    again = await add(session, person, "a", minutes=5)
    assert again.id == first
    assert (again.created_at, again.seen_at) == (MONDAY, MONDAY + timedelta(minutes=5))


async def test_a_shared_phone_belongs_to_whoever_subscribed_last(session: AsyncSession) -> None:
    one, two = await a_patient(session), await a_patient(session)
    before = await add(session, one, "a")
    await add(session, two, "a", minutes=1)
    await session.refresh(before)
    assert before.retired is Retired.REPLACED
    assert (await names(session, one), await names(session, two)) == ([], ["a"])
    await add(session, one, "a", minutes=2)
    assert (await names(session, one), await names(session, two)) == (["a"], [])


async def test_a_renewed_subscription_replaces_the_old_one(session: AsyncSession) -> None:
    person = await a_patient(session)
    await add(session, person, "a")
    await add(session, person, "b", replaces="a")
    await add(session, person, "b", replaces="b")
    assert await names(session, person) == ["b"]


async def test_the_eleventh_device_ends_the_one_unseen_for_longest(session: AsyncSession) -> None:
    person = await a_patient(session)
    for n in range(10):
        await add(session, person, f"{n}", minutes=n)
    await add(session, person, "0", minutes=20)
    await add(session, person, "new", minutes=21)
    assert sorted(await names(session, person)) == [
        "0",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "8",
        "9",
        "new",
    ]


async def test_a_device_is_removed_by_its_person_only_and_as_often_as_they_like(
    session: AsyncSession,
) -> None:
    person, stranger = await a_patient(session), await a_patient(session)
    device = await add(session, person, "a")
    with pytest.raises(NotFound):
        await remove(session, stranger.id, device.id, MONDAY)
    for _ in range(2):
        await remove(session, person.id, device.id, MONDAY)
    assert device.retired is Retired.REMOVED
    assert await names(session, person) == []
    with pytest.raises(NotFound):
        await remove(session, person.id, uuid4(), MONDAY)


async def test_signing_out_ends_this_browser_only(session: AsyncSession) -> None:
    person = await a_patient(session)
    await add(session, person, "a")
    await add(session, person, "b")
    assert await retire_all_of_browser(session, person.id, HOME + "a", MONDAY) == 1
    assert await retire_all_of_browser(session, person.id, HOME + "a", MONDAY) == 0
    assert await names(session, person) == ["b"]


async def test_a_dead_device_is_shown_for_a_month_and_a_removed_one_never(
    session: AsyncSession,
) -> None:
    person = await a_patient(session)
    dead, removed = await add(session, person, "dead"), await add(session, person, "removed")
    dead.retired, dead.retired_at = Retired.GONE, MONDAY
    removed.retired, removed.retired_at = Retired.REMOVED, MONDAY
    await session.flush()
    soon, later = MONDAY + timedelta(days=29), MONDAY + timedelta(days=31)
    assert [row.id for row in await listed_subscriptions(session, person.id, soon)] == [dead.id]
    assert not await listed_subscriptions(session, person.id, later)


def test_a_key_or_secret_that_no_browser_makes_is_refused_by_its_field() -> None:
    good = PHONE.keys()
    assert browser_keys(good["p256dh"], good["auth"]) == (PHONE.p256dh, PHONE.auth)
    for p256dh, auth, field in (
        ("!", good["auth"], "keys.p256dh"),
        (text64.encode(bytes(65)), good["auth"], "keys.p256dh"),
        (text64.encode(PHONE.p256dh[:33]), good["auth"], "keys.p256dh"),
        (good["p256dh"], "", "keys.auth"),
        (good["p256dh"], text64.encode(bytes(15)), "keys.auth"),
        (good["p256dh"], "****", "keys.auth"),
    ):
        with pytest.raises(Invalid) as refused:
            browser_keys(p256dh, auth)
        assert refused.value.errors[0]["field"] == field


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/156.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
         "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
         "Firefox on Linux"),
        ("curl/8", "Browser"),
    ],
)  # fmt: skip
def test_a_device_is_named_as_its_person_would(agent: str, name: str) -> None:
    assert name_of(agent) == name
