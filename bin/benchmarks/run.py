"""Runs the subjects one after another, lets ours and its peer take turns, and prints one table of all rows."""

import argparse, importlib, os, re, resource, shutil, signal, statistics, subprocess, sys, tempfile, time, traceback
from dataclasses import dataclass, field
from pathlib import Path

import trial
from benchmarks import report
from benchmarks.databases import PostgresDatabase
from benchmarks.servers import BROTLI, ends_with_us
from trial import HERE

SUBJECTS = [
    "build",
    "starting",
    "pages",
    "memory",
    "connections",
    "forms",
    "search",
    "many",
    "desk",
    "django",
    "growth",
]
# Commands, and the Debian packages that bring them.
NEEDED = {"nginx": "nginx-light", "wrk": "wrk", "hugo": "hugo"}
NEEDED_ON_POSTGRES = {"psql": "postgresql-client"}
# Where waiting for the disk means something; /tmp is memory on many systems.
ON_DISK = "/var/tmp" if os.path.isdir("/var/tmp") else None


@dataclass
class Row:
    subject: str
    what: str
    ours: str
    peer: str = ""
    ratio: str = ""
    spread: str = ""
    goal: str = ""
    reached: bool | None = None
    # Why there is no figure; then nothing was reached or missed.
    unmeasured: str = ""

    def verdict(self):
        if self.unmeasured:
            return self.unmeasured
        return "" if self.reached is None else "reached" if self.reached else "not reached"


@dataclass
class Bench:
    """One run: what is measured, how often, and what was found."""

    program: Path
    folder: Path
    times: int
    requests: int
    # Where databases can be made to measure the program on PostgreSQL too; nothing when that is not asked for.
    server: PostgresDatabase | None = None
    port: int = field(default_factory=trial.free_port)
    from_clean: bool = False
    build_seconds: float | None = None
    # Of the machine when the run began: others on it make every number worse.
    load: float = field(default_factory=lambda: os.getloadavg()[0])
    rows: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    # Tables of growth: their heads, and a line of values for each amount of work.
    growth: list = field(default_factory=list)
    # What one subject made and another can use: folders, by name.
    made: dict = field(default_factory=dict)

    def row(self, subject, what, ours, **more):
        row = Row(subject, what, ours, **more)
        self.rows.append(row)
        words = [row.ours, row.peer and f"against {row.peer}", row.ratio, row.spread, row.goal, row.verdict()]
        print(f"   {what}: " + "; ".join(word for word in words if word), flush=True)

    def compared(self, subject, what, ours, peer, ratios, goal, reached):
        """A row with a peer: the median of the ratios decides, and the least and greatest are shown."""
        ratio = statistics.median(ratios)
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        self.row(subject, what, ours, peer=peer, ratio=f"{ratio:.2f}", spread=spread, goal=goal, reached=reached(ratio))

    def unmeasured(self, subject, what, why, goal=""):
        self.row(subject, what, "", goal=goal, unmeasured=f"not measured: {why}")

    def note(self, words):
        if words not in self.notes:
            self.notes.append(words)

    def turns(self, ours, theirs, budget=None):
        """Both in turn, and who is first changes each time: pairs of what they returned. None begins after the budget."""
        pairs, began = [], time.monotonic()
        for turn in range(self.times):
            if budget and pairs and time.monotonic() - began > budget * len(pairs) / (len(pairs) + 1):
                break
            if turn % 2 == 0:
                mine = ours()
                pairs.append((mine, theirs()))
            else:
                other = theirs()
                pairs.append((ours(), other))
        return pairs

    def repeated(self, ours):
        return [ours() for _ in range(self.times)]

    def new_folder(self, name):
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))


def install(needed):
    trial.install(needed)
    if not BROTLI.exists() and shutil.which("apt-get"):
        root = [] if os.geteuid() == 0 else ["sudo"]
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "libnginx-mod-http-brotli-static"]
        # Where there is no such package, the rows about brotli say that they were not measured.
        subprocess.run([*root, "env", "DEBIAN_FRONTEND=noninteractive", *command], stdout=subprocess.DEVNULL)


