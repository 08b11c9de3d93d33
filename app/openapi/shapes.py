"""What the document's schemas are called, and which fields of an answer are always there.

Where two models of the application have one name, their schemas would be called by the modules that
they stand in, and so would the types of every client. They are given names of their own here.
"""

from collections.abc import Iterator
from typing import Any

NAMES = {
    "About-Input": "AboutIn",
    "Goal-Input": "GoalWanted",
    "Goal-Output": "GoalSet",
    "MonitoringSettings-Input": "MonitoringSettingsIn",
    "MonitoringSettings-Output": "MonitoringSettingsOut",
    "ConditionShape-Input": "ConditionIn",
    "ConditionShape-Output": "ConditionOut",
    "RecurrenceIn-Input": "RecurrenceIn",
    "RecurrenceIn-Output": "TemplateRecurrence",
    "ScannerShape-Input": "ScannerIn",
    "ScannerShape-Output": "ScannerOut",
    "TrackingShape-Input": "TrackingIn",
    "TrackingShape-Output": "TrackingOut",
    "app__accounts__about__About": "AboutOut",
    "app__accounts__shapes__Named": "Named",
    "app__clinic__events_api__About": "EventAbout",
    "app__clinic__events_api__EventOut": "EventOut",
    "app__clinic__figure_shapes__TrendOut": "FigureTrendOut",
    "app__clinic__reviews_api__ChangeOut": "ReviewChangeOut",
    "app__clinic__tasks_api__Named": "TaskNamed",
    "app__doses__answers__EventOut": "DoseEventOut",
    "app__doses__models__Kind": "DoseEventKind",
    "app__doses__phases__State": "PersistenceState",
    "app__monitoring__body_shapes__ChangeOut": "TrendChangeOut",
    "app__monitoring__body_shapes__TrendOut": "TrendOut",
    "app__monitoring__draw_days_api__ChosenOut": "ChosenDayOut",
    "app__monitoring__due__State": "VisitState",
    "app__monitoring__shapes__ChosenOut": "ChosenOut",
    "app__protocols__difference__Kind": "DifferenceKind",
    "app__protocols__screening__State": "ScreeningState",
    "app__protocols__version_shapes__ChangeOut": "ChangeOut",
}
"""What a schema is called in the document, by what FastAPI calls it."""

REF = "#/components/schemas/"


def settle_shapes(document: dict[str, Any]) -> None:
    """Name the schemas, and say of those only sent out that nothing is left out of them."""
    schemas = document["components"]["schemas"]
    for node in _nodes(document):
        if isinstance(ref := node.get("$ref"), str) and ref.startswith(REF):
            node["$ref"] = REF + _name(ref.removeprefix(REF))
    renamed = {_name(name): schema for name, schema in schemas.items()}
    assert len(renamed) == len(schemas), "Two schemas were given one name."
    document["components"]["schemas"] = dict(sorted(renamed.items()))
    _require_what_is_always_there(document)


def _name(name: str) -> str:
    return NAMES.get(name, name)


def _require_what_is_always_there(document: dict[str, Any]) -> None:
    """A default means that a request may leave a field out; an answer has it all the same."""
    schemas = document["components"]["schemas"]
    operations = [each for path in document["paths"].values() for each in path.values()]
    asked = [(each.get("requestBody"), each.get("parameters")) for each in operations]
    answered = [each["responses"] for each in operations]
    for name in _met(answered, schemas) - _met(asked, schemas):
        if fields := schemas[name].get("properties"):
            schemas[name]["required"] = list(fields)


def _met(start: Any, schemas: dict[str, Any]) -> set[str]:
    """The names of all schemas that these refer to, by whatever way."""
    seen: set[str] = set()
    to_read = [start]
    while to_read:
        for node in _nodes(to_read.pop()):
            name = str(node.get("$ref", "")).removeprefix(REF)
            if name in schemas and name not in seen:
                seen.add(name)
                to_read.append(schemas[name])
    return seen


def _nodes(part: Any) -> Iterator[dict[str, Any]]:
    """Every object within a part of the document."""
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    if isinstance(part, list | tuple):
        for each in part:
            yield from _nodes(each)
