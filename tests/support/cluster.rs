//! Private PostgreSQL clusters for tests: real servers on loopback, gone when the test is.
//!
//! A test that stops or breaks its server takes a [`TestCluster`] of its own: a copy of a data
//! directory made once per run. All others take a [`TestDatabase`] on one shared server, which is
//! much cheaper. Every cluster is watched by a small shell that outlives the test process, however
//! that ends, and then stops the server and deletes its files.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pgcascade::db::embedded::{Cluster, Search, Status, StopMode};
use pgcascade::db::{DatabaseUrl, connect, install_objects, migrate};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// Waits until its input ends, which it does when the test drops the cluster or dies; then stops
/// the server as if by a power cut, waits for its end and removes its files.
const WATCH: &str = r#"
cat > /dev/null
pid=$(head -n 1 "$1/cluster/data/postmaster.pid" 2> /dev/null)
if [ -n "$pid" ]; then
    kill -QUIT "$pid" 2> /dev/null
    while kill -0 "$pid" 2> /dev/null; do sleep 0.02; done
fi
rm -rf "$1"
"#;

/// Sessions that many parallel tests need together.
const MORE_SESSIONS: (&str, &str) = ("max_connections", "200");
/// Nobody cuts the power of the shared server, so it need not wait for the disk.
const NOT_DURABLE: [(&str, &str); 2] = [("fsync", "off"), ("full_page_writes", "off")];

/// A server of the test's own, with the durable settings of the product.
pub struct TestCluster {
    cluster: Cluster,
    url: DatabaseUrl,
    watcher: Child,
}

impl TestCluster {
    /// A fresh, running cluster.
    pub async fn start() -> Self {
        Self::start_with(&[], |_| {}).await
    }

    /// A fresh cluster with further settings, whose data directory `prepare` may change before
    /// the server starts.
    pub async fn start_with(
        settings: &[(&str, &str)],
        prepare: impl FnOnce(&Path) + Send + 'static,
    ) -> Self {
        let settings: Vec<(String, String)> = settings
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect();
        blocking(move || Self::start_blocking(&settings, prepare, &search())).await
    }

    /// A fresh cluster with further settings, run by the programs of that directory.
    pub async fn start_by(programs: PathBuf, settings: &[(&str, &str)]) -> Self {
        let settings: Vec<(String, String)> = settings
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect();
        let path = std::env::var_os("PATH");
        let search = Search::new(Some(programs), path.as_deref());
        blocking(move || Self::start_blocking(&settings, |_| {}, &search)).await
    }

    fn start_blocking(
        settings: &[(String, String)],
        prepare: impl FnOnce(&Path),
        search: &Search,
    ) -> Self {
        // The watcher removes the directory, also when this process is killed.
        let dir = temp_dir().keep();
        let watcher = watch(&dir);
        let home = dir.join("cluster");
        copy(template(), &home);
        fs::write(home.join("port"), format!("{}\n", port())).expect("the copy is writable");
        prepare(&home.join("data"));
        let mut cluster = Cluster::open(&home, search).expect("the copy is a cluster");
        for (name, value) in settings {
            cluster = cluster.with_setting(name, value);
        }
        let url = cluster.start().expect("the copy starts").url;
        Self {
            cluster,
            url,
            watcher,
        }
    }

    /// Where it listens; the superuser's URL.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// The cluster under test.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Stops and starts it on the same port; `immediate` as if the power had failed.
    pub async fn restart(&self, immediate: bool) {
        let mode = if immediate {
            StopMode::Immediate
        } else {
            StopMode::Fast
        };
        self.stop(mode).await;
        self.start_again().await;
    }

    /// Stops it as if the power had failed.
    pub async fn stop_immediately(&self) {
        self.stop(StopMode::Immediate).await;
    }

    /// Kills its first process, as nothing can be caught; the others are on their own.
    pub fn kill_postmaster(&self) {
        let Ok(Status::Running { pid, .. }) = self.cluster.status() else {
            panic!("the server runs");
        };
        kill(Pid::from_raw(pid), Signal::SIGKILL).expect("it can be killed");
    }

