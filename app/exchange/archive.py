"""The export as files for people and programs: JSON, tables for a spreadsheet, FHIR."""

import io
import json
import zipfile
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.exchange.fhir.everything import bundle_of
from app.exchange.fhir.writing import written
from app.exchange.tables import tables_of

READ_ME = """This is your record, as Vesper kept it on {day} (UTC).

record.json   everything; Vesper takes it back under "Take your record with you"
tables/       the same as tables for a spreadsheet (CSV)
fhir.ndjson   for programs of clinics: one FHIR R4 resource a line

Keep it where you keep letters from your doctor. Anybody who has this file can read your record.
"""


async def archive_of(
    session: AsyncSession, patient_id: UUID, document: dict[str, Any], now: datetime
) -> bytes:
    """A ZIP archive of one record as of `now`; the same record gives the same bytes."""
    tables = await tables_of(session, patient_id, now)
    resources = await bundle_of(session, patient_id, now)
    files = {
        "README.txt": READ_ME.format(day=f"{now:%Y-%m-%d}"),
        "record.json": json.dumps(document, ensure_ascii=False, indent=1),
        **{f"tables/{name}": text for name, text in sorted(tables.items())},
        "fhir.ndjson": "".join(written(each) + "\n" for each in resources),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, date_time=(now.year, now.month, now.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return packed.getvalue()
