//! Answering texts in a test: questions that were sent, texts that were received.

use super::daemon::Rig;

impl Rig {
    /// Event 41 takes place today, where it is about noon, and everybody has checked in.
    pub async fn event_is_on(&self) {
        self.run(
            "update events set timezone = 'Etc/GMT' || to_char(extract(hour from now() at time zone 'UTC') - 12, 'SGFM90') where id = 41;
            update events set date = (now() at time zone timezone)::date, end_date = (now() at time zone timezone)::date where id = 41;
            update event_attendees set check_in_time = now() - interval '2 hours', check_in_method = 'qr_code'",
        )
        .await;
    }

    /// A question of this type that was sent to a person so many minutes ago; returns its number.
    pub async fn asked(&self, person: i64, kind: &str, data: &str, minutes_ago: i32) -> i64 {
        let sql = "insert into event_messages (
                event_id, contractor_id, message_type, message_content, personalization_data, phone, status, actual_send_time, scheduled_time
            )
            select 41, id, $2, 'A question.', $3::text::jsonb, phone, 'sent', now() - make_interval(mins => $4), now()
            from contractors where id = $1
            returning id";
        self.rows(sql, &[&person, &kind, &data, &minutes_ago]).await[0].get(0)
    }

    /// A person texts this; returns the number of the received text.
    pub async fn receives(&self, person: i64, body: &str) -> i64 {
        let sql = "insert into inbound_messages (phone_number, body, provider_message_id)
            select phone, $2, gen_random_uuid()::text from contractors where id = $1 returning id";
        self.rows(sql, &[&person, &body]).await[0].get(0)
    }

    /// Waits until every received text was read and acted on.
    pub async fn until_heard(&self) {
        self.until(
            "not exists (select from inbound_messages where status = 'received')
            and not exists (
                select from marketing.pipeline_events
                where status in ('pending', 'processing') and (event_type like 'reply_%' or event_type = 'sms_received')
                and run_at <= now() + interval '1 minute'
            )",
        )
        .await;
    }
}
