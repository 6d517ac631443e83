//! The built program in a process of its own, with its data in a folder of its own.

use std::fs::File;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The debug build compresses every page at the start, on a machine that may be busy.
const START: Duration = Duration::from_secs(30);

/// Serving until stopped, killed or dropped.
pub struct Program {
    pub address: SocketAddr,
    /// What it printed at its start.
    pub printed: String,
    child: Child,
    output: File,
    errors: File,
    folder: PathBuf,
}

/// What a running program holds of the machine.
#[derive(Debug)]
pub struct Held {
    pub megabytes: u64,
    pub files: usize,
    pub threads: u64,
}

/// How a command ended.
pub struct Ended {
    pub code: Option<i32>,
    pub output: String,
    pub errors: String,
    pub took: Duration,
}

/// A temporary folder, and inside it the data folder, not yet made.
pub fn data_folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    (folder, data)
}

/// The program with the content of this repository and nothing of this process's environment.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mybackpain"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env_clear();
    command.env("RUST_BACKTRACE", "1").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command that should end by itself, with a line on its standard input.
pub fn run(mut command: Command, input: impl AsRef<[u8]>) -> Ended {
    let began = Instant::now();
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_ref()).unwrap();
    let status = wait(&mut child, START);
    let took = began.elapsed();
    let _ = child.kill();
    let (mut output, mut errors) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut output).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    Ended { code: status.and_then(|status| status.code()), output, errors, took }
}

fn wait(child: &mut Child, most: Duration) -> Option<ExitStatus> {
    let began = Instant::now();
    loop {
        match child.try_wait().unwrap() {
            Some(status) => return Some(status),
            None if began.elapsed() > most => return None,
            None => thread::sleep(Duration::from_millis(10)),
        }
    }
}

impl Program {
    /// Starts on a free port of this machine, and waits until it says where.
    pub fn start(data: &Path) -> Program {
        let data_text = data.to_str().unwrap();
        Program::of(command(&["serve", "--data", data_text, "--listen", "127.0.0.1:0", "--no-limits"]), data)
    }

    /// The same with the limits that a site in earnest has.
    pub fn start_limited(data: &Path) -> Program {
        let arguments = ["serve", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"];
        Program::of(command(&arguments), data)
    }

    /// The same with more arguments.
    pub fn start_with(data: &Path, arguments: &[&str]) -> Program {
        let data_text = data.to_str().unwrap();
        let usual = ["serve", "--data", data_text, "--listen", "127.0.0.1:0", "--no-limits"];
        Program::of(command(&[&usual, arguments].concat()), data)
    }

    /// The same with a library loaded before all others, and a word for it in its environment.
    pub fn start_preloaded(data: &Path, library: &Path, name: &str, value: &Path) -> Program {
        let data_text = data.to_str().unwrap();
        let mut command = command(&["serve", "--data", data_text, "--listen", "127.0.0.1:0", "--no-limits"]);
        command.env("LD_PRELOAD", library).env(name, value);
        Program::of(command, data)
    }

    /// Behind a proxy: an address that is not its own, and the limits of a site in earnest.
    pub fn start_behind_a_proxy(data: &Path, arguments: &[&str]) -> Program {
        let usual = ["serve", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"];
        Program::of(command(&[&usual, arguments].concat()), data)
    }

    /// The same, and every part of it logs all it can.
    pub fn start_talkative(data: &Path) -> Program {
        let data_text = data.to_str().unwrap();
        let mut command = command(&["serve", "--data", data_text, "--listen", "127.0.0.1:0", "--no-limits"]);
        command.env("RUST_LOG", "trace");
        Program::of(command, data)
    }

    /// The same, with the number of open files that most systems give.
    pub fn start_with_1024_files(data: &Path) -> Program {
        let mut shell = Command::new("/bin/sh");
        let program = env!("CARGO_BIN_EXE_mybackpain");
        shell.args(["-c", "ulimit -n 1024; exec \"$0\" \"$@\"", program, "--data"]).arg(data);
        shell.args(["--listen", "127.0.0.1:0", "--no-limits"]).current_dir(env!("CARGO_MANIFEST_DIR"));
        shell.env_clear().stdin(Stdio::null());
        Program::of(shell, data)
    }

    /// Of a command that serves.
    pub fn of(mut command: Command, folder: &Path) -> Program {
        // Files, not pipes: what was printed before an answer is there when the answer is.
        let (output, errors) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        command.stdout(output.try_clone().unwrap()).stderr(errors.try_clone().unwrap());
        let child = command.spawn().unwrap();
        let address = ([127, 0, 0, 1], 0).into();
        let mut program =
            Program { address, printed: String::new(), child, output, errors, folder: folder.to_owned() };
        program.read_start();
        program
    }

    fn read_start(&mut self) {
        let began = Instant::now();
        let listening =
            |said: &str| Some(said.split_once("(listening on ")?.1.split_once(')')?.0.parse().unwrap());
        while self.address.port() == 0 {
            self.address = listening(&whole(&self.output)).unwrap_or(self.address);
            let ended = self.child.try_wait().unwrap().is_some();
            assert!(!ended && began.elapsed() < START, "it did not start: {}", self.log());
            thread::sleep(Duration::from_millis(5));
        }
        // It serves after it has said everything.
        super::client::get(self.address, "/robots.txt").expect("it serves");
        self.printed = whole(&self.output);
    }

    pub fn database(&self) -> PathBuf {
        self.folder.join("mybackpain.sqlite")
    }

    /// Where it tells how it is, when it was started with `--health-address`.
    pub fn health(&self) -> SocketAddr {
        let (_, rest) = self.printed.split_once("Health is at http://").expect("an address for health");
        rest.split('/').next().unwrap().parse().unwrap()
    }

    /// The most memory that it has held so far, in kB.
    pub fn most_memory(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// What it holds now.
    pub fn held(&self) -> Held {
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count();
        Held { megabytes: self.status("VmRSS:") / 1024, files, threads: self.status("Threads:") }
    }

    fn status(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("of Linux");
        line.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// What it logged until now.
    pub fn log(&self) -> String {
        whole(&self.errors)
    }

    /// The path of the link for the first administrator.
    pub fn first_link(&self) -> Option<&str> {
        let at = self.printed.find("/staff/welcome/")?;
        self.printed[at..].split_whitespace().next()
    }

    /// Asks it to stop, as systemd does.
    pub fn terminate(&self) {
        let kill = format!("kill -TERM {}", self.child.id());
        assert!(Command::new("/bin/sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for its end after `terminate`.
    pub fn ended(mut self) -> Ended {
        let began = Instant::now();
        let status = wait(&mut self.child, START);
        let errors = self.log();
        assert!(!errors.contains("panicked"), "{errors}");
        Ended {
            code: status.and_then(|status| status.code()),
            output: self.printed.clone(),
            errors,
            took: began.elapsed(),
        }
    }

    pub fn stop(self) {
        self.terminate();
        let ended = self.ended();
        assert_eq!(ended.code, Some(0), "{}", ended.errors);
    }

    /// SIGKILL: nothing of the program runs after this.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let errors = self.log();
        assert!(!errors.contains("panicked"), "{errors}");
    }
}

/// What a file holds, read without moving the place at which the program writes.
fn whole(file: &File) -> String {
    let mut bytes = vec![0; usize::try_from(file.metadata().unwrap().len()).unwrap()];
    file.read_exact_at(&mut bytes, 0).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
