"""The lot and the spot of a dose in FHIR: a contained Medication with its batch, and a site. Pure.

A dose of a vial on record refers to a Medication inside it, because a batch is one vial's and no
medicine's; the codes are the same as without. Source: FHIR R4, MedicationAdministration 11.3,
Medication.batch, and contained resources, each of which is referred to from where it is.
"""

from collections.abc import Sequence

from app.exchange.fhir.codes import SITE, SNOMED, Resource, coding, concept
from app.exchange.fhir.medications import medicine_concept
from app.exchange.given import FromVial
from app.protocols.models import Line
from app.sites.body import SITES


def medicine_of(line: Line, vials: Sequence[FromVial]) -> Resource:
    """What was taken, as the fields that say so: by its codes, or by the vials with their lots.

    Of several vials the first is the medication; the others are information beside it.
    """
    medicine = medicine_concept(line.medicine, line.form)
    if not vials:
        return {"medicationCodeableConcept": medicine}
    names = [
        {"reference": f"#vial-{n}", "display": f"{medicine['text']}, lot {each.lot}"}
        for n, each in _numbered(vials)
    ]
    beside: Resource = {"supportingInformation": names[1:]} if names[1:] else {}
    return {
        "contained": [_contained(n, medicine, each) for n, each in _numbered(vials)],
        "medicationReference": names[0],
        **beside,
    }


def site_of(code: str) -> Resource:
    """A spot: our code for it, SNOMED's where one is verified, and what people call it."""
    site = SITES.get(code)
    ours = coding(SITE, code.replace("_", "-"), site.name if site else "")
    public = [coding(SNOMED, *site.snomed)] if site and site.snomed else []
    return concept(ours, *public, text=site.name if site else code)


def _numbered(vials: Sequence[FromVial]) -> list[tuple[int, FromVial]]:
    return list(enumerate(vials, start=1))


def _contained(number: int, medicine: Resource, vial: FromVial) -> Resource:
    batch: Resource = {"lotNumber": vial.lot}
    if vial.expires_on is not None:
        batch["expirationDate"] = vial.expires_on.isoformat()
    return {
        "resourceType": "Medication", "id": f"vial-{number}", "code": medicine, "batch": batch,
    }  # fmt: skip