    /// Starts it again after a stop.
    pub async fn start_again(&self) {
        let cluster = self.cluster.clone();
        let url = blocking(move || cluster.start().expect("the cluster starts again").url).await;
        assert_eq!(
            url.to_string(),
            self.url.to_string(),
            "the port was taken meanwhile"
        );
    }

    async fn stop(&self, mode: StopMode) {
        let cluster = self.cluster.clone();
        blocking(move || cluster.stop(mode).expect("the cluster stops")).await;
    }

    /// What psql prints for this session, its input included.
    pub async fn psql(&self, session: &str) -> String {
        psql(&self.url, session).await
    }

    /// A fresh, empty database on a server that all tests share.
    pub async fn shared_database() -> TestDatabase {
        TestDatabase::create("template1").await
    }

    /// A fresh database on the shared server with all migrations and objects applied.
    pub async fn deployed_database() -> TestDatabase {
        static DEPLOYED: OnceCell<()> = OnceCell::const_new();
        DEPLOYED.get_or_init(deploy_template).await;
        TestDatabase::create(DEPLOYED_TEMPLATE).await
    }
}

impl Drop for TestCluster {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        // What it could not remove does not make the test fail.
        let _ = self.watcher.wait();
    }
}

/// Name of the database that `deployed_database` copies.
const DEPLOYED_TEMPLATE: &str = "deployed_template";

/// A database of the test's own on the shared server, dropped with this value.
pub struct TestDatabase {
    url: DatabaseUrl,
    name: String,
    /// A server of its own, which ends with it; None: the shared one.
    own: Option<TestCluster>,
}

impl TestDatabase {
    async fn create(template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        Self::create_named(name, template).await
    }

    async fn create_named(name: String, template: &str) -> Self {
        let server = shared_url().await;
        let client = connect(&server, "tests")
            .await
            .expect("the shared server accepts sessions");
        let create = format!("create database {name} template {template}");
        client
            .batch_execute(&create)
            .await
            .expect("a database can be made");
        Self {
            url: on_database(&server, &name),
            name,
            own: None,
        }
    }

    /// The empty database of a server of its own.
    pub fn alone(server: TestCluster) -> Self {
        Self {
            url: server.url().clone(),
            name: String::from("postgres"),
            own: Some(server),
        }
    }

    /// Where it is; the superuser's URL.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What psql prints for this session, its input included.
    pub async fn psql(&self, session: &str) -> String {
        psql(&self.url, session).await
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if self.own.is_some() {
            return;
        }
        let Some(cluster) = SHARED.get() else { return };
        let drop = format!("drop database if exists {} with (force)", self.name);
        // The whole server goes with the run; this only keeps the disk from filling meanwhile.
        let psql = cluster.cluster.psql_command(&["-X", "-q", "-c", &drop]);
        let _ = psql.map(|mut psql| psql.stdout(Stdio::null()).stderr(Stdio::null()).status());
    }
}

/// The URL of another database on the same server.
pub fn on_database(server: &DatabaseUrl, name: &str) -> DatabaseUrl {
    let text = server
        .reveal()
        .replacen("/postgres?", &format!("/{name}?"), 1);
    DatabaseUrl::parse(&text).expect("a changed name leaves a URL")
}

/// Where tests find the server's programs.
pub fn search() -> Search {
    let path = std::env::var_os("PATH");
    Search::new(
        std::env::var_os("PGCASCADE_PG_BIN").map(PathBuf::from),
        path.as_deref(),
    )
}

/// The directory of the server's programs.
pub fn programs() -> PathBuf {
    Cluster::open(template(), &search())
        .expect("server programs are installed")
        .binaries()
        .dir
        .clone()
}

/// A directory that the server's user can enter.
pub fn temp_dir() -> TempDir {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::Builder::new()
        .prefix("pgcascade-test-")
        .tempdir()
        .expect("a directory");
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).expect("may be opened");
    dir
}

