//! Event 41: a lunch soon, people from many markets, an account that texts as fast as tests are.

use std::sync::Arc;

use pgcascade::app::{self, Providers};
use pgcascade::db::Pool;
use pgcascade::messaging::gateways::SmsGateways;

use crate::support::daemon::{Rig, RunningDaemon};
use crate::support::fake_ghl::FakeGhl;
use crate::support::messaging::ghl;

/// Event 41 today, where it is about eight in the morning whenever the tests run: lunch begins in
/// `lunch_in` and lasts an hour, a break follows two hours later on the same day. Of the agenda's
/// rules only those of matching hold.
fn event(lunch_in: &str) -> String {
    format!(
        "update agenda_rules set enabled = false where category <> 'peer_matching';
        delete from quiet_windows;
        update message_caps set most = 100000;
        update sending_accounts
        set rate = 5000, period = '10 seconds', first_wait = '50 milliseconds', sample_numbers = true;
        insert into events (id, name, date, end_date, timezone, location)
        select 41, 'Sample Expo', (now() at time zone zone.name)::date, (now() at time zone zone.name)::date + 1, zone.name, 'Hall 1'
        from (
            -- The signs of these zones are the other way round.
            select case when west < 0 then 'Etc/GMT' || west else 'Etc/GMT+' || west end as name
            from (select (extract(hour from now() at time zone 'UTC')::integer + 3) % 24 - 11 as west) as shift
        ) as zone;
        insert into event_agenda_items (event_id, item_type, title, start_time, end_time)
        values
            (41, 'lunch', 'Lunch', now() + interval '{lunch_in}', now() + interval '{lunch_in}' + interval '1 hour'),
            (41, 'break', 'Break', now() + interval '{lunch_in}' + interval '2 hours', now() + interval '{lunch_in}' + interval '2.5 hours');"
    )
}

/// The two of the documented example: 146 miles apart, the same three areas in both spellings.
const EXAMPLE: &str = "
    insert into contractors (
        id, first_name, last_name, company_name, phone, service_area, focus_areas, revenue_tier, sms_opt_in, sms_opt_in_at
    )
    values
        (1, 'John', 'Sample', 'Sample Roofing', '(512) 555-0101', 'Austin, TX',
         '[\"operational_efficiency\", \"hiring_sales_leadership\", \"controlling_lead_flow\"]', '31_50_million', true, now()),
        (56, 'Zeek', 'Test', 'Zeek Co', '713-555-0156', 'Houston, TX',
         'Operational Efficiency, Hiring Sales Leadership, Controlling Lead Flow', '31_50_million', true, now())";

/// `$1` more people of invented names from id 1000 on, in nine markets.
const PEOPLE: &str = "
    insert into contractors (
        id, first_name, last_name, company_name, phone, service_area, focus_areas, revenue_tier, team_size, services_offered, job_title,
        sms_opt_in, sms_opt_in_at
    )
    select
        1000 + n,
        'Robin',
        'Sample ' || n,
        'Company ' || n,
        '+1' || (array['737', '212', '415', '602', '303', '206', '312', '617', '305', '214'])[1 + n / 100 % 10] || '55501'
            || lpad((n % 100)::text, 2, '0'),
        (array['Austin, TX', 'Denver, CO', 'Miami, FL', 'Seattle, WA', 'Boston, MA', 'Phoenix, AZ', 'Atlanta, GA', 'Chicago, IL', 'Portland, OR'])[1 + n % 9],
        (array['operational_efficiency, team_building', 'Controlling Lead Flow, operational efficiency', 'customer_retention, team_building', 'hiring_sales_leadership, controlling_lead_flow'])[1 + n % 4],
        (array['1m_5m', '5m_10m', '31_50_million'])[1 + n % 3],
        (array['10', '11-50', '25'])[1 + n % 3],
        (array['Roofing', 'HVAC, Plumbing', '[\"Siding\", \"Windows & Doors\"]'])[1 + n % 3],
        (array['Owner', 'CEO', null])[1 + n % 3],
        true,
        now()
    from generate_series(1, $1::integer) as n";

/// Everybody registers.
const REGISTER: &str = "
    insert into event_attendees (event_id, contractor_id, sms_opt_in, sms_opt_in_at)
    select 41, id, true, now() from contractors
    on conflict do nothing";

/// Everybody checks in.
pub const CHECK_IN: &str =
    "update event_attendees set check_in_time = now() where check_in_time is null";

/// Waits for no run.
pub const RUNS_ARE_DONE: &str =
    "not exists (select from event_peer_matching_runs where status = 'requested')";

impl Rig {
    /// Event 41 with the two of the example and `others`, registered; lunch begins in three hours.
    pub async fn venue(others: i32) -> Self {
        Self::venue_with_lunch_in("3 hours", others).await
    }

    /// The same, with lunch at another time.
    pub async fn venue_with_lunch_in(lunch_in: &str, others: i32) -> Self {
        let rig = Self::deployed().await;
        rig.run(&event(lunch_in)).await;
        rig.run(EXAMPLE).await;
        rig.rows(PEOPLE, &[&others]).await;
        rig.run(REGISTER).await;
        rig
    }

    /// A daemon with every stage, whose texts go to sandboxes.
    pub fn host(&self) -> RunningDaemon {
        self.host_with(&app::sandboxes())
    }

    /// A daemon that texts through the fake.
    pub fn host_texting(&self, server: &FakeGhl) -> RunningDaemon {
        self.host_with(&Providers {
            sms: SmsGateways::new([ghl(server)]),
            ..app::sandboxes()
        })
    }

    /// A daemon that texts through the fake and has a chat model.
    pub fn host_chatting(
        &self,
        server: &FakeGhl,
        chat: Arc<dyn pgcascade::chat::ChatModel>,
    ) -> RunningDaemon {
        self.host_with(&Providers {
            sms: SmsGateways::new([ghl(server)]),
            chat,
            ..app::sandboxes()
        })
    }

    fn host_with(&self, providers: &Providers) -> RunningDaemon {
        let pool = Pool::open(self.database.url(), 12, "test stages").expect("a pool");
        self.daemon(app::registry(providers, &pool).expect("a registry"))
    }

    /// Orders a run of event 41 and waits for its end.
    pub async fn matched(&self) {
        self.run("insert into event_peer_matching_runs (event_id) values (41)")
            .await;
        self.until(RUNS_ARE_DONE).await;
    }

    /// Introductions that wait are due now.
    pub async fn introduce_now(&self) {
        self.run(
            "update event_messages set scheduled_time = now()
            where message_type = 'peer_match_introduction' and status = 'scheduled'",
        )
        .await;
    }
}
