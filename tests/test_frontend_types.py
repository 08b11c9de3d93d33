"""The frontend's types are those of the API's document, and it asks each address for its own.

`make types` writes `frontend/src/api/schema.ts`, from which the files beside it take their names.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.databases import ROOT
from tests.test_examples import answers, document_once, operations

FRONTEND = ROOT / "frontend"
API = FRONTEND / "src" / "api"
WRITER = FRONTEND / "tools"

NAMED = re.compile(r"export type (\w+) = Schemas\['(\w+)'\];")
IMPORTED = re.compile(r"import type \{([^}]*)\} from '[^']*api/(\w+)\.ts'")
CALL = re.compile(r"\b(get|post|call|useFetched)<((?:[^<>()]|<[^<>]*>)+)>\((?:'([A-Z]+)', )?")
METHODS = {"get": "GET", "useFetched": "GET", "post": "POST"}
FREE = {"Options", "NewOptions"}
"""Of passkeys, whose shapes are WebAuthn's and not the document's."""


def test_the_types_are_those_of_the_document() -> None:
    assert (WRITER / "node_modules" / "openapi-typescript").exists(), "Run `make types` once."
    written = subprocess.run(
        [Path(sys.executable).parent / "node", WRITER / "schema.mjs"],
        input=json.dumps(document_once()), capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    kept = (API / "schema.ts").read_text(encoding="utf-8")
    assert kept == written, "The document says something else: run `make types`, and commit it."


def test_the_types_stay_small_enough_to_be_read() -> None:
    assert (API / "schema.ts").stat().st_size < 80_000


def test_every_schema_has_a_name_of_its_own() -> None:
    """Two models of one name would be called by their modules: give them names in `NAMES`."""
    named = [re.fullmatch(r"[A-Z][A-Za-z0-9]+", name) for name in schemas()]
    assert all(named), [name for name in schemas() if not name.isalnum()]


def test_nothing_is_left_out_of_an_answer_that_only_answers_have() -> None:
    for name in ("DoseOut", "AdherenceOut", "Figures", "RuleOut", "TapOut", "TemplateRecurrence"):
        assert set(schemas()[name]["required"]) == set(schemas()[name]["properties"]), name
    # What may be left out of a request is not required of it.
    assert schemas()["RecurrenceIn"].get("required", []) == []


def schemas() -> dict[str, Any]:
    found: dict[str, Any] = document_once()["components"]["schemas"]
    return found


class Asked(NamedTuple):
    """One call of the API in the frontend: where, and as what its answer is read.

    method   empty where it is chosen as it is asked
    path     with `*` for what is put in then
    """

    file: str
    method: str
    path: str
    shape: str

    def wrong(self) -> str:
        """What its answer is by the document, where that is something else."""
        found = [
            each for each in documented() if self.method in {each[0], ""} and self.leads_to(each[1])
        ]
        if not found:
            return f"{self}: there is no such address"
        if any(_fits(self.shape, name) for _, _, name in found):
            return ""
        return f"{self}: it answers with {sorted({name for *_, name in found})}"

    def leads_to(self, path: str) -> bool:
        """Whether this may be that path; `*` is whatever is put in when it is asked."""
        mine = self.path.strip("/").split("/")
        theirs = path.strip("/").split("/")
        if mine[0] == "*" and len(mine) <= len(theirs):
            mine, theirs = mine[1:], theirs[len(theirs) - len(mine) + 1 :]
        return len(mine) == len(theirs) and all(
            one in {other, "*"} or other.startswith("{")
            for one, other in zip(mine, theirs, strict=True)
        )


@cache
def documented() -> list[tuple[str, str, str]]:
    """Method, path and the name of the schema of the answer, of each operation with a JSON one."""
    found = []
    for name, operation in operations(document_once()):
        method, _, path = name.partition(" ")
        for _, described in answers(operation):
            reference = str(described["schema"].get("$ref", ""))
            found.append((method, path, reference.rpartition("/")[2]))
    return found


def _fits(shape: str, name: str) -> bool:
    """Whether a schema is what `shape` says: a schema's name, or fields that it has to have."""
    if not shape.startswith("{"):
        return shape == name
    fields: dict[str, Any] = schemas().get(name, {}).get("properties", {})
    for field, of in re.findall(r"(\w+): ([\w\[\]]+)", shape):
        if field not in fields:
            return False
        reference = json.dumps(fields[field])
        element = of.removesuffix("[]")
        if element[0].isupper() and f'schemas/{element}"' not in reference:
            return False
        if of.endswith("[]") != (fields[field].get("type") == "array"):
            return False
    return True


