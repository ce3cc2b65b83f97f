-- cli/message_reschedule: moves a text.
--
-- $1 bigint: the text; $2 text: the new time, by the clock of its event where no zone is written.
-- Columns: status: what the text is now.
-- Reads:  public.event_messages, public.events
-- Writes: public.event_messages, and what its function writes
-- Locks:  the text
select
    public.reschedule_event_message(
        $1::bigint,
        public.moment_of(
            $2::text,
            coalesce(
                (
                    select event.timezone
                    from public.event_messages as message
                    join public.events as event on event.id = message.event_id
                    where message.id = $1::bigint
                ),
                current_setting('timezone')
            )
        )
    ) as status
