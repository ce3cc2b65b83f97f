//! Live events, from the outside: their tables, what an agenda schedules, how it is laid out.

mod a_late_comer_gets_what_lies_ahead;
mod agendas_lay_themselves_out;
mod changes_move_what_hangs_on_them;
mod it_runs_by_itself;
mod known_queries_run;
mod many_people_are_no_trouble;
mod only_what_changed_is_compared;
mod operators_run_events;
mod peers_are_matched_before_lunch;
mod people_are_told_at_short_notice;
mod rows_are_possible;
mod rules_are_rows;
mod rules_of_one_event;
mod texts_hang_on_the_agenda;
mod wishes_reach_the_plan;

use crate::support::daemon::Rig;

/// Event 41: two days from 14 March 2083 on, the day on which the clocks of New York change, and far
/// ahead, so that nothing of it is over on the day of a test; two sessions, a break, a lunch; five
/// sponsors; 1 and 2 have complete profiles, 3 has none, 4 did not agree to texts, 5 has no phone.
const EVENT: &str = include_str!("event.sql");

/// A deployed database with event 41, nothing planned yet.
async fn event() -> Rig {
    let rig = Rig::deployed().await;
    rig.run(EVENT).await;
    rig
}

/// Brings the texts of an event in step: `planned moved cancelled`.
async fn sync(rig: &Rig, event: i64) -> String {
    let sql = format!(
        "select concat_ws(' ', planned, moved, cancelled) from public.agenda_sync({event})"
    );
    rig.text(&sql).await
}

/// The texts of a person that wait, `type local time` by line, in the order of their times. Texts
/// that are due at once have no time.
async fn waiting(rig: &Rig, contractor: i64) -> String {
    let sql = format!(
        "select string_agg(message_type || case when planned.message_type not in ('registration_confirmation', 'personalized_agenda')
            then to_char(scheduled_time at time zone events.timezone, ' DD HH24:MI') else '' end, E'\\n' order by scheduled_time, message_type)
        from public.event_messages as planned join public.events on events.id = event_id
        where contractor_id = {contractor} and planned.status = 'scheduled'"
    );
    rig.text(&sql).await
}
