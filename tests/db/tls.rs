//! TLS against a real server whose certificate an authority of the test's own has issued.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use pgcascade::db::{Class, DatabaseUrl, connect};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

use crate::support::cluster::{TestCluster, temp_dir};

/// A server that speaks TLS as `localhost`, and the files that clients are given.
struct TlsServer {
    cluster: TestCluster,
    files: TempDir,
}

/// A certificate authority.
fn authority(name: &str) -> (Issuer<'static, KeyPair>, String) {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    (Issuer::new(params, key), certificate.pem())
}

impl TlsServer {
    async fn start() -> Self {
        let files = temp_dir();
        let (issuer, root) = authority("ours");
        let (_, other_root) = authority("another");
        fs::write(files.path().join("ca file.pem"), root).expect("a file");
        fs::write(files.path().join("other.pem"), other_root).expect("a file");
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &issuer).expect("a certificate");
        fs::write(files.path().join("leaf.pem"), certificate.pem()).expect("a file");
        let (certificate, key) = (certificate.pem(), key.serialize_pem());
        let settings = [
            ("ssl", "on"),
            ("ssl_cert_file", "tls.crt"),
            ("ssl_key_file", "tls.key"),
        ];
        let cluster = TestCluster::start_with(&settings, move |data| {
            give(data, "tls.crt", &certificate);
            give(data, "tls.key", &key);
            let rules = "hostnossl all all all reject\nhostssl all all all scram-sha-256\n";
            give(data, "pg_hba.conf", rules);
        })
        .await;
        Self { cluster, files }
    }

    /// The server's URL by a name and with TLS words; `{}` stands for the directory of the files.
    fn url(&self, host: &str, words: &str) -> DatabaseUrl {
        let words = words.replace("{}", &self.files.path().display().to_string());
        let text = self.cluster.url().reveal();
        let text = text
            .replace("127.0.0.1", host)
            .replace("sslmode=disable", &words);
        DatabaseUrl::parse(&text).expect("a URL")
    }

    /// Whether the session is encrypted, or what was refused.
    async fn reach(&self, host: &str, words: &str) -> Result<bool, (Class, String)> {
        let client = connect(&self.url(host, words), "tests")
            .await
            .map_err(|error| (error.class(), error.to_string()))?;
        let sql = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
        Ok(client.query_one(sql, &[]).await.expect("it answers").get(0))
    }
}

/// Puts a file into the data directory as the server wants it.
fn give(data: &Path, name: &str, text: &str) {
    let path = data.join(name);
    fs::write(&path, text).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("private");
    let owner = data.metadata().expect("the directory is there");
    chown(&path, Some(owner.uid()), Some(owner.gid())).expect("the server's");
}

#[tokio::test]
async fn each_mode_verifies_what_it_says() {
    let server = TlsServer::start().await;
    let encrypted = [
        (
            "localhost",
            "sslmode=verify-full&sslrootcert={}/ca%20file.pem",
        ),
        (
            "127.0.0.1",
            "sslmode=verify-ca&sslrootcert={}/ca%20file.pem",
        ),
        ("127.0.0.1", "sslmode=require&sslrootcert={}/ca%20file.pem"),
        ("127.0.0.1", "sslmode=require"),
        ("127.0.0.1", "sslmode=prefer"),
        ("localhost", "sslmode=require&channel_binding=require"),
        // A certificate of the server's own, handed out as the root.
        ("localhost", "sslmode=verify-full&sslrootcert={}/leaf.pem"),
    ];
    for (host, words) in encrypted {
        assert_eq!(server.reach(host, words).await, Ok(true), "{host} {words}");
    }
    let refused = [
        (
            "127.0.0.1",
            "sslmode=verify-full&sslrootcert={}/ca%20file.pem",
            "another name",
        ),
        (
            "127.0.0.1",
            "sslmode=verify-full&sslrootcert={}/leaf.pem",
            "another name",
        ),
        (
            "localhost",
            "sslmode=verify-full&sslrootcert={}/other.pem",
            "not trusted",
        ),
        (
            "localhost",
            "sslmode=verify-ca&sslrootcert={}/other.pem",
            "not trusted",
        ),
        (
            "localhost",
            "sslmode=require&sslrootcert={}/other.pem",
            "not trusted",
        ),
        (
            "localhost",
            "sslmode=verify-full&sslrootcert={}/missing.pem",
            "missing.pem",
        ),
        ("localhost", "sslmode=disable", "sslmode=require"),
    ];
    for (host, words, expected) in refused {
        let (class, said) = server.reach(host, words).await.expect_err(words);
        assert_eq!(class, Class::Rights, "{words}: {said}");
        assert!(said.contains(expected), "{words}: {said}");
    }
}

#[tokio::test]
async fn the_systems_authorities_do_not_vouch_for_a_server_of_our_own() {
    let server = TlsServer::start().await;
    let (class, said) = server
        .reach("localhost", "sslmode=verify-full")
        .await
        .expect_err("unknown");
    assert_eq!(class, Class::Rights, "{said}");
}

#[tokio::test]
async fn a_server_without_tls_is_told_apart() {
    let database = TestCluster::shared_database().await;
    let text = database
        .url()
        .reveal()
        .replace("sslmode=disable", "sslmode=require");
    let error = connect(&DatabaseUrl::parse(&text).expect("a URL"), "tests").await;
    let error = error.expect_err("the server has no TLS");
    assert_eq!(error.class(), Class::Rights);
    assert!(error.to_string().contains("offers no TLS"), "{error}");
}
