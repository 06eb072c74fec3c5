//! What is there to be attacked, and the witnesses that see whether it was.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::net::TcpListener;
use std::net::TcpStream;
use std::net::UdpSocket;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::SocketAddr;
use std::os::unix::net::UnixDatagram;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::thread;

use rusqlite::Connection;
use tempfile::TempDir;

/// Who would see an attack succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Witness {
    /// The secret came back, which only somebody knows who read it.
    Secret,
    /// The whole of the linker's list came back: its length, and the sum of its bytes.
    Libraries,
    /// The folder is not as it was.
    Change,
    /// Something lies in the system's shared memory.
    Shared,
    /// There is a segment of shared memory.
    Segment,
    /// A listener heard something.
    Heard,
    /// Somebody answers at the port that came back.
    Service,
    /// The worker has children.
    Child,
    /// The other process is not as it was.
    Victim,
    /// The number of this process came back.
    Parent,
    /// The number of processes and threads that there are came back, or nearly so: they come and go.
    Count,
    /// What this machine is called came back.
    Machine,
    /// Threads of the worker have different descriptors.
    Descriptors,
    /// The worker has mapped much more than it may.
    Memory,
    /// The system keeps much more in memory that processes share, whoever has mapped it.
    Held,
    /// The worker has many more threads than it may.
    Threads,
}

impl Witness {
    pub(crate) fn named(name: &str) -> Witness {
        match name {
            "secret" => Witness::Secret,
            "libraries" => Witness::Libraries,
            "change" => Witness::Change,
            "shared" => Witness::Shared,
            "segment" => Witness::Segment,
            "heard" => Witness::Heard,
            "service" => Witness::Service,
            "child" => Witness::Child,
            "victim" => Witness::Victim,
            "parent" => Witness::Parent,
            "count" => Witness::Count,
            "machine" => Witness::Machine,
            "descriptors" => Witness::Descriptors,
            "memory" => Witness::Memory,
            "held" => Witness::Held,
            "threads" => Witness::Threads,
            other => panic!("no witness is called `{other}`"),
        }
    }
}

/// A folder with secrets, listeners, and another process: the ground of one attack.
pub(crate) struct Ground {
    folder: TempDir,
    secret: String,
    name: String,
    tcp: TcpListener,
    udp: UdpSocket,
    stream: UnixListener,
    datagram: UnixDatagram,
    nameless: UnixListener,
    victim: Child,
    before: (String, String),
    /// How much memory was shared before.
    shared: u64,
}

impl Ground {
    pub(crate) fn new() -> Ground {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::SeqCst) & 0xff;
        // Six digits, other ones in every process and for every attack.
        let number = ((std::process::id() & 0xffff) << 8) | count;
        let name = format!("raceday-{number:06x}");
        let secret = format!("{name}-is-a-secret");
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().to_owned();
        let write = |name: &str, text: &str| fs::write(path.join(name), text).expect("files can be written");
        write("secret", &secret);
        write("file", "untouched");
        write("planted.py", &format!("text = '{secret}'\n"));
        write(&format!("called-{secret}"), "");
        symlink("secret", path.join("link")).expect("links can be made");
        fs::create_dir(path.join("empty")).expect("folders can be made");
        let database = Connection::open(path.join("data.db")).expect("a database");
        let insert = format!("create table secrets (text); insert into secrets values ('{secret}')");
        database.execute_batch(&insert).expect("a table");
        drop(database);

        let tcp = TcpListener::bind("127.0.0.1:0").expect("a port");
        let udp = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let stream = UnixListener::bind(path.join("stream")).expect("a socket");
        let datagram = UnixDatagram::bind(path.join("datagram")).expect("a socket");
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        let nameless = UnixListener::bind_addr(&address).expect("a socket");
        tcp.set_nonblocking(true).expect("a listener");
        udp.set_nonblocking(true).expect("a listener");
        stream.set_nonblocking(true).expect("a listener");
        datagram.set_nonblocking(true).expect("a listener");
        nameless.set_nonblocking(true).expect("a listener");

