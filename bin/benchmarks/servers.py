"""Starts the program and nginx and ends them again, whatever happens; and asks them, with http.client and with wrk."""

import contextlib, ctypes, http.client, os, re, shutil, signal, subprocess, tempfile, time, urllib.parse
from dataclasses import dataclass
from pathlib import Path

from benchmarks.databases import SqliteFile
from trial import HERE, descendants, free_port, wait_for

BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")
PARENT_DIED = 1  # PR_SET_PDEATHSIG
libc = ctypes.CDLL(None, use_errno=True)


def ends_with_us():
    """In a child: it is asked to end when this process dies, however it does."""
    libc.prctl(PARENT_DIED, signal.SIGTERM)


def start(command, **more):
    more = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **more}
    return subprocess.Popen([str(word) for word in command], preexec_fn=ends_with_us, **more)


def end(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


def memory(pid):
    """What a process and its children hold, in MB: RSS, and PSS, which shares out what they have in common."""
    rss = pss = 0
    for one in [pid, *descendants(pid)]:
        text = Path(f"/proc/{one}/smaps_rollup").read_text()
        rss += int(re.search(r"^Rss:\s+(\d+)", text, re.M)[1])
        pss += int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1])
    return rss / 1024, pss / 1024


def as_a_service():
    """What the service is given of surroundings, apart from where its settings are."""
    unit = (HERE / "deploy" / "mybackpain.service").read_text()
    return {
        name: value
        for name, value in re.findall(r"^Environment=(\w+)=(\S+)", unit, re.M)
        if name != "MYBACKPAIN_CONFIG"
    }


class Site:
    """The program, served from a folder, until the block ends. One at a time: all have the same port without another."""

    def __init__(self, bench, data=None, content=None, kept=True, database=None, port=None):
        self.bench, self.port = bench, port or bench.port
        self.data = Path(data or bench.new_folder("data"))
        self.database = database or SqliteFile(self.data / "mybackpain.sqlite")
        # Pages name their own address: what was compressed fits only on the same port, and spares the waiting for it.
        self.is_usual = content is None and port is None
        if self.is_usual and kept and "compressed" in bench.made:
            (self.data / "compressed-pages").write_bytes(bench.made["compressed"])
        self.command = [
            bench.program,
            "serve",
            "--data",
            self.data,
            "--listen",
            f"127.0.0.1:{self.port}",
            "--no-limits",
        ]
        self.command += ["--content", content] if content else []
        self.command += ["--database", database.address] if database else []

    def __enter__(self):
        self.began = time.monotonic()
        self.process = start(self.command, cwd=HERE, env={**os.environ, **as_a_service()})
        self.pid = self.process.pid
        return self

    def __exit__(self, *_):
        end(self.process)

    def answers(self, path="/", seconds=300):
        """Seconds from its start until this page is there; asked again every half a millisecond."""
        while time.monotonic() - self.began < seconds:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if ask(self.port, "GET", path).status == 200:
                    return time.monotonic() - self.began
            if self.process.poll() is not None:
                raise RuntimeError(f"the program ended by itself: {self.process.returncode}")
            time.sleep(0.0005)
        raise RuntimeError(f"{path} does not answer")

    def compressed(self, seconds=120):
        """Waits until what was compressed has been kept for the next start."""
        until = time.monotonic() + seconds
        while not (self.data / "compressed-pages").exists():
            if time.monotonic() > until:
                raise RuntimeError("no compressed pages were kept")
            time.sleep(0.05)
        if self.is_usual:
            self.bench.made["compressed"] = (self.data / "compressed-pages").read_bytes()


@dataclass
class Answer:
    status: int
    headers: list
    body: bytes

    def header(self, name):
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")


def ask(port, method, path, form=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    sent = {"Sec-Fetch-Site": "same-origin", **(headers or {})}
    if form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        connection.request(method, path, urllib.parse.urlencode(form) if form is not None else None, sent)
        answer = connection.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()


@dataclass
class Load:
    rate: float
    p50: float
    p99: float
    requests: int
    seconds: float
    # Answers that were no success, and connections that broke.
    failed: int


def wrk(port, path="/", clients=8, seconds=2, headers=(), script=None):
    """Load from as many clients, each with one connection that is kept; times in milliseconds."""
    command = [
        "wrk",
        f"-t{1 if clients <= 16 else 2}",
        f"-c{clients}",
        f"-d{seconds}s",
        "--latency",
        "--timeout",
        "10s",
    ]
    for header in headers:
        command += ["-H", header]
    command += ["-s", str(script)] if script else []
    command += [f"http://127.0.0.1:{port}{path}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, preexec_fn=ends_with_us).stdout
    time_of = lambda share: milliseconds(re.search(rf"\s{share}%\s+(\S+)", said)[1])
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    requests, taken = re.search(r"(\d+) requests in (\S+),", said).groups()
    failed = (int(wrong[1]) if wrong else 0) + (sum(map(int, errors.groups())) if errors else 0)
    seconds = milliseconds(taken) / 1000
    return Load(int(requests) / seconds, time_of(50), time_of(99), int(requests), seconds, failed)


def milliseconds(words):
    number, unit = re.match(r"([\d.]+)(us|ms|s|m|h)", words).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}[unit]


def quoted(words):
    """As a string in the configuration of nginx."""
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


@contextlib.contextmanager
def nginx(root, headers=None, assets=None, connections=8192):
    """nginx as those who tune it set it up, with our headers on pages and on assets: its port and its process."""
    port, folder = free_port(), Path(tempfile.mkdtemp(prefix="nginx-", dir=Path(root).parent))
    added = lambda some: " ".join(f"add_header {name} {quoted(value)};" for name, value in some or [])
    brotli = BROTLI.exists()
    config = folder / "nginx.conf"
    config.write_text(f"""
        {f"load_module {BROTLI};" if brotli else ""}
        worker_processes auto; worker_rlimit_nofile {connections * 2}; daemon off;
        pid {folder}/pid; error_log {folder}/log crit; {"user root;" if os.geteuid() == 0 else ""}
        events {{ worker_connections {connections}; multi_accept on; }}
        http {{
          access_log off; sendfile on; tcp_nopush off; tcp_nodelay on; etag on; server_tokens off;
          keepalive_requests 100000000; keepalive_timeout 300s;
          open_file_cache max=1000 inactive=300s; open_file_cache_valid 300s; open_file_cache_errors on;
          gzip_static on; gzip_vary on; {"brotli_static on;" if brotli else ""}
          types {{ text/css css; }} default_type text/html; charset utf-8; charset_types text/css;
          client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
          uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
          server {{
            listen 127.0.0.1:{port} backlog=8192; root {root};
            location / {{ {added(headers)} }}
            location /assets/ {{ {added(assets)} }}
          }}
        }}
    """)
    process = start([shutil.which("nginx") or "/usr/sbin/nginx", "-c", config, "-p", folder], stderr=None)
    try:
        if not wait_for(port, 10):
            raise RuntimeError("nginx does not listen")
        yield port, process
    finally:
        end(process)
        shutil.rmtree(folder, ignore_errors=True)
