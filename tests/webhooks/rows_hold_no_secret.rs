//! What `pipeline.webhooks` takes and refuses, whoever writes it.

use crate::support::daemon::Rig;

/// The constraint that refuses a row, or nothing.
async fn refusal(rig: &Rig, columns: &str, values: &str) -> String {
    let statement = format!("insert into pipeline.webhooks ({columns}) values ({values})");
    match rig.client.batch_execute(&statement).await {
        Ok(()) => {
            rig.run("delete from pipeline.webhooks").await;
            String::new()
        }
        Err(error) => error
            .as_db_error()
            .and_then(|error| error.constraint())
            .unwrap_or_else(|| panic!("{statement}: {error:?}"))
            .to_owned(),
    }
}

async fn of_url(rig: &Rig, url: &str) -> String {
    refusal(rig, "name, url", &format!("'x', '{url}'")).await
}

async fn of_headers(rig: &Rig, headers: &str) -> String {
    let values = format!("'x', 'https://a.example/', '{headers}'");
    refusal(rig, "name, url, headers", &values).await
}

#[tokio::test]
async fn a_url_is_http_or_https_without_a_password() {
    let rig = Rig::bare().await;
    for url in [
        "https://n8n.example/webhook/validate-company",
        "http://localhost:5678/webhook/x?y=z",
        "https://a.example",
        "http://[::1]:8080/",
    ] {
        assert_eq!(of_url(&rig, url).await, "", "{url}");
    }
    for url in [
        "ftp://a.example/",
        "a.example/x",
        "https://",
        "https://user:pw@a.example/",
        "https://a.example/#part",
        "https://a.example/a b",
        "javascript:alert(1)",
        "https://a.example\\@b.example/",
    ] {
        assert_eq!(
            of_url(&rig, url).await,
            "url_must_be_http_or_https_without_user_or_fragment",
            "{url}"
        );
    }
}

#[tokio::test]
async fn a_header_is_valid_and_a_secret_one_names_its_variable() {
    let rig = Rig::bare().await;
    for headers in [
        "{}",
        r#"{"x-source": "pgcascade", "Accept": "application/json"}"#,
        r#"{"Authorization": "Bearer ${PGCASCADE_WEBHOOK_N8N}"}"#,
        r#"{"X-API-Key": "${PGCASCADE_WEBHOOK_N8N}"}"#,
        r#"{"x-tenant": "a-${PGCASCADE_WEBHOOK_TENANT}"}"#,
    ] {
        assert_eq!(of_headers(&rig, headers).await, "", "{headers}");
    }
    let secret = "secret_headers_must_reference_a_variable";
    let looks = "header_values_must_not_look_like_secrets";
    let texts = "headers_must_be_an_object_of_texts";
    let foreign = "headers_must_reference_only_pgcascade_webhook_variables";
    for (headers, constraint) in [
        (r#"["a"]"#, texts),
        (r#""a""#, texts),
        (r#"{"a": 1}"#, texts),
        (r#"{"a b": "c"}"#, "header_names_must_be_http_tokens"),
        (r#"{"": "c"}"#, "header_names_must_be_http_tokens"),
        (
            r#"{"a": "b\r\nc: d"}"#,
            "header_values_must_be_printable_ascii",
        ),
        (
            r#"{"Webhook-Id": "1"}"#,
            "headers_must_not_replace_those_of_the_delivery",
        ),
        (
            r#"{"content-length": "1"}"#,
            "headers_must_not_replace_those_of_the_delivery",
        ),
        (r#"{"x-api-key": "abc"}"#, secret),
        (r#"{"X-Auth-Token": "abc ${PGCASCADE_WEBHOOK_X}1"}"#, secret),
        (r#"{"x-a": "whsec_MfKQ9r8GKYqrTwjUPD8I"}"#, looks),
        (r#"{"x-a": "sk-live12345678"}"#, looks),
        (r#"{"x-a": "Bearer abcdef"}"#, looks),
        (r#"{"x-a": "${DATABASE_URL}"}"#, foreign),
        (r#"{"x-a": "${PGCASCADE_WEBHOOK_X"}"#, foreign),
    ] {
        assert_eq!(of_headers(&rig, headers).await, constraint, "{headers}");
    }
}

#[tokio::test]
async fn only_variables_of_webhooks_hold_the_secret() {
    let rig = Rig::bare().await;
    let secret_env = async |name: &str| {
        let values = format!("'x', 'https://a.example/', '{name}'");
        refusal(&rig, "name, url, secret_env", &values).await
    };
    assert_eq!(secret_env("PGCASCADE_WEBHOOK_N8N_SECRET").await, "");
    for name in [
        "DATABASE_URL",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "PGCASCADE_WEBHOOK_",
    ] {
        assert_eq!(
            secret_env(name).await,
            "secret_env_must_be_a_pgcascade_webhook_variable"
        );
    }
}

#[tokio::test]
async fn an_operator_retunes_webhooks_and_cannot_point_them_elsewhere() {
    let rig = Rig::bare().await;
    rig.run(
        "insert into pipeline.webhooks (name, url) values ('x', 'https://a.example/');
        set role pgcascade_operator;
        update pipeline.webhooks set timeout = '5 seconds', concurrency = 2, enabled = false",
    )
    .await;
    for column in [
        "url = 'https://b.example/'",
        "headers = '{}'",
        "secret_env = null",
        "allow_private = true",
    ] {
        let statement = format!("update pipeline.webhooks set {column}");
        let error = rig.client.batch_execute(&statement).await.unwrap_err();
        let code = error.code().map(|code| code.code().to_owned());
        assert_eq!(code.as_deref(), Some("42501"), "{column}");
    }
}
