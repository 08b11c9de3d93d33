"""What an entry of the access log says, in the words of the patient who reads it. Pure.

Each phrase follows the name of who acted: "Dr Clay looked at your doses".
"""

import re

RECORD = "/api/patients/{}"
"""What every route of one patient's record begins with, its parameters without their names."""

ROUTES = {
    "GET /protocol": "looked at your protocol",
    "GET /protocol/versions/{}": "looked at one version of your protocol",
    "GET /protocol/versions/{}/difference": "looked at what a version of your protocol changed",
    "POST /protocol/versions": "wrote a new version of your protocol",
    "POST /protocol/versions/preview": "tried out a change of your protocol without saving it",
    "POST /protocol/versions/{}/acknowledge": "acknowledged a version of your protocol",
    "POST /protocol/versions/{}/withdraw": "took back a proposed version of your protocol",
    "POST /protocol/lines/{}/hold": "paused a line of your protocol",
    "POST /protocol/lines/{}/resume": "ended the pause of a line of your protocol",
    "POST /protocol/lines/{}/stop": "stopped a line of your protocol",
    "GET /screenings": "looked at your answers to the screening questions",
    "POST /screenings": "recorded answers to the screening questions",
    "POST /screenings/{}/override": "decided about your answers to the screening questions",
    "GET /calendar": "looked at your calendar",
    "GET /doses": "looked at your doses",
    "PUT /doses/{}/log": "logged one of your doses",
    "POST /doses/{}/undo": "took back what was logged about one of your doses",
    "POST /doses/{}/amend": "corrected what was logged about one of your doses",
    "POST /doses/extra": "logged a dose outside your plan",
    "POST /doses/import": "imported earlier doses into your record, or tried it out",
    "GET /adherence": "looked at how you follow your protocol",
    "GET /doses/record": "looked at your doses one by one",
    "GET /export.pdf": "printed your record for a visit",
    "GET /export.csv": "took a table of your record along",
    "GET /export.zip": "took the tables of your record along",
    "GET /flags": "looked at what in your record needs attention",
    "POST /flags/{}/acknowledge": "acknowledged what in your record needed attention",
    "POST /tasks": "made a task about you",
    "PATCH /tasks/{}": "changed a task about you",
    "POST /tasks/{}/close": "noted what came of a task about you",
    "POST /tasks/{}/reopen": "opened a task about you again",
    "GET /reviews": "looked at what changed in your record since its last review",
    "POST /reviews": "signed a review of your record",
    "GET /results": "looked at your results",
    "GET /observations": "looked at your results and measurements",
    "POST /observations": "entered results, measurements or side effects for you",
    "POST /observations/{}/void": "marked one of your results as not valid",
    "POST /observations/import": "imported earlier results into your record, or tried it out",
    "GET /check-ins": "looked at your check-ins",
    "PUT /check-ins/{}": "entered or changed one of your check-ins",
    "GET /tracking": "looked at how you wish to be asked",
    "PUT /tracking": "changed how you are asked",
    "GET /side-effects": "looked at your side effects",
    "GET /trends": "looked at how you felt over time",
    "GET /body": "looked at your weight, blood pressure and scans",
    "GET /labs/due": "looked at your blood draws",
    "GET /labs/plan": "looked at your lab plan",
    "PUT /labs/plan": "changed your lab plan",
    "GET /labs/draw-days": "looked at the days that suit a blood draw",
    "PUT /labs/draw-days": "chose a day for a blood draw",
    "DELETE /labs/draw-days/{}": "gave up the day that was chosen for a blood draw",
    "GET /labs/settings": "looked at your lab goals and limits",
    "PUT /labs/settings": "changed your lab goals and limits",
    "GET /about": "looked at your date of birth and sex",
    "PUT /about": "noted your date of birth and sex",
    "POST /labs/{}/drawn": "noted a blood draw as done",
    "POST /labs/{}/snooze": "put a blood draw off",
    "POST /labs/{}/undo": "noted a blood draw as not done",
    "GET /fhir/{}": "read from your record as programs do (by FHIR)",
    "GET /fhir/{}/{}": "read from your record as programs do (by FHIR)",
    "GET /fhir/Patient/{}/$everything": "read your whole record as programs do (by FHIR)",
}
"""Words for each method and route under RECORD."""

