-- public.draft_summary(contractor_id, event_id): the summary of an event as an e-mail, ready to be sent.
--
-- Arguments: contractor_id; event_id.
-- Returns: send_to: the address that the person gave for the event, else the person's; NULL: none is known; subject; body; mailto: an
--          address that opens the draft in a mail program.
-- Raises:  PC001 there is no such person or event.
-- Reads:  public.contractors, public.event_attendees; by public.event_summary what it reads
-- Writes: nothing
-- Locks:  none

create or replace function public.draft_summary(
    contractor_id bigint, event_id bigint, out send_to text, out subject text, out body text, out mailto text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_summary constant jsonb := public.event_summary(contractor_id, event_id);
begin
    select coalesce(nullif(btrim(attendee.real_email), ''), nullif(btrim(person.email), '')) into send_to
    from public.contractors as person
    left join public.event_attendees as attendee
        on attendee.contractor_id = person.id
        and attendee.event_id = draft_summary.event_id
    where person.id = draft_summary.contractor_id;

    subject := format('Your notes from %s', v_summary ->> 'event');
    body := v_summary ->> 'text';
    mailto := format(
        'mailto:%s?subject=%s&body=%s', public.percent_encoded(send_to), public.percent_encoded(subject),
        public.percent_encoded(replace(body, E'\n', E'\r\n'))
    );
end
$$;

comment on function public.draft_summary(bigint, bigint) is
    'The summary of an event as an e-mail, ready to be sent: SELECT mailto FROM draft_summary(56, 41);';

revoke execute on function public.draft_summary(bigint, bigint) from public;
