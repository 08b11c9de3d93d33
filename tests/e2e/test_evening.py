"""The whole chain in real browsers: signed up on the phone, reminded by a real push, one tap."""

import json
from pathlib import Path

import pytest

from tests.e2e.visit import Visit, a_place_where_it_is_evening
from tests.rig.phone import KINDS, Kind, a_phone
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_patient_signs_up_is_reminded_at_bedtime_and_taps_taken(
    kind: Kind, tmp_path: Path
) -> None:
    zone = a_place_where_it_is_evening()
    async with a_phone(kind, zone=zone) as phone:
        server = Server(
            tmp_path, push_routes=json.dumps(phone.push.routes),
            push_allowed_origins=phone.push.origin,
        )  # fmt: skip
        with server.running():
            visit = Visit(phone.browser, server.url, zone)
            await visit.sign_up("patient@example.org")
            await visit.enter_sermorelin()
            bedtime = visit.soon()
            await visit.set_bedtime(bedtime)

            # Notifications on: the test push is shown on the desktop, and the phone says so.
            await visit.browser.wait_for("document.querySelector('[data-do=reminders-on]')")
            await visit.browser.click("[data-do=reminders-on]")
            test = await phone.desktop.next_notification()
            assert test.body.endswith("Reminders work on this phone.")
            await visit.sees("It appeared. Reminders work on this phone.")

            # A clinician is let in by a code.
            clinician = server.a_clinician()
            code = clinician.post("/api/clinic/invites", json={}).json()["code"]
            me = await visit.ask("GET", "/api/me")
            await visit.ask("POST", "/api/care-links", {"code": code})
            adherence = f"/api/patients/{me['id']}/adherence?days=30"
            assert clinician.get(adherence).json()["pooled"]["taken"] == 0

            # Bedtime: the real worker's real push, encrypted, shown by the service worker.
            shown = await phone.desktop.next_notification(within=110)
            assert shown.title == "Evening check-in"
            assert shown.body.endswith("Open Vesper.")
            assert "Taken" in shown.buttons
            phone.desktop.press(shown, "Taken")
            dose = await visit.until_recorded("taken")
            assert dose["means"] == "push_token"
            assert dose["due_local"] == bedtime

            # The clinician reads it.
            figures = clinician.get(adherence).json()
            assert figures["pooled"]["taken"] == figures["pooled"]["on_time"] == 1
            assert figures["reminders"]["accepted"] == figures["reminders"]["shown"] == 1
