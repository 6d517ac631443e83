"""The server's part of docs/administrator.md, done to the letter in a Debian that runs, and what systemd makes of the units:
for bin/package. Only what the administrator types into an editor is written here."""

import re, shutil, subprocess, time

from trial import HERE, check

NAME = "clinic.test"
PHONE = "020 7946 0999"
PASSWORD = "not-a-word-of-this-is-said"
SHEET = "sleep-and-back-pain"
# What is typed into each file, as a command does it.
TYPED = {
    "/etc/mybackpain/content/clinic.toml": f"""sed -i 's/^phone = .*/phone = "{PHONE}"/' $file""",
    "/etc/mybackpain/mybackpain.toml": rf"""sed -i -e 's/^#\(client-ip\|health-address\)/\1/' \
        -e 's|^#base-url = .*|base-url = "https://{NAME}"|' -e 's|^#smtp = .*|smtp = "smtps://ada%40{NAME}@mail.{NAME}"|' $file""",
    "/etc/credstore/mybackpain.smtp-password": f"echo {PASSWORD} > $file",
    # An authority of this machine: a real one would have to reach it.
    "/etc/caddy/Caddyfile": rf"sed -i 's/^clinic.example {{/{NAME} {{\n\ttls internal/' $file",
    "/etc/mybackpain/unavailable.html": f"sed -i 's/020 7946 0123/{PHONE}/' $file",
}
AUTHORITY = "/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"
BACKUPS = "/var/backups/mybackpain"


def shown(heading=None):
    """The blocks for the server under one heading of the document, or all of them."""
    text = (HERE / "docs/administrator.md").read_text()
    if heading:
        text = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.M | re.S)[1]
    return re.findall(r"^```console\n(.*?)^```$", text, re.M | re.S)


class Server:
    """A Debian that runs."""

    def __init__(self, root):
        self.root = root

    def sh(self, script):
        return self.root.sh(script, cwd="/root")

    def show(self, what, unit="mybackpain"):
        return self.sh(f"systemctl show --value --property={what} {unit}").strip()

    def do(self, block):
        """What the document shows, a line at a time. Gives what the last one printed."""
        said = ""
        for line in block.splitlines():
            words = ["/bin/sh", "-ec", line]
            done = self.root.run(words, cwd="/root", capture_output=True, text=True, input="y\n")
            said = done.stdout + done.stderr
            check(f"# {line}", done.returncode == 0, said[-800:] if done.returncode else "".join(said.splitlines()[-1:]))
        return said

    def ask(self, address, *more):
        """The bytes of an answer, and what was wrong."""
        words = ["nsenter", f"--target={self.root.leader}", "--net", "curl", "--silent", "--show-error", "--fail", *more]
        done = subprocess.run([*map(str, words), address], capture_output=True, env={"PATH": "/usr/bin:/bin"})
        return done.stdout, done.stderr.decode()

    def ask_proxy(self, path):
        """What a visitor gets who believes the authority of the proxy and no other."""
        trust = ["--cacert", self.root.path(AUTHORITY), "--resolve", f"{NAME}:443:127.0.0.1"]
        return self.ask(f"https://{NAME}{path}", *trust)

    def copies(self):
        """The backups, the oldest first."""
        return self.sh(f"ls -tr {BACKUPS}/mybackpain-*.sqlite").split()

    def is_well(self):
        return self.root.run(["mybackpain-admin", "healthcheck"], capture_output=True).returncode == 0


def within(seconds, holds):
    for _ in range(seconds * 5):
        if holds():
            return True
        time.sleep(0.2)
    return False


def prepare(root, package, newer):
    """A server as its provider hands it over, with what apt will ask for fetched already: later there is no network."""
    root.sh("apt-get update -q; apt-get install -y -q init dbus nano")
    names = re.findall(r"\./(mybackpain_\S+\.deb)", "".join(shown()))
    for name, file in zip(names, [package, newer], strict=True):
        shutil.copy2(file, root.path(f"/root/{name}"))
    root.sh(f"apt-get install -y -q --download-only ./{names[0]} caddy", cwd="/root")
    # An editor whose user is not there.
    cases = "".join(f"  {file}) {command} ;;\n" for file, command in TYPED.items())
    root.path("/usr/local/bin/nano").write_text(
        f"#!/bin/sh\nset -e\nfor file; do\n  case $file in\n{cases}  *) exit 1 ;;\n  esac\ndone\n"
    )
    root.path("/usr/local/bin/nano").chmod(0o755)
    root.path("/etc/hosts").write_text(f"127.0.0.1 localhost {NAME} mail.{NAME}\n")


def install(server):
    print("\n== From the package to a page behind Caddy, with TLS")
    first, second = shown("Install")
    check(f"it takes {len(first.splitlines())} commands, and fewer than ten", len(first.splitlines()) < 10)
    said = server.do(first)
    check("the log shows the link for the first administrator", f"https://{NAME}/staff/welcome/" in said, said[-500:])
    path = f"/fact-sheets/{SHEET}"
    # The authority of the proxy is made at its first start with the name.
    within(30, lambda: server.root.path(AUTHORITY).exists() and server.ask_proxy(path)[0])
    page, trouble = server.ask_proxy(path)
    print(f"       curl --cacert {AUTHORITY} https://{NAME}{path}: {len(page)} bytes {trouble}")
    title = re.search(r'^title = "(.*)"', (HERE / f"content{path}.md").read_text(), re.M)[1]
    check("a sheet is there over HTTPS", f"{title}</h1>".encode() in page, trouble or page[:300].decode())
    check("and is what the program says, byte by byte", page == server.ask(f"http://127.0.0.1:8080{path}")[0])
    stranger = server.ask(f"https://{NAME}{path}", "--resolve", f"{NAME}:443:127.0.0.1")[1]
    check("who believes other authorities is warned", "certificate" in stranger, stranger.strip())
    check("the telephone number that was typed is on it", PHONE.encode() in page)
    for line in second.splitlines()[:-1]:
        server.do(line)
    look = second.splitlines()[-1]
    done = server.root.run(["/bin/sh", "-c", look], cwd="/root", capture_output=True, text=True)
    mend = re.findall(r"^MEND  (.*)", done.stdout, re.M)
    # There is no mail server in here.
    check(f"# {look}: nothing but the mail server is to be mended", len(mend) == 1 and "mail server" in mend[0], "; ".join(mend))


