//! Texting in a test: an event with people who agreed to be texted, and a daemon that sends.

use std::sync::Arc;
use std::time::Duration;

use pgcascade::app::{self, Providers};
use pgcascade::chat::ChatModel;
use pgcascade::db::Pool;
use pgcascade::messaging::gateways::SmsGateways;
use pgcascade::messaging::sms_gateway::SmsGateway;
use pgcascade::providers::ghl::{GhlClient, GhlConfig};
use pgcascade::providers::http::BaseUrl;
use pgcascade::providers::openai::{OpenAiClient, OpenAiConfig, Prices};
use pgcascade::providers::text_webhook::{TextWebhook, TextWebhookConfig};

use super::daemon::{Rig, RunningDaemon};
use super::fake_chat::FakeChat;
use super::fake_ghl::FakeGhl;
use super::fake_receiver::SECRET;

/// An event in Chicago tomorrow, with `$1` people who are registered and agreed to be texted. Nobody
/// is texted by the agenda, at any hour all may be, and numbers that belong to nobody are texted.
const PEOPLE: &str = "with people as (
        insert into contractors (id, name, first_name, last_name, phone, sms_opt_in, sms_opt_in_at)
        select n, 'Robin Sample ' || n, 'Robin', 'Sample ' || n,
            '+1' || (array['512', '212', '415', '602', '303', '206'])[1 + n / 100 % 6] || '55501' || lpad((n % 100)::text, 2, '0'),
            true, now()
        from generate_series(1, $1::bigint) as n
        returning id
    )
    insert into event_attendees (event_id, contractor_id, sms_opt_in, sms_opt_in_at)
    select 41, people.id, true, now() from people";

/// The account in these tests: as fast as tests are.
const FAST: &str =
    "update agenda_rules set enabled = false;
    delete from quiet_windows;
    update message_caps set most = 100000;
    update sending_accounts set rate = 5000, period = '10 seconds', first_wait = '50 milliseconds', sample_numbers = true;
    insert into events (id, name, date, end_date, timezone, location)
    values (41, 'Sample Expo', current_date + 1, current_date + 1, 'America/Chicago', 'Hall 1')";

/// How long an answer of a fake is waited for: longer than a busy machine takes, so that only those
/// that are held back are missed.
const PATIENCE: Duration = Duration::from_secs(4);

/// The real client against the fake; an unknown outcome is asked about soon.
pub fn ghl(server: &FakeGhl) -> Arc<dyn SmsGateway> {
    super::install_crypto();
    let base_url = BaseUrl::parse(&server.base_url).expect("a URL");
    let mut config = GhlConfig::new(base_url, FakeGhl::TOKEN.into(), FakeGhl::LOCATION);
    config.send_timeout = PATIENCE;
    config.evidence_grace = Duration::from_secs(1);
    Arc::new(GhlClient::new(config).expect("a client"))
}

/// The real client against the fake, as it is configured without a word.
pub fn plain_model(chat: &FakeChat) -> Arc<dyn ChatModel> {
    Arc::new(OpenAiClient::new(model_config(chat)).expect("a client"))
}

fn model_config(chat: &FakeChat) -> OpenAiConfig {
    super::install_crypto();
    let base_url = BaseUrl::parse(&chat.base_url).expect("a URL");
    OpenAiConfig::new(base_url, FakeChat::KEY.into(), FakeChat::MODEL)
}

/// The real client against the fake, with prices; it gives up after a few seconds.
pub fn model(chat: &FakeChat) -> Arc<dyn ChatModel> {
    let mut config = model_config(chat);
    config.try_timeout = PATIENCE;
    config.prices = Some(Prices {
        input: 400_000,
        cached_input: 100_000,
        output: 1_600_000,
    });
    Arc::new(OpenAiClient::new(config).expect("a client"))
}

