"""A PostgreSQL that loses nothing in a power cut, unlike the tests' one, for a bench to fill."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.databases import PostgreSQL, migrate

SETTINGS = (
    "listen_addresses=''", "fsync=on", "synchronous_commit=on", "full_page_writes=on",
    "max_connections=50", "shared_buffers=256MB", "max_wal_size=4GB",
)  # fmt: skip


@contextmanager
def durable(*more: str) -> Iterator[str]:
    """The address of a migrated, empty database on a server of its own.

    more   further settings, as `name=value`
    """
    with PostgreSQL.start(settings=(*SETTINGS, *more)) as server:
        url = server.url("bench", create=True)
        migrate(url)
        yield url
