"""When each tick last ran, so that any process can tell whether the workers are alive."""

from datetime import datetime

from sqlalchemy import String, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, insert_new


class Pulse(Base):
    """The last completed run of one tick, whichever worker ran it."""

    __tablename__ = "pulse"

    tick: Mapped[str] = mapped_column(String(32), primary_key=True)
    last_at: Mapped[datetime]


async def beat(session: AsyncSession, tick: str, now: datetime) -> None:
    """Note that a tick has just completed. Several workers may; the latest stands."""
    moved = await session.execute(update(Pulse).where(Pulse.tick == tick).values(last_at=now))
    if not moved.rowcount:  # type: ignore[attr-defined]
        await insert_new(session, Pulse, [{"tick": tick, "last_at": now}])


async def last_beats(session: AsyncSession) -> dict[str, datetime]:
    """The last completed run of every tick that has ever run."""
    return {row.tick: row.last_at for row in (await session.scalars(select(Pulse))).all()}
