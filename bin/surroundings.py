"""What bin/faults puts around the program: a mail server with whims, a clock that can jump, starts and ends of it."""

import contextlib, email.parser, email.policy, hashlib, http.client, random, re, signal, socketserver, sqlite3, struct
import subprocess, sys, threading, time, urllib.parse
from collections import Counter
from pathlib import Path

from trial import HERE, free_port

STAGES = ["greeting", "hello", "sender", "recipient", "data", "middle", "dot"]
# The program's clock is ahead by what stands in a file that both can see.
CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
static const volatile long *ahead;
__attribute__((constructor)) static void look(void) {
    int file = open(getenv("CLOCK_AHEAD"), O_RDONLY | O_CLOEXEC);
    ahead = mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
}
int clock_gettime(clockid_t id, struct timespec *t) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int done = real(id, t);
    if (id == CLOCK_REALTIME && ahead && ahead != MAP_FAILED) t->tv_sec += *ahead;
    return done;
}
int gettimeofday(struct timeval *t, void *zone) {
    struct timespec s;
    clock_gettime(CLOCK_REALTIME, &s);
    t->tv_sec = s.tv_sec;
    t->tv_usec = s.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *to) {
    struct timespec s;
    clock_gettime(CLOCK_REALTIME, &s);
    if (to) *to = s.tv_sec;
    return s.tv_sec;
}
"""


# Mails that are to go, as both engines count them.
WAITING = "select count(*) from outbox where state in ('queued', 'retry', 'sending')"


def left_of(waiting, patience):
    """Waits until there are none, or for so many seconds as many as before; how many there still are."""
    left, since = waiting(), time.monotonic()
    while left and time.monotonic() - since < patience:
        time.sleep(0.5)
        now = waiting()
        left, since = now, since if now == left else time.monotonic()
    return left


class HangUp(Exception):
    pass


class MailServer(socketserver.ThreadingTCPServer):
    """Takes mail as badly as mail servers do, and remembers by its Message-ID each that it took."""

    daemon_threads = allow_reuse_address = True

    def __init__(self, seed):
        super().__init__(("127.0.0.1", 0), Session)
        self.random, self.lock, self.polite = random.Random(f"{seed} mail"), threading.Lock(), False
        self.taken, self.did, self.known, self.ambush = Counter(), Counter(), set(), None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def plan(self):
        """What goes wrong in the next session, and at which stage. What keeps all mail waiting is rarer."""
        with self.lock:
            kind = self.random.choices(["well", "slow", "4xx", "5xx", "cut"], [64, 14, 8, 4, 10])[0]
            stage = self.random.choices([*STAGES, "reply"], [1, 1, 1, 6, 4, 6, 6, 8])[0]
        if self.polite:
            return "well", ""
        return kind, "dot" if kind in ("4xx", "5xx") and stage in ("middle", "reply") else stage

    def handle_error(self, *_):
        # A program that was killed has hung up.
        pass


class Session(socketserver.StreamRequestHandler):
    timeout = 60

    def handle(self):
        with contextlib.suppress(HangUp, OSError):
            self.kind, self.stage = self.server.plan()
            self.answer("greeting", "220 here")
            words = {"EHLO": ("hello", "250 here"), "MAIL": ("sender", "250 fine"), "RCPT": ("recipient", "250 fine")}
            while line := self.rfile.readline().decode("utf-8", "replace").strip():
                verb = line[:4].upper()
                if verb in words:
                    self.answer(*words[verb], line)
                elif verb == "DATA":
                    if self.answer("data", "354 go on"):
                        self.message()
                else:
                    self.write("221 bye" if verb == "QUIT" else "250 fine")

    def message(self):
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise HangUp
            lines.append(line)
            if len(lines) == 5:
                self.meet("middle")
        head = email.parser.BytesHeaderParser(policy=email.policy.compat32).parsebytes(b"".join(lines))
        if self.answer("dot", None):
            with self.server.lock:
                self.server.taken[head["Message-ID"].strip()] += 1
            self.meet("reply")
            self.write("250 taken")

    def meet(self, stage):
        """A kill at this stage, and a connection that is cut here."""
        kill = self.server.ambush
        if kill and kill[0] == stage:
            self.server.ambush = None
            kill[1]()
            raise HangUp
        if self.stage == stage and self.kind == "cut":
            self.server.did["cut"] += 1
            raise HangUp
        if self.kind == "slow":
            time.sleep(self.server.random.uniform(0, 0.4))

    def answer(self, stage, words, line=""):
        """True when it is taken."""
        self.meet(stage)
        grey = stage == "recipient" and not self.server.polite and hash_of(line) % 8 == 0
        if grey and line not in self.server.known:
            self.server.known.add(line)
            self.server.did["greylisted"] += 1
            return self.write("451 4.7.1 come back later")
        if self.stage == stage and self.kind in ("4xx", "5xx"):
            self.server.did[self.kind] += 1
            return self.write("451 4.3.0 not now" if self.kind == "4xx" else "550 5.1.1 no such person")
        if words:
            self.write(words)
        return True

    def write(self, words):
        self.wfile.write(words.encode() + b"\r\n")


def hash_of(words):
    return int(hashlib.sha256(words.encode()).hexdigest()[:8], 16)


class Program:
    """The program under test, which is started again whenever it ended."""

    def __init__(self, file, folder, data, mail, seed):
        self.file, self.data, self.port, self.mail = file, data, free_port(), mail
        self.clock, self.library, self.log = folder / "ahead", folder / "clock.so", open(folder / "log", "w+b")
        source = folder / "clock.c"
        source.write_text(CLOCK)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", self.library, source, "-ldl"], check=True)
        self.set_clock(0)
        self.process, self.recoveries, self.faults, self.ended = None, [], [], threading.Event()

    def set_clock(self, ahead):
        self.ahead = ahead
        if not self.clock.exists():
            self.clock.write_bytes(bytes(8))
        with open(self.clock, "r+b") as file:
            file.write(struct.pack("l", ahead))

    def start(self, *more):
        began = time.monotonic()
        command = [self.file, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}", "--no-limits"]
        command += ["--smtp", f"smtp://localhost:{self.mail}?tls=none", *more]
        around = {"LD_PRELOAD": str(self.library), "CLOCK_AHEAD": str(self.clock), "RUST_BACKTRACE": "1"}
        self.process = subprocess.Popen(command, cwd=HERE, env=around, stdout=subprocess.DEVNULL, stderr=self.log)
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() - began > 60:
                sys.exit(f"it does not start:\n{self.said()[-3000:]}")
        self.recoveries.append(time.monotonic() - began)

    def answers(self):
        """Whether it takes a form."""
        try:
            return send(self.port, "/consultations/new", form_of(0, 0))[0] == 200
        except OSError:
            time.sleep(0.02)

    def kill(self):
        self.process.kill()

    def stop(self):
        """As systemd does."""
        self.process.send_signal(signal.SIGTERM)
        try:
            if self.process.wait(40) != 0:
                self.faults.append(f"a stop ended with {self.process.returncode}")
        except subprocess.TimeoutExpired:
            self.faults.append("a stop took more than 40 seconds")
            self.process.kill()

    def memory(self):
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())[1]) / 1024

    def said(self):
        self.log.seek(0)
        return self.log.read().decode("utf-8", "replace")

    def ask(self, sql):
        database = sqlite3.connect(f"file:{self.data}/mybackpain.sqlite?mode=ro", uri=True, timeout=30)
        with contextlib.closing(database):
            return database.execute(sql).fetchall()


def send(port, path, form=None, cookie=""):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    try:
        body = urllib.parse.urlencode(form) if form else None
        connection.request("POST" if form else "GET", path, body, headers)
        answer = connection.getresponse()
        # Whoever is sent on has been told, whether the rest comes or not.
        text = "" if answer.status == 303 else answer.read().decode("utf-8", "replace")
        return answer.status, answer.headers, text
    except http.client.HTTPException as error:
        raise OSError(str(error))
    finally:
        connection.close()


def form_of(client, number):
    who = {"name": "Ada Lovelace", "email": f"ada{client}.{number}@example.org"}
    return {**who, "phone": "07700 900123", "method": "phone", "concern": f"Lower back, {client}, form {number}"}