        let victim = victim(&path, &secret);
        let before = (state_of_folder(&path), state_of_process(victim.id()));
        Ground { folder, secret, name, tcp, udp, stream, datagram, nameless, victim, before, shared: shared_memory() }
    }

    /// Returns `code` with the places and numbers of what is there.
    pub(crate) fn told(&self, code: &str) -> String {
        let port = |address: io::Result<std::net::SocketAddr>| address.expect("an address").port().to_string();
        code.replace("{DIR}", &self.folder.path().display().to_string())
            .replace("{VICTIM}", &self.victim.id().to_string())
            .replace("{TCP}", &port(self.tcp.local_addr()))
            .replace("{UDP}", &port(self.udp.local_addr()))
            .replace("{NAME}", &self.name)
    }

    /// Returns what `witness` saw, if it saw anything; the attack said `said`.
    pub(crate) fn saw(&self, witness: Witness, said: &str) -> Option<String> {
        match witness {
            Witness::Secret => said.contains(&self.secret).then(|| said.to_owned()),
            Witness::Libraries => {
                let list = fs::read("/etc/ld.so.cache").expect("there is a list");
                let sum: u64 = list.iter().copied().map(u64::from).sum();
                said.contains(&format!("listed={}/{sum};", list.len())).then(|| said.to_owned())
            }
            Witness::Change => difference(&self.before.0, &state_of_folder(self.folder.path())),
            Witness::Victim => difference(&self.before.1, &state_of_process(self.victim.id())),
            Witness::Shared => {
                let path = Path::new("/dev/shm").join(&self.name);
                fs::remove_file(&path).is_ok().then(|| format!("{} was there", path.display()))
            }
            Witness::Segment => self.segment(),
            Witness::Heard => self.heard(),
            Witness::Service => {
                let port = said.split("port=").nth(1)?.split(';').next()?.parse().ok()?;
                TcpStream::connect(("127.0.0.1", port)).ok().map(|_| format!("port {port} answers"))
            }
            Witness::Child => {
                let workers = self.workers();
                processes().into_iter().find(|process| workers.contains(&process.parent)).map(|child| child.stat)
            }
            Witness::Parent => said.contains(&format!("parent={};", std::process::id())).then(|| said.to_owned()),
            Witness::Count => {
                let count: u64 = said.split("count=").nth(1)?.split(';').next()?.parse().ok()?;
                let load = fs::read_to_string("/proc/loadavg").expect("Linux tells");
                let there: u64 = load.split(['/', ' ']).nth(4)?.parse().ok()?;
                (count.abs_diff(there) < there / 2).then(|| format!("{count} were counted, and {there} are there"))
            }
            Witness::Machine => {
                let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
                said.contains(&format!("machine={name};")).then(|| said.to_owned())
            }
            Witness::Descriptors => self.workers().into_iter().find_map(|worker| {
                let threads = fs::read_dir(format!("/proc/{worker}/task")).ok()?.flatten();
                let open = |thread: fs::DirEntry| {
                    let names = fs::read_dir(thread.path().join("fd")).ok()?.flatten().map(|entry| entry.file_name());
                    Some(names.collect::<BTreeSet<_>>())
                };
                // Who is about to end has none.
                let tables: BTreeSet<_> = threads.filter_map(open).filter(|table| !table.is_empty()).collect();
                (tables.len() > 1).then(|| format!("there are different tables: {tables:?}"))
            }),
            Witness::Memory => self.workers().into_iter().find_map(|worker| {
                let peak = number_in_status(worker, "VmPeak")?;
                (peak > 1200 << 10).then(|| format!("{peak} kB were mapped"))
            }),
            Witness::Held => {
                let more = shared_memory().saturating_sub(self.shared);
                (more > 256 << 10).then(|| format!("{more} kB are held"))
            }
            Witness::Threads => self.workers().into_iter().find_map(|worker| {
                let threads = || number_in_status(worker, "Threads").filter(|threads| *threads > 70);
                // Where the parent has to count, it may take a moment.
                let stay = (0..20_000).map_while(|_| threads()).last();
                threads().and(stay).map(|threads| format!("there were {threads} threads"))
            }),
        }
    }

    fn heard(&self) -> Option<String> {
        let mut buffer = [0; 16];
        let heard = [
            ("TCP", self.tcp.accept().is_ok()),
            ("UDP", self.udp.recv(&mut buffer).is_ok()),
            ("the socket with a path", self.stream.accept().is_ok()),
            ("the socket for datagrams", self.datagram.recv(&mut buffer).is_ok()),
            ("the socket with a name", self.nameless.accept().is_ok()),
        ];
        heard.into_iter().find(|(_, heard)| *heard).map(|(who, _)| format!("{who} heard something"))
    }

    #[expect(clippy::disallowed_methods, reason = "what an attack that succeeds leaves in the system is removed")]
    fn segment(&self) -> Option<String> {
        let key = u32::from_str_radix(self.name.rsplit('-').next()?, 16).ok()?;
        let segments = fs::read_to_string("/proc/sysvipc/shm").ok()?;
        let mut keys = segments.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok());
        let found = keys.any(|found: u32| found == key);
        if found {
            Command::new("ipcrm").args(["-M", &key.to_string()]).status().expect("`ipcrm` starts");
        }
        found.then(|| format!("there is a segment {key}"))
    }

    /// Returns the processes that this one started, but for the victim.
    fn workers(&self) -> Vec<u32> {
        let children = processes().into_iter().filter(|process| process.parent == std::process::id());
        children.map(|process| process.id).filter(|id| *id != self.victim.id()).collect()
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        // It may have been killed, or stopped; no signal but this one ends what is stopped.
        let _ = self.victim.kill();
        let _ = self.victim.wait();
    }
}

