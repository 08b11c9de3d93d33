"""Medication, and the concept by which everything else names what is taken. Pure."""

from functools import cache

from app.clock import EARLIEST
from app.exchange.fhir.codes import MEDICINE, Resource, coding, concept
from app.exchange.fhir.writing import Entry, entry
from app.protocols.medicines import MEDICINES, Medicine

_FORMS = {"no_dac": "without DAC", "with_dac": "with DAC"}


def medication_id(medicine: str, form: str) -> str:
    """The logical id of a medicine, in one form where it has several: FHIR knows no underscore."""
    return ".".join(filter(None, (medicine, form))).replace("_", "-")


@cache
def medicine_concept(medicine: str, form: str) -> Resource:
    """What is taken, as a request or a dose names it.

    Our code comes first. Public codes follow only where they name the one substance itself: a code
    of one strength, or of one half of a mixture, is never a code of the medicine.
    """
    known = MEDICINES.get(medicine)
    ours = coding(MEDICINE, medication_id(medicine, form), _name(known, medicine, form))
    public = _substance(known, known.substances[0], form) if known and _single(known) else []
    return concept(ours, *public, text=_name(known, medicine, form))


def medication(medicine: str, form: str) -> Entry:
    """A medicine with its ingredients. No strength and no batch: those are a vial's."""
    known = MEDICINES.get(medicine)
    resource: Resource = {
        "resourceType": "Medication",
        "id": medication_id(medicine, form),
        "code": medicine_concept(medicine, form),
        "status": "active",
    }
    if known:
        resource["ingredient"] = [
            {
                "itemCodeableConcept": concept(*_substance(known, name, form), text=name),
                "isActive": True,
            }
            for name in known.substances
        ]
    return entry(resource, at=EARLIEST, updated=EARLIEST)


def catalogue() -> list[Entry]:
    """Every medicine in each of its forms."""
    return [
        medication(each.code, form)
        for each in MEDICINES.values()
        for form in ([one.code for one in each.forms] or [""])
    ]


def _single(known: Medicine) -> bool:
    return len(known.substances) == 1


def _substance(known: Medicine | None, name: str, form: str) -> list[Resource]:
    """The public codes of one substance; of one in two forms, those of the form."""
    if known is None:
        return []
    meant = {name.lower(), f"{name.lower()}, the ingredient"}
    if form:
        meant.add(f"{name} {_FORMS.get(form, form)}".lower())
    return [
        coding(each.system, each.code)
        for each in known.codes
        if each.what.partition(" (")[0].lower() in meant
    ]


def _name(known: Medicine | None, medicine: str, form: str) -> str:
    if known is None:
        return medicine
    of_form = known.form(form) if form else None
    return f"{known.name}, {of_form.name}" if of_form else known.name