/// What psql prints for this session, its input and its errors included, as a person would see it.
pub async fn psql(url: &DatabaseUrl, session: &str) -> String {
    let (target, session) = (url.reveal(), session.to_owned());
    blocking(move || {
        let (mut reader, writer) = std::io::pipe().expect("a pipe");
        let mut psql = Command::new("psql");
        psql.args([
            "--no-psqlrc",
            "--echo-all",
            "--pset=pager=off",
            "--dbname",
            &target,
        ]);
        // A forgotten lock must not hang the test.
        psql.env("PGOPTIONS", "-c statement_timeout=30s -c timezone=UTC")
            .env("LC_ALL", "C.UTF-8");
        psql.stdin(Stdio::piped())
            .stdout(writer.try_clone().expect("a pipe"))
            .stderr(writer);
        let mut child = psql.spawn().expect("psql is installed");
        drop(psql);
        let mut input = child.stdin.take().expect("psql reads its input");
        let feeder = std::thread::spawn(move || {
            // psql may have ended early; what it said is what counts.
            let _ = std::io::Write::write_all(&mut input, session.as_bytes());
        });
        let mut transcript = String::new();
        reader
            .read_to_string(&mut transcript)
            .expect("psql prints text");
        feeder.join().expect("the session was fed");
        child.wait().expect("psql ends");
        transcript
    })
    .await
}

/// Runs what blocks beside the test's tasks.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work)
        .await
        .expect("blocking work does not panic")
}

static SHARED: OnceLock<TestCluster> = OnceLock::new();

/// The shared server, started by whoever comes first.
async fn shared_url() -> DatabaseUrl {
    blocking(|| {
        let shared = SHARED.get_or_init(|| {
            let settings: Vec<(String, String)> = NOT_DURABLE
                .iter()
                .chain([&MORE_SESSIONS])
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect();
            TestCluster::start_blocking(&settings, |_| {}, &search())
        });
        shared.url.clone()
    })
    .await
}

/// Makes the database that `deployed_database` copies.
async fn deploy_template() {
    let database = TestDatabase::create_named(DEPLOYED_TEMPLATE.to_owned(), "template1").await;
    migrate(database.url()).await.expect("the migrations apply");
    let mut client = connect(database.url(), "tests")
        .await
        .expect("the database is there");
    install_objects(&mut client)
        .await
        .expect("the objects apply");
    // Kept for the whole run: forgetting it skips its drop.
    std::mem::forget(database);
}

/// A stopped cluster, made once per run, that all others are copies of.
fn template() -> &'static Path {
    static TEMPLATE: OnceLock<(PathBuf, Child)> = OnceLock::new();
    let (dir, _) = TEMPLATE.get_or_init(|| {
        let dir = temp_dir().keep();
        let watcher = watch(&dir);
        let home = dir.join("cluster");
        let cluster = Cluster::open(&home, &search()).expect("server programs are installed");
        let cluster = cluster.with_setting("fsync", "off");
        cluster.start().expect("a new cluster starts");
        cluster.stop(StopMode::Fast).expect("it stops");
        (home, watcher)
    });
    dir
}

/// Ports that the system gives to nobody who asks for any free one, so that a stopped server finds
/// its own free when it starts again (<https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html>:
/// those begin at 32768, or at 49152 elsewhere).
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A port that is free, and that no other server of this run is given.
pub fn port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let count = u32::from(PORTS.end - PORTS.start);
    // Runs at the same time begin at different places.
    let first = std::process::id().wrapping_mul(97);
    for _ in 0..count {
        let place = first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % count;
        let port = PORTS.start + u16::try_from(place).expect("less than the count");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("a port between {} and {} is free", PORTS.start, PORTS.end);
}

/// Copies a stopped cluster with owners and modes, sharing blocks where the disk can.
fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp")
        .arg("-a")
        .arg(from)
        .arg(to)
        .status()
        .expect("cp runs");
    assert!(status.success(), "the template can be copied");
}

/// Starts the shell that cleans up after `dir`, in a process group that Ctrl-C does not reach.
fn watch(dir: &Path) -> Child {
    let mut shell = Command::new("/bin/sh");
    shell
        .arg("-c")
        .arg(WATCH)
        .arg("watch")
        .arg(dir)
        .process_group(0);
    shell
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    shell.spawn().expect("a shell runs")
}
