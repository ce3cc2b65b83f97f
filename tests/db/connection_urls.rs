//! Connection URLs as users paste them.

use std::path::PathBuf;
use std::time::Duration;

use pgcascade::db::{DatabaseUrl, Roots, UrlError, Verify};
use tokio_postgres::config::{Host, SslMode};

fn parsed(text: &str) -> DatabaseUrl {
    DatabaseUrl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> String {
    DatabaseUrl::parse(text)
        .map(|url| panic!("{url} was accepted"))
        .unwrap_or_else(|error: UrlError| error.to_string())
}

#[test]
fn sslmode_words_mean_what_libpq_says() {
    let cases = [
        ("", SslMode::Prefer, Verify::Nothing, Roots::System),
        (
            "sslmode=disable",
            SslMode::Disable,
            Verify::Nothing,
            Roots::System,
        ),
        (
            "sslmode=allow",
            SslMode::Prefer,
            Verify::Nothing,
            Roots::System,
        ),
        (
            "sslmode=require",
            SslMode::Require,
            Verify::Nothing,
            Roots::System,
        ),
        (
            "sslmode=require&sslrootcert=%2Fetc%2Fca%20file.pem",
            SslMode::Require,
            Verify::Chain,
            Roots::File(PathBuf::from("/etc/ca file.pem")),
        ),
        (
            "sslmode=verify-ca",
            SslMode::Require,
            Verify::Chain,
            Roots::System,
        ),
        (
            "sslmode=verify-full",
            SslMode::Require,
            Verify::ChainAndName,
            Roots::System,
        ),
        (
            "sslrootcert=system",
            SslMode::Require,
            Verify::ChainAndName,
            Roots::System,
        ),
    ];
    for (words, mode, verify, roots) in cases {
        let url = parsed(&format!("postgresql://u@h/d?{words}"));
        assert_eq!(url.config().get_ssl_mode(), mode, "{words}");
        assert_eq!(url.tls().verify, verify, "{words}");
        assert_eq!(url.tls().roots, roots, "{words}");
    }
}

#[test]
fn a_hosted_url_is_taken_as_it_is_pasted() {
    let url = parsed(
        "postgres://u:p%40ss@ep-cool-1-pooler.eu.aws.neon.tech/app?sslmode=require\
         &channel_binding=require",
    );
    assert_eq!(url.config().get_password(), Some(b"p@ss".as_slice()));
    assert!(url.is_pooler());
    let direct = url.direct();
    assert_eq!(
        direct.to_string(),
        "postgresql://u@ep-cool-1.eu.aws.neon.tech:5432/app"
    );
    assert!(!direct.is_pooler());
    assert_eq!(direct.config().get_password(), Some(b"p@ss".as_slice()));
}

#[test]
fn a_direct_address_stays_as_it_is() {
    let url = parsed("postgresql://a-pooler.b:pw@db.example.com:6543/app");
    assert!(!url.is_pooler());
    assert_eq!(url.direct().to_string(), url.to_string());
    assert_eq!(url.config().get_user(), Some("a-pooler.b"));
}

#[test]
fn supabase_listens_on_the_session_port() {
    let url = parsed("postgresql://u.ref:pw@aws-0-eu.pooler.supabase.com:6543/postgres");
    assert!(url.is_pooler());
    assert_eq!(url.direct().config().get_ports(), [5432]);
    let pairs = parsed("host=aws-0-eu.pooler.supabase.com port=6543 user=u password=p");
    assert_eq!(pairs.direct().config().get_ports(), [5432]);
}

#[test]
fn words_of_other_clients_are_dropped() {
    let url = parsed(
        "postgresql://u:p@h/d?pgbouncer=true&connection_limit=1&pool_timeout=3&schema=public\
         &statement_cache_size=0&uselibpqcompat=true",
    );
    assert!(url.is_pooler());
    assert_eq!(url.reveal(), "postgresql://u:p@h/d");
}

#[test]
fn an_unknown_word_is_named() {
    let said = refused("postgresql://u:geheim@h/d?sslmod=verify-full");
    assert!(said.contains("\"sslmod\""), "{said}");
    let said = refused("postgresql://u:geheim@h/d?sslmode=verify_full");
    assert!(
        said.contains("sslmode=verify_full") && said.contains("verify-full"),
        "{said}"
    );
    assert!(!said.contains("geheim"), "{said}");
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let cases = [
        ("", "empty"),
        ("mysql://u@h/d", "postgresql://"),
        ("just some words", "key=value"),
        ("postgresql:///d", "no host"),
        ("postgresql://u:p@ss@h/d", "%40"),
        (
            "postgresql://u@h/d?sslrootcert=system&sslmode=require",
            "verify-full",
        ),
        ("postgresql://u@h/d?sslcert=a.pem", "sslkey"),
        (
            "postgresql://u@h/d?sslnegotiation=direct",
            "sslmode=require",
        ),
        ("postgresql://u@h/d?tcp_user_timeout=soon", "milliseconds"),
        ("postgresql://u@h:99999/d", "port"),
    ];
    for (text, expected) in cases {
        let said = refused(text);
        assert!(said.contains(expected), "{text}: {said}");
    }
}

#[test]
fn key_value_strings_are_understood_too() {
    let url = parsed(r"host=h port=6000 user=u password='a b\'c' dbname=d sslmode=verify-full");
    assert_eq!(url.config().get_password(), Some(b"a b'c".as_slice()));
    assert_eq!(url.config().get_ports(), [6000]);
    assert_eq!(url.tls().verify, Verify::ChainAndName);
    assert_eq!(url.to_string(), "postgresql://u@h:6000/d");
    assert!(refused("host=h password='open").contains("key=value"));
    assert!(refused("host=h pasword=x").contains("\"pasword\""));
}

#[test]
fn a_password_is_never_printed() {
    for text in [
        "postgresql://u:geheim@h/d",
        "postgresql://u@h/d?password=geheim",
        "host=h user=u password=geheim",
    ] {
        let url = parsed(text);
        assert!(!format!("{url} {url:?}").contains("geheim"), "{text}");
        assert!(url.reveal().contains("geheim"), "{text}");
    }
}

#[test]
fn time_limits_are_set_unless_given() {
    let url = parsed("postgresql://u@h/d");
    let config = url.config();
    assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(10)));
    assert_eq!(config.get_keepalives_idle(), Duration::from_secs(30));
    assert_eq!(
        config.get_tcp_user_timeout(),
        Some(&Duration::from_secs(15))
    );
    let url = parsed(
        "postgresql://u@h/d?connect_timeout=3&keepalives_idle=60&keepalives_count=9\
         &tcp_user_timeout=2500",
    );
    let config = url.config();
    assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(3)));
    assert_eq!(config.get_keepalives_idle(), Duration::from_secs(60));
    assert_eq!(config.get_keepalives_retries(), Some(9));
    assert_eq!(
        config.get_tcp_user_timeout(),
        Some(&Duration::from_millis(2500))
    );
}

#[test]
fn sockets_addresses_and_several_hosts_are_understood() {
    let url = parsed("postgresql://u@/d?host=/run/postgresql&port=5433");
    assert_eq!(
        url.config().get_hosts(),
        [Host::Unix("/run/postgresql".into())]
    );
    assert_eq!(
        url.to_string(),
        "postgresql://u@/d?host=/run/postgresql&port=5433"
    );
    let url =
        parsed("postgresql://u@a:1,b:2/d?target_session_attrs=primary&load_balance_hosts=random");
    assert_eq!(url.to_string(), "postgresql://u@a:1,b:2/d");
    let url = parsed("postgresql://u@[::1]:5433/d?options=-c%20geqo%3Doff");
    assert_eq!(url.to_string(), "postgresql://u@[::1]:5433/d");
    assert_eq!(url.config().get_options(), Some("-c geqo=off"));
    let url = parsed("hostaddr=10.0.0.1 user=u sslmode=verify-full");
    assert_eq!(url.config().get_hosts(), [Host::Tcp("10.0.0.1".into())]);
}
