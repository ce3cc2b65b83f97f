//! The outreach pipeline in a test: providers of choice, a checker of the books.

use std::sync::Arc;

use pgcascade::app::{self, Providers};
use pgcascade::db::Pool;
use pgcascade::providers::apify::{ApifyClient, ApifyConfig};
use pgcascade::providers::http::BaseUrl;
use pgcascade::providers::millionverifier::{MillionVerifierClient, MillionVerifierConfig};
use tokio_postgres::Client;

use super::daemon::{Rig, RunningDaemon};
use super::fake_apify::FakeApify;
use super::fake_millionverifier::FakeMillionVerifier;

/// Sandboxes for both services.
pub fn sandboxes() -> Providers {
    app::sandboxes()
}

/// The real Apify client against the fake, a sandbox for the rest. A lost start is looked for at
/// once, not after the grace that the real service gets.
pub fn with_apify(server: &FakeApify) -> Providers {
    super::install_crypto();
    let base_url = BaseUrl::parse(&server.base_url).expect("a URL");
    let mut config = ApifyConfig::new(base_url, FakeApify::TOKEN.into(), FakeApify::ACTOR);
    config.lost_start_grace = std::time::Duration::ZERO;
    config.poll_interval = std::time::Duration::from_millis(20);
    config.poll_wait = std::time::Duration::ZERO;
    config.request_timeout = std::time::Duration::from_secs(2);
    Providers {
        contact_source: Arc::new(ApifyClient::new(config).expect("a client")),
        ..app::sandboxes()
    }
}

/// The real MillionVerifier client against the fake, a sandbox for the rest.
pub fn with_millionverifier(server: &FakeMillionVerifier) -> Providers {
    super::install_crypto();
    let base_url = BaseUrl::parse(&server.base_url).expect("a URL");
    let config = MillionVerifierConfig::new(base_url, FakeMillionVerifier::KEY.into());
    Providers {
        email_verifier: Arc::new(MillionVerifierClient::new(config).expect("a client")),
        ..app::sandboxes()
    }
}

impl Rig {
    /// A daemon with the outreach stages.
    pub fn outreach(&self, providers: &Providers) -> RunningDaemon {
        let pool = Pool::open(self.database.url(), 4, "test stages").expect("a pool");
        self.daemon(app::registry(providers, &pool).expect("a registry"))
    }

    /// Inserts a company.
    pub async fn company(&self, name: &str, website: &str) -> i64 {
        let insert = "insert into intake.company_raw_intake (company, website, import_batch_id)
            values ($1, $2, 'TEST') returning id";
        self.rows(insert, &[&name, &website]).await[0].get(0)
    }

    /// Inserts `count` companies that all pass.
    pub async fn companies(&self, count: i32) {
        let insert = "insert into intake.company_raw_intake (company, website, import_batch_id)
            select format('Northwind %s Ltd', n), format('https://www.company-number-%s.com', n), 'TEST'
            from generate_series(1, $1::integer) as n";
        self.rows(insert, &[&count]).await;
    }
}

/// What must hold of any database after any run: each line is a rule and how often it is broken.
const RULES: &str = "
    select rule, broken from (values
        ('every intake row is in a final state',
            (select count(*) from marketing.vw_company_progress where state in ('waiting', 'in_progress'))),
        ('states add up to the rows',
            (select count(*) from intake.company_raw_intake) - (select count(*) from marketing.vw_company_progress)),
        ('one master per domain',
            (select count(*) - count(distinct domain) from marketing.company_master)),
        ('three slots per master',
            (select abs(3 * (select count(*) from marketing.company_master) - (select count(*) from marketing.company_slots)))),
        ('one enrichment per slot',
            (select abs((select count(*) from marketing.company_slots) - (select count(*) from marketing.contact_enrichment)))),
        ('one verification per enrichment',
            (select count(*) - count(distinct enrichment_id) from marketing.email_verification)),
        ('one person per slot',
            (select count(*) - count(distinct company_slot_unique_id) from marketing.people_master)),
        ('no event is left pending or processing but for later',
            (select count(*) from marketing.pipeline_events
             where status = 'processing' or status = 'pending' and run_at < now() + interval '1 minute')),
        ('no event failed', (select count(*) from marketing.pipeline_events where status = 'failed')),
        ('every scheduled row is a pending event',
            (select count(*) from pipeline.scheduled left join marketing.pipeline_events as event on event.id = event_id
             where event.status is distinct from 'pending' or event.run_at <> scheduled.run_at)),
        ('every pending event is scheduled',
            (select count(*) from marketing.pipeline_events as event where status = 'pending'
             and not exists (select from pipeline.scheduled where scheduled.event_id = event.id))),
        ('nothing is ready', (select count(*) from pipeline.ready)),
        ('nothing is in flight', (select count(*) from pipeline.inflight))
    ) as books (rule, broken) where broken <> 0";

/// Checks the books after a run in which nothing was to fail.
pub async fn books_are_right(client: &Client, companies: i64) {
    let broken: Vec<String> = client
        .query(RULES, &[])
        .await
        .expect("the books can be read")
        .iter()
        .map(|row| format!("{}: {}", row.get::<_, &str>(0), row.get::<_, i64>(1)))
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
    let rows = client
        .query_one("select count(*) from intake.company_raw_intake", &[])
        .await;
    assert_eq!(rows.expect("a count").get::<_, i64>(0), companies);
}
