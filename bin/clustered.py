"""What bin/cluster puts together: two programs, their PostgreSQL and its standby, a proxy, and people who use the site."""

import contextlib, hashlib, os, random, re, shutil, socket, subprocess, threading, time, types
from collections import Counter

from postgres import Server
from surroundings import WAITING, MailServer, Program, form_of, left_of, send
from trial import HERE, code_of, free_port, wait_for

READING = 3.1
HOUR = 3600
DATABASE = "mybackpain"
STAFF = ("priya@clinic.example", "four unlikely words of mine")


class Address:
    """The address of the database, as a name or a proxy keeps it: it leads to another server after a promotion."""

    def __init__(self, port):
        self.to, self.listener = port, socket.create_server(("127.0.0.1", 0))
        self.port, self.open = self.listener.getsockname()[1], set()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            ours, _ = self.listener.accept()
            try:
                theirs = socket.create_connection(("127.0.0.1", self.to), 5)
            except OSError:
                ours.close()
                continue
            theirs.settimeout(None)
            for one, other in ((ours, theirs), (theirs, ours)):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self.pass_on, args=(one, other), daemon=True).start()

    @staticmethod
    def pass_on(one, other):
        with contextlib.suppress(OSError):
            while part := one.recv(65536):
                other.sendall(part)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Node(Program):
    """A program with a folder of its own, the key of all, and the database of all."""

    def __init__(self, cluster, number):
        folder = cluster.folder / f"node{number}"
        (folder / "data").mkdir(parents=True)
        super().__init__(cluster.program, folder, folder / "data", cluster.mail.server_address[1], cluster.seed)
        self.cluster = cluster

    def start(self, *more):
        database = f"postgres://postgres@127.0.0.1:{self.cluster.address.port}/{DATABASE}"
        address = f"http://127.0.0.1:{self.cluster.proxy_port}"
        super().start("--database", database, "--key-file", self.cluster.key, "--client-ip", "RightmostXForwardedFor",
                      "--base-url", address, *more)


