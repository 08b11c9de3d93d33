"""The `vesper record` commands: what an operator does with a whole record."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app import clock
from app.config import sealing_key
from app.problems import NotFound

records = typer.Typer(no_args_is_help=True, help="Patients' records, also those that are closed.")


@records.command("closed")
def record_closed() -> None:
    """Print the records that have ended and are kept: id, ended on, erased on, name."""
    from app.cli import checked, in_transaction
    from app.exchange.handing_out import closed_records

    for each in in_transaction(checked(), closed_records):
        typer.echo(f"{each.id} {each.ended_at:%Y-%m-%d} {each.kept_until:%Y-%m-%d} {each.name}")


@records.command("export")
def record_export(
    patient: UUID,
    to: Annotated[Path, typer.Argument(metavar="FILE", help="A ZIP file that is not there yet.")],
) -> None:
    """Write one record to a file for whoever has a right to it; the access trail says so."""
    from app.cli import checked, in_transaction
    from app.exchange.export import Signer
    from app.exchange.handing_out import handed_out

    found = checked()
    signer = Signer(sealing_key(found))
    if to.exists():
        raise typer.BadParameter(f"{to} exists; nothing is overwritten.")
    try:
        packed = in_transaction(
            found, lambda session: handed_out(session, patient, signer, clock.now())
        )
    except NotFound as problem:
        raise typer.BadParameter("There is no record of this id, or it was erased.") from problem
    to.write_bytes(packed)
    typer.echo(f"Wrote {to}. It is a whole medical record: hand it over, and delete it here.")
