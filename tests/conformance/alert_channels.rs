//! Alerts by webhook and by mail: what arrives, and what each refusal means.

use pgcascade::alerts::{Alert, AlertChannel, State};
use pgcascade::answer::Answer;
use pgcascade::providers::alerting::{MailChannel, MailConfig, WebhookChannel};

use crate::support::fake_http::{FakeServer, Play, Reply, Request, Service};
use crate::support::fake_smtp::FakeSmtp;
use crate::support::install_crypto;

/// Answers with one reply and keeps what came.
struct Inbox {
    reply: Play,
    bodies: Vec<serde_json::Value>,
}

impl Service for Inbox {
    fn play(&mut self, request: &Request) -> Play {
        self.bodies
            .push(serde_json::from_slice(&request.body).expect("JSON"));
        assert_eq!(request.path, "/services/T0/secret");
        self.reply.clone()
    }

    fn work(&mut self, _: &Request) -> Reply {
        Reply::text(200, "text/plain", "ok")
    }
}

fn alert(state: State) -> Alert {
    Alert {
        alert_id: 7,
        state,
        rule: "stuck".into(),
        subject: "verify_email".into(),
        severity: "error".into(),
        message: "Stage verify_email: an event has waited since noon.".into(),
        what_to_do: "See marketing.vw_stuck_events.".into(),
        opened_at: "2026-01-01T12:00:00Z".into(),
    }
}

async fn posted(reply: Play) -> (Answer<()>, Vec<serde_json::Value>) {
    install_crypto();
    let bodies = Vec::new();
    let server = FakeServer::start(Inbox { reply, bodies }).await;
    let address = format!("{}/services/T0/secret", server.base_url);
    let channel = WebhookChannel::new(&address.into()).expect("a channel");
    let answer = channel.tell(&alert(State::Raised)).await;
    let bodies = server.service().bodies.clone();
    (answer, bodies)
}

#[tokio::test]
async fn a_webhook_gets_the_text_and_the_fields() {
    let (answer, bodies) = posted(Play::Normal).await;
    assert_eq!(answer, Answer::Delivered(()));
    assert_eq!(
        bodies[0]["text"],
        "[error] stuck: Stage verify_email: an event has waited since noon.\nSee marketing.vw_stuck_events."
    );
    assert_eq!(bodies[0]["alert"]["alert_id"], 7);
    assert_eq!(bodies[0]["alert"]["state"], "raised");
}

#[tokio::test]
async fn each_refusal_of_a_webhook_has_its_class() {
    let status = |status| Play::Answer(Reply::text(status, "text/plain", "no"));
    for gone in [301, 401, 403, 404, 410] {
        let (answer, _) = posted(status(gone)).await;
        assert!(
            matches!(answer, Answer::Credential { .. }),
            "{gone}: {answer:?}"
        );
    }
    let busy = Reply::text(429, "text/plain", "").with_header("retry-after", "7");
    let (answer, _) = posted(Play::Answer(busy)).await;
    assert!(
        matches!(answer, Answer::Throttled { after, .. } if after.as_secs() == 7),
        "{answer:?}"
    );
    let (answer, _) = posted(status(400)).await;
    assert!(matches!(answer, Answer::Rejected { .. }), "{answer:?}");
    for broken in [status(500), status(503), Play::CutBefore, Play::WorkThenCut] {
        let (answer, _) = posted(broken).await;
        assert!(matches!(answer, Answer::Transient { .. }), "{answer:?}");
    }
}

#[tokio::test]
async fn no_answer_tells_the_address_of_the_webhook() {
    install_crypto();
    let address = "http://127.0.0.1:9/services/T0/secret";
    let channel = WebhookChannel::new(&address.into()).expect("a channel");
    let Answer::Transient { reason } = channel.tell(&alert(State::Raised)).await else {
        panic!("nobody listens there");
    };
    assert!(!reason.contains("secret"), "{reason}");
}

fn mail(url: &str) -> MailChannel {
    install_crypto();
    let config = MailConfig {
        to: "Ops <ops@example.com>, second@example.com".into(),
        from: "pgcascade@example.com".into(),
        server: url.into(),
    };
    MailChannel::new(&config).expect("a channel")
}

#[tokio::test]
async fn a_mail_says_what_happens_and_what_to_do() {
    let server = FakeSmtp::start("250 fine").await;
    let answer = mail(&server.url).tell(&alert(State::Raised)).await;
    assert_eq!(answer, Answer::Delivered(()));
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    for part in [
        "Subject: [error] stuck: Stage verify_email",
        "second@example.com",
        "What to do: See marketing.vw_stuck_events.",
    ] {
        assert!(mails[0].contains(part), "{part}: {}", mails[0]);
    }
    let over = mail(&server.url).tell(&alert(State::Resolved)).await;
    assert_eq!(over, Answer::Delivered(()));
    assert!(server.mails()[1].contains("Subject: [resolved] stuck"));
}

#[tokio::test]
async fn each_refusal_of_a_mail_server_has_its_class() {
    for (line, class) in [
        ("550 no such user", "Rejected"),
        ("535 who are you", "Credential"),
        ("451 later", "Transient"),
    ] {
        let server = FakeSmtp::start(line).await;
        let answer = mail(&server.url).tell(&alert(State::Raised)).await;
        assert!(
            format!("{answer:?}").starts_with(class),
            "{line}: {answer:?}"
        );
    }
    let answer = mail("smtp://127.0.0.1:9").tell(&alert(State::Raised)).await;
    assert!(matches!(answer, Answer::Transient { .. }), "{answer:?}");
}

#[test]
fn settings_that_cannot_be_used_are_named_without_their_values() {
    let config = |to: &str, server: &str| MailConfig {
        to: to.into(),
        from: "pgcascade@example.com".into(),
        server: server.into(),
    };
    let said = |config: &MailConfig| MailChannel::new(config).err().expect("refused").to_string();
    let address = said(&config("nobody", "smtp://localhost"));
    assert!(
        address.starts_with("PGCASCADE_ALERT_EMAIL cannot be used"),
        "{address}"
    );
    let server = said(&config("a@example.com", "ftp://user:secret@host"));
    assert!(
        server.starts_with("PGCASCADE_SMTP_URL cannot be used"),
        "{server}"
    );
    assert!(!server.contains("secret@"), "{server}");
}