class Cluster:
    def __init__(self, folder, program, seed):
        self.folder, self.program, self.seed = folder, program, seed
        self.mail, self.key, self.proxy_port = MailServer(seed), folder / "sealing.key", free_port()
        self.mail.polite = True
        self.server = Server(folder / "primary", "max_connections=200")
        # Copies of mails that were taken more than once, so far.
        self.standby, self.extra = None, 0
        self.address = Address(self.server.port)

    def __enter__(self):
        self.server.make()
        self.server.start()
        self.server.ask(f"create database {DATABASE}")
        self.programs = [Node(self, 1), Node(self, 2)]
        for program in self.programs:
            program.start()
        self.begin_proxy()
        return self

    def __exit__(self, *_):
        for program in self.programs:
            program.process.kill()
        self.proxy.terminate()
        for server in filter(None, (self.server, self.standby)):
            server.stop()

    def begin_proxy(self):
        """deploy/nginx.conf and deploy/nginx-two.conf, without TLS, and with this machine's ports in place of two machines."""
        two = (HERE / "deploy" / "nginx-two.conf").read_text()
        for number, program in enumerate(self.programs, 1):
            two = two.replace(f"server 10.0.0.{number}:8080", f"server 127.0.0.1:{program.port}")
        one = (HERE / "deploy" / "nginx.conf").read_text().replace("http://127.0.0.1:8080", "http://mybackpain")
        body = one[one.index("# The program sets all headers"):one.index("# The program is down")]
        limits = "\n".join(line for line in one.splitlines() if re.match(r"\t(client|proxy)_", line))
        file, log = self.folder / "nginx.conf", self.folder / "nginx.log"
        file.write_text(f"daemon off; pid {self.folder}/nginx.pid; error_log {log} crit;\nevents {{ worker_connections 1024; }}\n"
                        f"http {{ access_log off; client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy;\n"
                        f"{limits}\n{two}\nserver {{ listen 127.0.0.1:{self.proxy_port};\n{body}\n}} }}\n")
        self.proxy = subprocess.Popen([shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"), "-c", file])
        if not wait_for(self.proxy_port):
            raise SystemExit("the proxy does not start")

    def begin_standby(self):
        """A copy that has each change before it is confirmed."""
        self.standby = Server(self.folder / "standby", "max_connections=200", "hot_standby=on")
        self.standby.follow(self.server)
        self.standby.start()
        for setting in ("synchronous_standby_names = 'standby'", "synchronous_commit = 'remote_apply'"):
            self.server.ask(f"alter system set {setting}")
        self.server.ask("select pg_reload_conf()")
        while self.server.ask("select sync_state from pg_stat_replication") != [("sync",)]:
            time.sleep(0.1)

    def promote(self):
        self.standby.promote()
        self.server, self.standby = self.standby, None
        self.address.to = self.server.port

    def ask(self, sql):
        return self.server.ask(sql, DATABASE)

    def drain(self):
        """Hours later, once and again: what waits for another try, or was in hand when a program was killed, has its turn."""
        for _ in range(3):
            for program in self.programs:
                program.set_clock(program.ahead + 7 * HOUR)
            if left_of(lambda: int(self.ask(WAITING)[0][0]), patience=40) == 0:
                return

    def look(self, confirmed):
        hashed = {hashlib.sha256(f"consultation\0{key}".encode()).hexdigest() for key in confirmed}
        made = Counter(key for key, in self.ask(
            "select key_hash from submissions join consultations on consultations.reference = submissions.reference"))
        mails = self.ask("select message_id, state from outbox")
        return types.SimpleNamespace(
            missing=sum(key not in made for key in hashed),
            doubled=int(self.ask("select count(content_hash) - count(distinct content_hash) from consultations")[0][0])
            + sum(many > 1 for many in made.values()),
            mails=len(mails),
            unsent=sum(state != "sent" or message_id not in self.mail.taken for message_id, state in mails),
            without_mail=int(self.ask(
                "select count(*) from consultations where not exists (select 1 from outbox where outbox.reference = "
                "consultations.reference and purpose = 'consultation-confirmation')")[0][0]),
            extra=sum(self.mail.taken.values()) - len(self.mail.taken),
            most=max(self.mail.taken.values(), default=0),
        )


class Load:
    """People who send forms, each again until it is confirmed, and readers."""

    number = 0

    def __init__(self, cluster, clients, through_proxy=False, readers=0):
        self.cluster, self.through_proxy, self.closing = cluster, through_proxy, threading.Event()
        self.confirmed, self.errors, self.reading_errors, self.read = [], Counter(), Counter(), 0
        # Another run of people, who ask for other things.
        Load.number += 1
        senders = [Load.number * 100 + one for one in range(clients)]
        self.threads = [threading.Thread(target=self.send_forms, args=(one,), daemon=True) for one in senders]
        self.threads += [threading.Thread(target=self.read_pages, daemon=True) for _ in range(readers)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        for thread in self.threads:
            thread.join(90)
        waiting = sum(thread.is_alive() for thread in self.threads)
        self.errors.update(["somebody waited for an answer for more than a minute"] * waiting)

    def port(self):
        return self.cluster.proxy_port if self.through_proxy else random.choice(self.cluster.programs).port

    def send_forms(self, client):
        number, asked = 0, []
        while not self.closing.is_set() or asked:
            if not self.closing.is_set():
                number += 1
                form = form_of(client, number)
                while not (key := self.step(form)):
                    time.sleep(0.1)
                asked.append((time.monotonic(), {**form, "key": key, "step": "send"}))
            for at, form in list(asked):
                if time.monotonic() - at < READING:
                    continue
                asked.remove((at, form))
                done = self.step(form)
                if done is True:
                    self.confirmed.append(form["key"])
                else:
                    # The key of the page, unless there is none: one more press may be asked for.
                    asked.append((at, {**form, "key": done or form["key"]}))
            time.sleep(0.3)

    def step(self, form):
        """True when it was confirmed; otherwise the key of the check page, or nothing."""
        try:
            status, headers, page = send(self.port(), "/consultations/new", form)
        except OSError as error:
            self.errors[f"a form: {type(error).__name__}"] += 1
            return None
        if status == 303:
            if headers["Location"].rsplit("/", 1)[1] != form["key"]:
                self.errors["a form led to the confirmation of another one"] += 1
            return True
        if status != 200:
            self.errors[f"a form: {status}"] += 1
            return None
        key = re.search(r'name="key" value="([^"]+)"', page)
        return key[1] if key else None

    def read_pages(self):
        while not self.closing.is_set():
            try:
                status = send(self.port(), "/fact-sheets/sleep-and-back-pain")[0]
            except OSError as error:
                status = type(error).__name__
            self.read += 1
            if status != 200:
                self.errors[f"a page: {status}"] += 1
                self.reading_errors[str(status)] += 1
            time.sleep(0.02)


class Receptionist(threading.Thread):
    """Signed in, behind the proxy: opens the queue and one request, and writes notes."""

    def __init__(self, cluster):
        super().__init__(daemon=True)
        self.port, self.errors, self.seen, self.over, self.cookie = cluster.proxy_port, Counter(), 0, threading.Event(), ""
        node = cluster.programs[0]
        command = [node.file, "staff", "add", STAFF[0], "--name", "Priya Shah", "--data", node.data, "--key-file", cluster.key]
        command += ["--database", cluster.server.address(DATABASE)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, input=STAFF[1], text=True, check=True, cwd=HERE, **quiet)

    def __enter__(self):
        self.ask("/staff/sign-in", {"email": STAFF[0], "password": STAFF[1]})
        key = re.search(r"data-key>(.*?)</strong>", self.ask("/staff/sign-in/set-up")[1])[1]
        self.ask("/staff/sign-in/set-up", {"code": code_of(key)})
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join(40)

    def ask(self, path, form=None):
        status, headers, page = send(self.port, path, form, self.cookie)
        if cookie := headers["Set-Cookie"]:
            self.cookie = cookie.split(";")[0]
        return status, page

    def run(self):
        while not self.over.is_set():
            for path in ("/staff", "/staff/calls", self.request):
                try:
                    status, page = self.ask(path() if callable(path) else path)
                except OSError as error:
                    status, page = type(error).__name__, ""
                self.seen += 1
                if status != 200:
                    self.errors[f"a page of the desk: {status}"] += 1
                elif path == "/staff":
                    self.references = re.findall(r"/staff/consultations/(BP-[0-9A-Z-]+)", page)
            time.sleep(0.2)

    def request(self):
        return f"/staff/consultations/{self.references[0]}" if getattr(self, "references", None) else "/staff"