/// Starts a process that waits, with the secret in its environment and its arguments.
#[expect(clippy::disallowed_methods, reason = "an attack needs a victim")]
fn victim(folder: &Path, secret: &str) -> Child {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "echo; read line", secret]).env_clear().env("SECRET", secret).current_dir(folder);
    let mut victim = command
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell starts");
    io::Read::read_exact(victim.stdout.as_mut().expect("is piped"), &mut [0]).expect("it says that it is there");
    // It says so just before it waits.
    while !state_of_process(victim.id()).starts_with('S') {
        thread::yield_now();
    }
    victim
}

/// A line on everything in a folder: what it is, who may what with it, when it was changed, and what is in it.
fn state_of_folder(folder: &Path) -> String {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder can be listed").flatten() {
        let metadata = fs::symlink_metadata(entry.path()).expect("what is listed is there");
        let text = match metadata.is_file() {
            true => fs::read_to_string(entry.path()).map_err(|error| error.to_string()),
            false => Ok(String::new()),
        };
        let (mode, owner, links) = (metadata.mode(), (metadata.uid(), metadata.gid()), metadata.nlink());
        let changed = (metadata.mtime(), metadata.mtime_nsec());
        lines.push(format!("{:?} {mode:o} {owner:?} {links} {changed:?} {text:?}", entry.file_name()));
    }
    lines.sort();
    lines.join("\n")
}

/// What there is to be seen of a process: whether it waits, its rank, processors, tracer and limits.
fn state_of_process(id: u32) -> String {
    let read = |what: &str| fs::read_to_string(format!("/proc/{id}/{what}")).unwrap_or_default();
    let stat = read("stat");
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split_whitespace().collect();
    let (state, nice) = (fields.first().copied().unwrap_or_default(), fields.get(16).copied().unwrap_or_default());
    let wanted = ["Cpus_allowed_list", "TracerPid", "Threads"];
    let status = read("status");
    let status: Vec<&str> = status.lines().filter(|line| wanted.iter().any(|name| line.starts_with(name))).collect();
    format!("{state} {nice} {status:?} {} {}", read("oom_score_adj").trim(), read("limits"))
}

fn difference(before: &str, now: &str) -> Option<String> {
    (before != now).then(|| format!("before:\n{before}\nnow:\n{now}"))
}

/// A process of this machine.
pub(crate) struct Running {
    pub(crate) id: u32,
    pub(crate) parent: u32,
    pub(crate) stat: String,
}

pub(crate) fn processes() -> Vec<Running> {
    let entries = fs::read_dir("/proc").expect("processes can be listed").flatten();
    let process = |entry: fs::DirEntry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let parent = stat.rsplit(") ").next()?.split_whitespace().nth(1)?.parse().ok()?;
        Some(Running { id, parent, stat })
    };
    entries.filter_map(process).collect()
}

pub(crate) fn number_in_status(id: u32, field: &str) -> Option<u64> {
    number_in(&format!("/proc/{id}/status"), field)
}

/// How much memory the system keeps that processes share and that is no file's, in kB.
fn shared_memory() -> u64 {
    number_in("/proc/meminfo", "Shmem").expect("Linux says so")
}

fn number_in(file: &str, field: &str) -> Option<u64> {
    let text = fs::read(file).ok()?;
    let text = String::from_utf8_lossy(&text);
    let rest = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    rest.split_whitespace().next()?.parse().ok()
}