def build():
    print("\n== Building", flush=True)
    began = time.monotonic()
    # As the package and the container have it.
    command = ["cargo", "build", "--profile", "dist", "--locked", "--quiet"]
    subprocess.run(command, cwd=HERE, check=True, preexec_fn=ends_with_us)
    target = Path(os.environ.get("CARGO_TARGET_DIR", HERE / "target"))
    return target / "dist" / "mybackpain", time.monotonic() - began


def options():
    words = sys.modules["__main__"].__doc__
    parser = argparse.ArgumentParser(description=words, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("subjects", nargs="*", metavar="subject", help=", ".join(SUBJECTS) + "; all without any")
    parser.add_argument("--requests", type=int, default=50_000, help="how many requests the desk has")
    parser.add_argument(
        "--database",
        metavar="URL",
        help="measure forms and desk on PostgreSQL too: URL is a database of the server, such as postgres://user@host/postgres, "
        "whose user may create databases. Fresh ones named bench_… are made beside it and dropped at the end; the one of the URL "
        "is only connected to",
    )
    parser.add_argument("--program", help="a program that is built already")
    parser.add_argument("--quick", action="store_true", help="two turns each: to try this tool, not to compare")
    parser.add_argument("--write", action="store_true", help="write BENCHMARKS.md and docs/benchmarks.svg")
    parser.add_argument("--build-from-clean", action="store_true", help="build once more from nothing: some minutes")
    wanted = parser.parse_args()
    if strange := set(wanted.subjects) - set(SUBJECTS):
        parser.error(f"no such subject: {', '.join(sorted(strange))}; there are {', '.join(SUBJECTS)}")
    if wanted.database and (not re.match(r"postgres(ql)?://", wanted.database) or "dbname=" in wanted.database):
        # A name in the parameters would win over the one of a fresh database.
        parser.error("--database takes an address such as postgres://user@host/name, with the name in no parameter")
    return wanted


def on_server(address):
    """The server, when databases can be made on it: that is known before anything is built and measured."""
    server = PostgresDatabase(address)
    try:
        with server.fresh():
            return server
    except RuntimeError as error:
        sys.exit(str(error))


def measure(bench, subjects):
    """False when a subject ended in an error of its own; the others are measured all the same."""
    whole = True
    modules = {name: importlib.import_module(f"benchmarks.{name}") for name in subjects}
    for name, module in modules.items():
        print(f"\n== {module.TITLE}", flush=True)
        began = time.monotonic()
        try:
            module.measure(bench)
        except Exception as error:
            traceback.print_exc()
            bench.unmeasured(name, module.TITLE, f"{type(error).__name__}: {error}".splitlines()[0][:100])
            whole = False
        print(f"   ({time.monotonic() - began:.0f} s)", flush=True)
    return whole


def main():
    wanted = options()
    # As a service manager does, for the program and for the peers: they inherit it.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 65_536 if hard == resource.RLIM_INFINITY else min(65_536, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    # So that folders are removed and processes ended, also where a shell would have it ignored.
    for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    began = time.monotonic()
    install({**NEEDED, **NEEDED_ON_POSTGRES} if wanted.database else NEEDED)
    server = on_server(wanted.database) if wanted.database else None
    # What is measured on SQLite shall be that, and no database that the shell names.
    os.environ.pop("MYBACKPAIN_DATABASE", None)
    program, seconds = (Path(wanted.program).resolve(), None) if wanted.program else build()
    subjects = [name for name in SUBJECTS if name in wanted.subjects] or SUBJECTS
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ON_DISK) as folder:
        os.chmod(folder, 0o755)
        bench = Bench(program, Path(folder), 2 if wanted.quick else 5, wanted.requests, server)
        bench.from_clean, bench.build_seconds = wanted.build_from_clean, seconds
        try:
            whole = measure(bench, subjects)
        except KeyboardInterrupt:
            print("\nStopped; what was measured until then:", file=sys.stderr)
            whole = wanted.write = False
        if len(subjects) == len(SUBJECTS) and whole:
            taken = time.monotonic() - began - (seconds or 0)
            words = f"{taken / 60:.1f} min"
            bench.row("run", "this whole run, without the build", words, goal="≤ 15 min", reached=taken <= 900)
        report.table(bench)
        if wanted.write:
            report.write(bench, sys.argv[1:])
    sys.exit(0 if whole else 1)
