"""A fresh Debian in a folder, and commands inside it: for bin/container and bin/package."""

import contextlib, os, subprocess, sys, tempfile, time
from pathlib import Path

import trial

RELEASE = "bookworm"
MIRROR = "http://deb.debian.org/debian"


class Root:
    """A Debian in a folder. Nothing in it is started by itself, until it is booted, and the machine around it is not changed."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.leader = None

    @contextlib.contextmanager
    def booted(self):
        """Starts its systemd, with a network of its own that leads nowhere. What is run meanwhile runs in there."""
        trial.install({"systemd-nspawn": "systemd-container"})
        self.path("/usr/sbin/policy-rc.d").unlink()
        words = ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--private-network", "--link-journal=no"]
        words += ["--console=pipe", f"--machine=trial{os.getpid()}", f"--directory={self.folder}"]
        said = Path(f"{self.folder}.boot")
        machine = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=said.open("w"), stderr=subprocess.STDOUT)
        try:
            for _ in range(120):
                time.sleep(0.5)
                if machine.poll() is not None:
                    break
                self.leader = next(iter(trial.descendants(machine.pid)), None)
                state = self.leader and self.run(["systemctl", "is-system-running"], capture_output=True, text=True).stdout
                if state and state.strip() in ("running", "degraded"):
                    break
            else:
                machine.kill()
            if machine.poll() is not None:
                sys.exit(f"systemd does not run in the fresh Debian:\n{said.read_text()[-2000:]}")
            yield
        finally:
            self.leader = None
            machine.terminate()
            machine.wait(90)

    def run(self, command, env=None, uid=0, network=True, read_only=False, writable=(), binds=(), cwd="/", **more):
        """Runs a command inside, as someone, with no more of the machine than the network. Gives what `subprocess.run` does."""
        variables = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "LC_ALL": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
            **(env or {}),
        }
        if self.leader:
            words = ["nsenter", f"--target={self.leader}", "--mount", "--uts", "--ipc", "--net", "--pid", "--root", "env", "-i"]
            words += [f"--chdir={cwd}", *(f"{name}={value}" for name, value in variables.items())]
            return subprocess.run([*words, *map(str, command)], **more)
        words = [
            "bwrap",
            "--unshare-pid",
            "--unshare-ipc",
            "--unshare-uts",
            "--die-with-parent",
            "--ro-bind" if read_only else "--bind",
            str(self.folder),
            "/",
            "--dev",
            "/dev",
            "--proc",
            "/proc",
            "--tmpfs",
            "/tmp",
            "--chdir",
            cwd,
            "--clearenv",
        ]
        if not network:
            words += ["--unshare-net"]
        if network and not read_only:
            words += ["--ro-bind", "/etc/resolv.conf", "/etc/resolv.conf"]
        for place in writable:
            words += ["--bind", str(self.folder / place.lstrip("/")), place]
        for outside, inside in binds:
            words += ["--bind", str(outside), inside]
        for name, value in variables.items():
            words += ["--setenv", name, str(value)]
        # apt gives up rights that it has, and a package's scripts make users.
        words += ["--cap-add", "ALL"] if uid == 0 else ["--cap-drop", "ALL"]
        if uid != 0:
            command = [
                "setpriv",
                f"--reuid={uid}",
                f"--regid={uid}",
                "--clear-groups",
                "--no-new-privs",
                "--inh-caps=-all",
                *command,
            ]
            words[words.index("--cap-drop") :] = ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        return subprocess.run([*words, *map(str, command)], **more)

    def sh(self, script, **more):
        """A script that must end well. Gives what it printed."""
        done = self.run(["/bin/sh", "-ec", script], capture_output=True, text=True, **more)
        if done.returncode != 0:
            sys.exit(
                f"in the fresh Debian:\n{script}\nended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}"
            )
        return done.stdout

    def path(self, inside):
        return self.folder / inside.lstrip("/")


@contextlib.contextmanager
def fresh(base=None):
    """A Debian that holds nothing but itself: made by debootstrap, or a copy of one that was."""
    if os.geteuid() != 0:
        sys.exit("a fresh Debian root takes the rights of root: run this with sudo")
    trial.install({"debootstrap": "debootstrap", "bwrap": "bubblewrap"})
    with tempfile.TemporaryDirectory(prefix="mybackpain-debian-", dir="/var/tmp") as folder:
        os.chmod(folder, 0o755)
        target = Path(folder, "root")
        if base:
            subprocess.run(["cp", "-a", "--reflink=auto", str(base), str(target)], check=True)
        else:
            print(f"\n== A fresh Debian {RELEASE}", flush=True)
            said = subprocess.run(
                ["debootstrap", "--variant=minbase", "--include=ca-certificates", RELEASE, str(target), MIRROR],
                capture_output=True,
                text=True,
            )
            if said.returncode != 0:
                sys.exit(f"debootstrap failed:\n{said.stdout[-2000:]}")
        root = Root(target)
        root.path("/usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
        root.path("/usr/sbin/policy-rc.d").chmod(0o755)
        # An installer writes this one.
        root.path("/etc/hosts").write_text("127.0.0.1 localhost\n")
        yield root
