#!/usr/bin/env python3
"""A PostgreSQL server of one's own in a temporary folder, for tests: nobody else's is touched, and nothing is left.

  bin/postgres.py COMMAND …       starts one, runs the command with its address in MYBACKPAIN_TEST_SERVER, and removes it
"""

import contextlib, os, shutil, signal, subprocess, sys, tempfile, time
from pathlib import Path

from trial import free_port, install

# Without a promise: what tests store is gone with them.
QUICK = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=300", "max_locks_per_transaction=256"]


def folder_of_programs():
    """The newest version that is installed, as Debian lays them out."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    if not found and not shutil.which("initdb"):
        install({"initdb": "postgresql"})
        return folder_of_programs()
    return found[-1].parent if found else Path(shutil.which("initdb")).parent


class Server:
    """One server: a primary, or a copy of one that follows it."""

    def __init__(self, folder, *settings):
        self.folder, self.port, self.settings = Path(folder), free_port(), settings
        self.programs = folder_of_programs()
        self.data, self.process = self.folder / "data", None
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")

    def make(self):
        self.run("initdb", "--pgdata", self.data, "--username=postgres", "--auth=trust", "--no-locale", "--encoding=UTF8", "--no-sync")

    def follow(self, primary):
        """Begins as a copy of the primary, and is told of each of its changes."""
        self.run("pg_basebackup", "--pgdata", self.data, "--write-recovery-conf", "--checkpoint=fast",
                 "--dbname", f"host=127.0.0.1 port={primary.port} user=postgres application_name=standby")

    def start(self):
        options = [word for one in self.settings for word in ("-c", one)]
        command = [self.programs / "postgres", "-D", self.data, "-p", str(self.port), "-k", self.folder, *options]
        until = time.monotonic() + 60
        while time.monotonic() < until:
            # What a server that was killed had begun ends within moments; until then none is started in its place.
            if self.process is None or self.process.poll() is not None:
                with open(self.folder / "log", "ab") as log:
                    self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **self.owner())
            if subprocess.run([self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode == 0:
                return
            time.sleep(0.1)
        sys.exit("PostgreSQL does not start:\n" + (self.folder / "log").read_text()[-2000:])

    def promote(self):
        self.run("pg_ctl", "promote", "--wait", "--pgdata", self.data)

    def kill(self):
        """As when the machine is gone."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
            return
        self.process.kill()
        self.process.wait()

    def address(self, database="postgres"):
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def ask(self, sql, database="postgres", check=True):
        """Rows as text."""
        command = [self.programs / "psql", "--no-psqlrc", "-qAtF", "\t", "-v", "ON_ERROR_STOP=1", "-c", sql, self.address(database)]
        asked = subprocess.run(command, capture_output=True, text=True)
        if asked.returncode != 0:
            if check:
                sys.exit(f"{sql}: {asked.stderr}")
            return []
        return [tuple(line.split("\t")) for line in asked.stdout.splitlines()]

    def run(self, program, *words):
        done = subprocess.run([self.programs / program, *words], cwd=self.folder, capture_output=True, text=True, **self.owner())
        if done.returncode != 0:
            sys.exit(f"{program}: {done.stderr or done.stdout}")

    def owner(self):
        # PostgreSQL does not run as root.
        return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    # Whoever is told to stop stops the server too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        os.chmod(folder, 0o755)
        server = Server(Path(folder, "server"), *QUICK)
        server.make()
        server.start()
        try:
            around = {**os.environ, "MYBACKPAIN_TEST_SERVER": server.address()}
            sys.exit(subprocess.run(sys.argv[1:], env=around).returncode)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