def live(server):
    print("\n== The units under systemd")
    for kind, most in [("mybackpain.service", 1.5), ("mybackpain-backup.service", 1.5)]:
        exposure = server.sh(f"systemd-analyze security --no-pager {kind}")
        found = float(re.search(r"exposure level for \S+: ([\d.]+)", exposure)[1])
        check(f"{kind} is exposed at most {most}", found <= most, f"{found}")
    first = server.show("MainPID")
    secrets = server.sh(f"nsenter --target={first} --mount ls -l /run/credentials/mybackpain.service")
    check("systemd hands over the password of the mail server", "smtp-password" in secrets, secrets)
    check("and nobody but root reads where it is from", server.sh("stat -c '%a %U' /etc/credstore").strip() == "700 root")
    server.sh("systemctl kill --signal=KILL mybackpain")
    check("who kills it sees it come back", within(20, lambda: server.show("MainPID") not in ("0", first) and server.is_well()))
    server.sh(
        "mkdir -p /run/systemd/system/mybackpain.service.d; printf '[Service]\\nWatchdogSec=3\\n' > "
        "/run/systemd/system/mybackpain.service.d/soon.conf; systemctl daemon-reload; systemctl restart mybackpain"
    )
    second = server.show("MainPID")
    time.sleep(7)
    check("it gives signs of life", server.show("MainPID") == second and server.show("WatchdogTimestampMonotonic") != "0")
    server.sh(f"kill -STOP {second}")
    back = within(30, lambda: server.show("MainPID") not in ("0", second) and server.is_well())
    check("one that hangs is ended and started anew", back and "watchdog" in server.sh("journalctl -u mybackpain").lower())
    server.sh("rm -r /run/systemd/system/mybackpain.service.d; systemctl daemon-reload; systemctl restart mybackpain")
    planned = server.sh("systemctl list-timers --no-legend mybackpain-backup.timer")
    check("the timer has a next time, at night", " 02:" in planned, planned.strip())
    before = server.copies()
    server.sh(
        "mkdir -p /run/systemd/system/mybackpain-backup.timer.d; printf '[Timer]\\nOnCalendar=\\nOnCalendar=*:*:0/5\\n"
        "RandomizedDelaySec=0\\nAccuracySec=1s\\n' > /run/systemd/system/mybackpain-backup.timer.d/soon.conf; "
        "systemctl daemon-reload; systemctl restart mybackpain-backup.timer"
    )
    check("and makes a backup when its time comes", within(30, lambda: len(server.copies()) > len(before)))
    server.sh(
        "rm -r /run/systemd/system/mybackpain-backup.timer.d; systemctl daemon-reload; systemctl restart mybackpain-backup.timer"
    )


def the_rest(server):
    """What else the document shows, each part with what must hold after it."""
    print("\n== Restore, upgrade, and a key for root alone, as the document shows them")
    [restore], [upgrade], [key] = shown("Restore"), shown("Upgrade"), shown("A key for root alone")
    named = re.search(rf"{BACKUPS}/(mybackpain-\S+\.sqlite)", restore)[1]
    server.sh(f"systemctl stop mybackpain-backup.service; mv {server.copies()[-1]} {BACKUPS}/{named}")
    server.sh(f"echo 2026-11-28T02:30:00Z'\twithdrawn\tBP-7K3M-9QX4' | install -o mybackpain -m 600 /dev/stdin {BACKUPS}/erased.log")
    server.do(restore)
    check("the site is well on what was restored", within(20, server.is_well))
    check("and knows what was erased", "BP-7K3M-9QX4" in server.sh("cat /var/lib/mybackpain/erased.log || true"))
    before = server.show("MainPID")
    server.do(key)
    check("the site is well with a key that only systemd hands it", within(20, server.is_well))
    check("which is in the data folder no more", not server.root.path("/var/lib/mybackpain/sealing.key").exists())
    copies = server.copies()
    server.do(upgrade)
    check("an upgrade makes a backup with that key, and restarts the site", within(20, server.is_well) and server.show("MainPID") != before)
    check("on the new version", "0.2.0" in server.sh("dpkg-query --show mybackpain") and len(server.copies()) > len(copies))
    server.sh("systemctl stop mybackpain")
    server.sh("mybackpain rotate-key --quiet --data /var/lib/mybackpain --key-file /etc/credstore/mybackpain.sealing.key")
    server.sh("systemctl start mybackpain")
    check("a key that root changed is taken", within(20, server.is_well))
    log = server.sh("journalctl --no-pager -u mybackpain -u mybackpain-backup -u caddy")
    check("no log says the password or what was asked for", PASSWORD not in log and SHEET not in log)
    server.sh("apt-get remove -y -q mybackpain")
    check("a removal stops it", server.root.run(["systemctl", "is-active", "mybackpain"], capture_output=True).returncode != 0)


def tried(root, package, newer):
    prepare(root, package, newer)
    with root.booted():
        server = Server(root)
        install(server)
        live(server)
        the_rest(server)
