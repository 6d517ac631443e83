"""What bin/cluster tries of a PostgreSQL server on another machine: TLS with a certificate, and a password that no list of programs shows."""

import os, shutil, subprocess

import trial
from postgres import Server
from trial import check, free_port, wait_for

# This machine by addresses that the program does not take for it: the certificate names the first.
NAMED, OTHER = "127.0.0.2", "127.0.0.3"
PASSWORD = "a password: of \\ four words"
LETS_IN = """
local   all         postgres                   trust
host    all         postgres    127.0.0.1/32   trust
hostssl mybackpain  mybackpain  127.0.0.1/32   scram-sha-256
"""


class EncryptedServer(Server):
    """Lets nobody into the site's database but by TLS and with the password."""

    def make(self):
        super().make()
        self.authority = self.folder / "authority.pem"
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Authority of a trial",
                     "-keyout", "authority.key", "-out", self.authority)
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=server", "-keyout", "server.key", "-out", "server.csr")
        (self.folder / "names").write_text(f"subjectAltName = IP:{NAMED}\n")
        self.openssl("x509", "-req", "-days", "2", "-in", "server.csr", "-CA", self.authority, "-CAkey", "authority.key",
                     "-CAcreateserial", "-extfile", "names", "-out", "server.pem")
        for name in ("server.key", "server.pem"):
            os.chmod(self.folder / name, 0o600)
            if os.geteuid() == 0:
                shutil.chown(self.folder / name, "postgres")
        (self.data / "pg_hba.conf").write_text(LETS_IN)
        self.settings = ("ssl=on", f"ssl_cert_file={self.folder}/server.pem", f"ssl_key_file={self.folder}/server.key",
                         f"listen_addresses=127.0.0.1,{NAMED},{OTHER}")

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)


def encrypted(cluster):
    folder, program = cluster.folder, cluster.program
    server = EncryptedServer(folder / "encrypted")
    server.make()
    server.start()
    server.ask(f"create role mybackpain login password '{PASSWORD}'")
    server.ask("create database mybackpain owner mybackpain")
    known = f"sslrootcert={server.authority}"
    try:
        serves(folder, program, server, known)
        refused(folder, program, server, known)
    finally:
        server.stop()


def database(server, host, known=""):
    return f"postgres://mybackpain@{host}:{server.port}/mybackpain?{known}"


def serves(folder, program, server, known):
    port = free_port()
    command = [program, "serve", "--data", folder / "encrypted-data", "--listen", f"127.0.0.1:{port}"]
    command += ["--database", database(server, NAMED, known)]
    with open(folder / "encrypted.log", "w") as log:
        process = subprocess.Popen(command, cwd=trial.HERE, env={**os.environ, "PGPASSWORD": PASSWORD}, stdout=log, stderr=log)
    try:
        check("a server with a certificate of a known authority is used", wait_for(port) and trial.ask(port, "GET", "/")[0] == 200)
        of_ours = "from pg_stat_ssl join pg_stat_activity using (pid) where usename = 'mybackpain'"
        [(connections, are)] = server.ask(f"select count(*), bool_and(ssl) {of_ours}")
        check("every connection to it is encrypted", are == "t", f"{connections} connections")
        check("a form is taken", trial.request_consultation(port) == 303)
        server.kill()
        server.start()
        check("and again after the server was killed", trial.request_consultation(port, "Upper back") == 303)
        process.terminate()
        check("a stop ends it", process.wait(30) == 0)
    finally:
        process.kill()


def refused(folder, program, server, known):
    passwords = folder / "pgpass"
    escaped = PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
    passwords.write_text("".join(f"{host}:{server.port}:mybackpain:mybackpain:{escaped}\n" for host in (NAMED, OTHER)))
    passwords.chmod(0o600)
    around = {name: value for name, value in os.environ.items() if name != "PGPASSWORD"}

    def doctor(address, file=passwords):
        command = [program, "doctor", "--data", folder / "encrypted-data", "--database", address]
        done = subprocess.run(command, cwd=trial.HERE, env={**around, "PGPASSFILE": str(file)}, capture_output=True, text=True)
        return next((line for line in (done.stdout + done.stderr).splitlines() if "PostgreSQL" in line or "database" in line), "")

    said = doctor(database(server, NAMED, known))
    check("the password may stand in .pgpass", said.startswith("ok"), said)
    said = doctor(database(server, NAMED, known), folder / "none")
    check("without it nobody is let in", not said.startswith("ok"), said)
    said = doctor(database(server, NAMED))
    check("a certificate of an authority that nobody knows is refused", not said.startswith("ok"), said)
    said = doctor(database(server, OTHER, known))
    check("one that names another server is refused", not said.startswith("ok"), said)