/// The real client against a receiver of texts.
pub fn webhook(url: &str) -> Arc<dyn SmsGateway> {
    super::install_crypto();
    let url = BaseUrl::parse(url).expect("a URL");
    let mut config = TextWebhookConfig::new(url, SECRET.into(), "Events");
    config.send_timeout = PATIENCE;
    Arc::new(TextWebhook::new(config).expect("a client"))
}

/// Sandboxes, and this gateway.
pub fn with_gateway(gateway: Arc<dyn SmsGateway>) -> Providers {
    with_gateways([gateway])
}

/// Sandboxes, and these gateways.
fn with_gateways(gateways: impl IntoIterator<Item = Arc<dyn SmsGateway>>) -> Providers {
    Providers {
        sms: SmsGateways::new(gateways),
        ..app::sandboxes()
    }
}

impl Rig {
    /// A deployed database with event 41 and so many people.
    pub async fn texting(people: i64) -> Self {
        let rig = Self::deployed().await;
        rig.run(FAST).await;
        rig.rows(PEOPLE, &[&people]).await;
        rig
    }

    /// A daemon that sends through the fake.
    pub fn texts(&self, server: &FakeGhl) -> RunningDaemon {
        self.texts_through(ghl(server))
    }

    /// A daemon that sends through the fake and asks a chat model; what fails is soon tried again.
    pub async fn texts_and_asks(&self, server: &FakeGhl, chat: &FakeChat) -> RunningDaemon {
        self.run(
            "update pipeline.stages set backoff = '50 milliseconds', backoff_max = '50 milliseconds'
            where name in ('ask_model', 'word_followup');
            select note_chat_model(true)",
        )
        .await;
        let providers = Providers {
            chat: model(chat),
            ..with_gateway(ghl(server))
        };
        let pool = Pool::open(self.database.url(), 12, "test stages").expect("a pool");
        self.daemon(app::registry(&providers, &pool).expect("a registry"))
    }

    /// Waits until the chat model was asked so often about this, and answered or did not.
    pub async fn until_asked(&self, purpose: &str, times: i64) {
        self.until(&format!(
            "(select count(*) = {times} from chat_requests where purpose = '{purpose}' and outcome <> 'asked')"
        ))
        .await;
    }

    /// How the chat model's answers about this ended, such as `used, late`, the first first.
    pub async fn outcomes(&self, purpose: &str) -> String {
        self.text(&format!(
            "select string_agg(outcome, ', ' order by record_id) from chat_requests where purpose = '{purpose}'"
        ))
        .await
    }

    /// A daemon that sends through this gateway.
    pub fn texts_through(&self, gateway: Arc<dyn SmsGateway>) -> RunningDaemon {
        self.texts_through_all([gateway])
    }

    /// A daemon that sends through these gateways, as accounts say.
    pub fn texts_through_all(
        &self,
        gateways: impl IntoIterator<Item = Arc<dyn SmsGateway>>,
    ) -> RunningDaemon {
        let pool = Pool::open(self.database.url(), 12, "test stages").expect("a pool");
        let registry = app::registry(&with_gateways(gateways), &pool).expect("a registry");
        self.daemon(registry)
    }

    /// Schedules a text to each of so many people, due now; returns nothing.
    pub async fn texts_due(&self, people: i64, what: &str) {
        let insert = "insert into event_messages (event_id, contractor_id, message_type, message_content, scheduled_time)
            select 41, n, 'admin_custom', $2 || ' ' || n, now() from generate_series(1, $1::bigint) as n";
        self.rows(insert, &[&people, &what]).await;
    }

    /// Waits until no text is on its way or due within a minute.
    pub async fn until_texted(&self) {
        self.until(
            "not exists (select from event_messages where status in ('sending', 'uncertain')
            or status = 'scheduled' and send_at < clock_timestamp() + interval '1 minute')",
        )
        .await;
    }

    /// How many texts have each status, such as `cancelled 1, sent 2`.
    pub async fn tally(&self) -> String {
        self.text(
            "select string_agg(status || ' ' || count, ', ' order by status)
            from (select status, count(*) from event_messages group by status) as tally",
        )
        .await
    }
}
