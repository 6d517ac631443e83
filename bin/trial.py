"""What the scripts that try deploy/ and docs/ have in common: checks, ports, requests, processes."""

import base64, contextlib, hashlib, hmac, http.client, os, re, shutil, socket, struct, subprocess, sys, time, urllib.parse
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
failed = 0


def check(words, holds, more=""):
    """Says whether something holds; the script fails at its end when one thing did not."""
    global failed
    failed += not holds
    # What a program said at length matters only where something is wrong.
    more = "" if holds and len(more.strip().splitlines()) > 1 else more.strip()
    print(f"  {'ok    ' if holds else 'FAILED'} {words}{f' ({more})' if more else ''}", flush=True)
    return holds


def finish():
    print("\nAll holds." if failed == 0 else f"\n{failed} failed.")
    sys.exit(failed > 0)


def install(wanted):
    """Debian packages, by the command that each brings."""
    missing = [
        package
        for command, package in wanted.items()
        if not shutil.which(command) and not Path("/usr/sbin", command).exists()
    ]
    if not missing:
        return
    if not shutil.which("apt-get"):
        sys.exit(f"this needs {', '.join(missing)}: install them with this system's package manager")
    print("Installing " + ", ".join(missing), flush=True)
    root = [] if os.geteuid() == 0 else ["sudo"]
    subprocess.run(root + ["apt-get", "update", "-qq"], check=True)
    subprocess.run(
        root
        + [
            "env",
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "install",
            "-y",
            "-qq",
            "--no-install-recommends",
            *missing,
        ],
        check=True,
    )


def program(given):
    """The program that was given, or the one that cargo built."""
    built = [HERE / "target" / kind / "mybackpain" for kind in ("release", "debug")]
    found = next(
        (Path(one) for one in [given, os.environ.get("MYBACKPAIN_BIN"), *built] if one and Path(one).exists()), None
    )
    return (found or sys.exit("there is no program: run cargo build first, or give one with --program FILE")).resolve()


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_for(port, seconds=60):
    """False when nothing listens by then."""
    for _ in range(seconds * 20):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False


def ask(port, method, path, form=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request(method, path, urllib.parse.urlencode(form) if form else None, headers)
    answer = connection.getresponse()
    body = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, body


def request_consultation(port, concern="Lower back"):
    """Sends a request, as two pages ask for it. 303 when it was taken."""
    form = {
        "name": "Ada Lovelace",
        "email": "ada@example.org",
        "phone": "07700 900123",
        "times": "mornings",
        "method": "phone",
        "concern": concern,
    }
    key = re.search(r'name="key" value="([^"]+)"', ask(port, "POST", "/consultations/new", form)[1])[1]
    # A press at once is asked for again.
    time.sleep(2.5)
    return ask(port, "POST", "/consultations/new", {**form, "key": key, "step": "send"})[0]


def code_of(key):
    """The six digits that an app shows for a key now (RFC 6238)."""
    key = re.sub(r"<[^>]+>|\s", "", key).upper()
    secret = base64.b32decode(key + "=" * (-len(key) % 8))
    digest = hmac.new(secret, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def descendants(pid):
    """The processes that a process of ours began, and those that they began."""
    children = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        # A thread may have ended since it was listed.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            children += map(int, Path(task, "children").read_text().split())
    return children + [deeper for child in children for deeper in descendants(child)]


def runs(pid, file):
    """Whether a process runs this file."""
    try:
        return os.path.samefile(f"/proc/{pid}/exe", file)
    except OSError:
        return False