def _whole(text: str, start: int) -> str:
    """The first argument from here, up to the comma or bracket that ends it."""
    depth = 0
    quoted = ""
    for at in range(start, len(text)):
        letter = text[at]
        if letter in "'`" and quoted in {"", letter} and not depth:
            quoted = "" if quoted else letter
        elif letter in "({":
            depth += 1
        elif letter in ")}" and depth:
            depth -= 1
        elif letter in ",)" and not quoted and not depth:
            return text[start:at]
    return text[start:]


def _path(argument: str, text: str) -> str:
    """The address of an argument, with `*` for what is put in when it is asked; empty if none."""
    for name, value in re.findall(r"const (\w+) = ([`'].*[`']);", text):
        argument = re.sub(rf"\$\{{{name}\}}", value.strip("`'"), argument)
        argument = value if argument == name else argument
    literal = re.search(r"[`'](.*)[`']", argument)
    path = literal[1] if literal else "*"
    while re.search(r"\$\{[^{}]*\}", path):
        path = re.sub(r"\$\{[^{}]*\}", "*", path)
    # A query that is put together in place of nothing hangs on the last word.
    return re.sub(r"(?<=[^/])\*$", "", path.partition("?")[0])


def calls() -> Iterator[Asked]:
    """Every call of the API whose answer is read as something."""
    ours = {file.stem: dict(NAMED.findall(file.read_text("utf-8"))) for file in API.glob("*.ts")}
    for file in sorted((FRONTEND / "src").rglob("*.ts*")):
        if file.parent == API or file.name == "load.ts":
            continue
        text = file.read_text(encoding="utf-8")
        names = {
            alias or name: ours[module].get(name, name)
            for imported, module in IMPORTED.findall(text)
            for name, alias in re.findall(r"(\w+)(?: as (\w+))?", imported)
        }
        for call in CALL.finditer(text):
            shape = re.sub(r"\b[A-Z]\w+", lambda each, of=names: of.get(each[0], each[0]), call[2])
            if shape in FREE:
                continue
            method = call[3] or METHODS.get(call[1], "")
            path = _path(_whole(text, call.end()), text) if method else "*"
            yield Asked(file.relative_to(FRONTEND).as_posix(), method, path, shape)


def test_every_answer_is_read_as_what_its_address_answers_with() -> None:
    found = list(calls())
    assert len(found) > 100
    assert [wrong for each in found if (wrong := each.wrong())] == []


@pytest.mark.parametrize(
    ("path", "shape", "right"),
    [
        ("/api/patients/*/doses", "DosesOut", True),
        ("*/doses", "DosesOut", True),
        ("/api/patients/me/doses", "ProtocolOut", False),
        ("/api/patients/me/dosages", "DosesOut", False),
        ("/api/push/subscriptions", "{ devices: Device[] }", True),
        ("/api/push/subscriptions", "{ devices: DoseOut[] }", False),
        ("/api/push/subscriptions", "{ device: Device }", False),
    ],
)
def test_a_call_that_reads_something_else_is_told_apart(path: str, shape: str, right: bool) -> None:
    assert (Asked("", "GET", path, shape).wrong() == "") is right
