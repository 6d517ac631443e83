"""Databases of the programs that are measured, in a file or on a PostgreSQL server: what is in them, and fresh ones there."""

import contextlib, re, secrets, sqlite3, subprocess


class SqliteFile:
    def __init__(self, file):
        self.file = file

    def ask(self, sql):
        """The one value that the statement gives."""
        with contextlib.closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=30)) as database:
            return database.execute(sql).fetchone()[0]

    def size(self):
        """Bytes in use, with what stands in the write-ahead log alone."""
        pages, free, bytes_each = (self.ask(f"pragma {name}") for name in ("page_count", "freelist_count", "page_size"))
        return (pages - free) * bytes_each


class PostgresDatabase:
    """One by its address, such as postgres://user:password@host/name."""

    def __init__(self, address):
        self.address = address

    def ask(self, sql):
        """The one value that the statement gives, as text."""
        command = ["psql", "--no-psqlrc", "--no-password", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql, self.address]
        asked = subprocess.run(command, capture_output=True, text=True)
        if asked.returncode:
            # Without the command: an address has a password.
            raise RuntimeError(f"PostgreSQL: {asked.stderr.strip()}")
        return asked.stdout.strip()

    def size(self):
        return int(self.ask("select pg_database_size(current_database())"))

    @contextlib.contextmanager
    def fresh(self):
        """An empty one on the same server until the block ends. This one is only connected to."""
        name = f"bench_{secrets.token_hex(8)}"
        try:
            self.ask(f"create database {name} template template0 encoding 'UTF8'")
            yield PostgresDatabase(re.sub(r"^(\w+://[^/?]*)(/[^?]*)?", rf"\g<1>/{name}", self.address))
        finally:
            self.ask(f"drop database if exists {name} with (force)")

    def about(self):
        """What a reader of the ratios must know of it."""
        said = lambda name: self.ask(f"show {name}")
        return (
            f"PostgreSQL {said('server_version').split()[0]}, `fsync` {said('fsync')}, `synchronous_commit` "
            f"{said('synchronous_commit')}. Rows on PostgreSQL are of the same program with `--database`, in turns with it on "
            "SQLite; ratios are of requests a second, and of memory without that of the server. A server on this machine shares "
            "its processors. What is moved to it is vacuumed and analysed first, as it does by itself within minutes."
        )