ACTIONS = {
    "record.read": "looked at your record",
    "record.changed": "changed your record",
    "panel.read": "saw you on their list of patients",
    "person.registered": "registered",
    "signed.in": "signed in",
    "signed.out": "signed out",
    "signed.out_everywhere": "signed out everywhere",
    "passkey.added": "added a passkey to sign in with",
    "passkey.removed": "removed a passkey",
    "passkey.used": "used a passkey to sign in",
    "preferences.changed": "changed the settings of your evenings",
    "travel.began": "noted being in another time zone",
    "travel.ended": "noted being back on home time",
    "device.added": "turned reminders on for a device",
    "device.removed": "turned reminders off for a device",
    "webhook.created": "made a webhook",
    "webhook.removed": "removed a webhook",
    "webhook.tested": "tried a webhook out",
    "webhook.replayed": "had a webhook told again of what happened",
    "webhook.enabled": "took up a webhook again",
    "webhook.disabled": "stopped a webhook that did not answer",
    "key.created": "made a key for a program",
    "key.revoked": "ended the key of a program",
    "token.given": "got leave for some minutes",
    "token.ended": "gave its leave back",
    "clinic.created": "made a clinic",
    "clinician.invited": "invited a clinician",
    "clinician.made_admin": "made a clinician an admin of the clinic",
    "clinician.unmade_admin": "made an admin of the clinic an ordinary clinician",
    "clinician.left": "noted that a clinician has left the clinic",
    "care.invited": "invited a patient",
    "care.granted": "let a clinician in",
    "care.widened": "allowed a clinician to change things",
    "care.narrowed": "let a clinician look only",
    "care.prolonged": "let somebody in for longer",
    "care.shortened": "let somebody in for a shorter time",
    "care.ended": "ended the access of somebody they had let in",
    "care.clinician_left": "ended the access of a clinician who left the clinic",
    "companion.invited": "invited a companion",
    "companion.joined": "became a companion, who can look at your record",
    "companion.left": "stopped being a companion and can look at your record no more",
    "version.entered": "entered a version of the protocol",
    "version.proposed": "proposed a version of the protocol",
    "version.acknowledged": "acknowledged a version of the protocol",
    "version.withdrawn": "took back a proposed version of the protocol",
    "line.held": "paused a line of the protocol",
    "line.resumed": "ended the pause of a line of the protocol",
    "line.stopped": "stopped a line of the protocol",
    "record.exported": "took a copy of the whole record along",
    "copy.taken": "took a part of the record along",
    "calendar.shared": "made a private address for a calendar",
    "calendar.unshared": "ended a private address for a calendar",
    "record.restored": "brought a record back from a copy",
    "record.ended": "ended the record",
    "record.erased": "erased the record, as was wished",
    "screening.answered": "answered the screening questions",
    "screening.overridden": "decided about the answers to the screening questions",
    "dose.taken": "logged a dose as taken",
    "dose.skipped": "logged a dose as left out",
    "dose.undone": "took back what was logged about a dose",
    "doses.imported": "imported earlier doses",
    "dose.snoozed": "put a reminder off",
    "observation.entered": "entered results, measurements or side effects",
    "observation.voided": "marked a result or measurement as not valid",
    "observations.imported": "imported earlier results",
    "check_in.entered": "entered or changed a check-in",
    "tracking.chosen": "chose how to be asked",
    "flag.opened": "noticed something in the record that needs attention",
    "flag.closed": "noticed that something in the record needs attention no longer",
    "task.created": "made a task about you",
    "task.changed": "changed a task about you",
    "task.closed": "noted what came of a task about you",
    "task.reopened": "opened a task about you again",
    "tasks.read": "saw you on their list of tasks",
    "review.signed": "signed a review of your record",
    "digest.read": "saw you in their weekly digest",
    "flag.acknowledged": "acknowledged what in the record needed attention",
    "labs.planned": "changed the lab plan",
    "draw.chosen": "chose a day for a blood draw",
    "draw.given_up": "gave up the day that was chosen for a blood draw",
    "labs.limits_set": "changed the lab goals and limits",
    "about.told": "noted a date of birth or sex",
    "lab.drawn": "noted a blood draw as done",
    "lab.snoozed": "put a blood draw off",
    "lab.undone": "noted a blood draw as not done",
}
"""Words for each action that is ever recorded."""


def words(action: str, route: str | None = None) -> str:
    """What somebody did, after their name; a look or change is told by its route.

    route   method and path template as the entry keeps it, such as
            `GET /api/patients/{patient}/doses`
    """
    if route and action in {"record.read", "record.changed"}:
        method, _, path = route.partition(" ")
        known = ROUTES.get(f"{'GET' if method == 'HEAD' else method} {within(path)}")
        if known:
            return known
    return ACTIONS.get(action, "did something in your record")


def within(path: str) -> str:
    """A path template inside the record: without its beginning and its parameters' names."""
    return re.sub(r"\{\w+\}", "{}", path).removeprefix(RECORD)
