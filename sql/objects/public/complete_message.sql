-- public.complete_message(): fills in what a text's type says, and keeps its life in order.
--
-- Before INSERT: category, priority, deadline, key, and the number of the event that will be emitted for it when the statement ends.
-- A text of an event that was cancelled is cancelled with it; a phone is brought into one form where it can be read.
-- Before UPDATE: a new time moves the deadline along; going back to scheduled is a fresh start with an event of its own. What the
-- stages write themselves is told apart by the event that they name: where they keep it, none is emitted.
--
-- A call that is being made cannot be called back: cancelling such a text changes nothing, and says so. Whoever cancels holds the row, and
-- the call begins only while holding it, so of the two one comes first.
--
-- Returns: the row, completed.
-- Reads:  public.message_types, public.message_attempts, public.events; by public.phone_of_row what it reads
-- Writes: nothing
-- Locks:  none beyond the row

create or replace function public.complete_message()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
-- Where all is planned afresh (pipeline.plan_afresh, agenda_sync_texts) these would be for every row: a third of the time of a big event.
set plan_cache_mode = auto
as $$
declare
    -- Texts that go earlier rather than late are looked at so long before: longer than any night.
    c_look_ahead constant interval := '13 hours';
    v_type record;
    v_is_new constant boolean := tg_op = 'INSERT';
begin
    -- Nearly all are in that form already, and a call costs.
    if new.phone !~ '^\+[1-9][0-9]{6,14}$' then
        new.phone := public.phone_of_row(new.phone);
    end if;

    if v_is_new then
        if new.message_type = 'peer_match_notification' then
            new.message_type := 'peer_match_introduction';
        end if;
        new.attempts := 0;
        new.attempt_id := null;
        new.queued_at := null;
        new.pipeline_event_id := null;
    else
        new.updated_at := clock_timestamp();

        if new.status = 'scheduled' and old.status in ('sending', 'uncertain') and new.attempt_id is not null then
            raise object_not_in_prerequisite_state using
                message = format('Text %s may have been sent: its status is %s.', old.id, old.status),
                hint = format('Find out, then SELECT public.resolve_message(%s, ''sent'') or (%s, ''not_sent'').', old.id, old.id);
        elsif new.status = 'scheduled' and old.status in ('sent', 'delivered') then
            raise object_not_in_prerequisite_state using
                message = format('Text %s was sent already.', old.id),
                hint = 'To send it once more, INSERT it as a new row.';
        elsif old.status = 'sending' and new.attempt_id is not distinct from old.attempt_id and (
            new.status = 'cancelled' or new.status = 'sending' and new.scheduled_time is distinct from old.scheduled_time
        ) then
            if exists (
                select from public.message_attempts as attempt where attempt.id = old.attempt_id and attempt.called_at is not null
            ) then
                raise notice 'Text % is being sent at this moment and cannot be called back.', old.id;
                return old;
            end if;
            -- Its call has not begun, and will not.
            new.attempt_id := null;
            if new.status = 'sending' then
                new.status := 'scheduled';
                new.pipeline_event_id := null;
            end if;
        elsif new.status = 'cancelled' and old.status in ('sent', 'delivered', 'uncertain') then
            -- One among many that are cancelled at once must not keep the others.
            raise notice 'Text % is % and cannot be called back.', old.id, old.status;
            return old;
        end if;

        if new.status = 'cancelled' and old.status <> 'cancelled' then
            new.skip_reason := coalesce(
                case when new.skip_reason is distinct from old.skip_reason then new.skip_reason end,
                case when new.error_message is distinct from old.error_message then new.error_message end,
                format('Cancelled by %s.', session_user)
            );
        end if;

        -- The deadline goes along with a text that is moved, unless it is set, too, as the agenda always does.
        if new.scheduled_time <> old.scheduled_time
            and new.expires_at = old.expires_at
            and coalesce(current_setting('pgcascade.writer', true), '') <> 'agenda_sync'
        then
            new.expires_at := old.expires_at + (new.scheduled_time - old.scheduled_time);
        end if;

        if new.status <> 'scheduled' then
            new.queued_at := null;
            return new;
        end if;
        if old.status = 'scheduled' and new.scheduled_time = old.scheduled_time then
            return new;
        end if;
    end if;

    -- Only what is asked for: whole rows cost a bulk insert a tenth of its time.
    select
        type.category, type.priority, type.expires_after, type.when_quiet, type.once_per_event,
        (select event.status = 'cancelled' or not event.is_active from public.events as event where event.id = new.event_id) as is_off
    into v_type
    from public.message_types as type
    where type.message_type = new.message_type;

    if not found then
        select
            type.category, type.priority, type.expires_after, type.when_quiet, type.once_per_event,
            (select event.status = 'cancelled' or not event.is_active from public.events as event where event.id = new.event_id) as is_off
        into v_type
        from public.message_types as type
        where type.message_type = 'other';
    end if;

    if v_is_new then
        new.message_category := coalesce(
            case new.message_category
                when 'event_preparation' then 'pre_event'
                when 'event_day_real_time' then 'event_day'
                when 'pcr_collection' then 'pcr'
                else new.message_category
            end,
            v_type.category
        );
        new.priority := coalesce(new.priority, v_type.priority, 10);

        if new.direction = 'outbound' and new.dedupe_key is null and v_type.once_per_event then
            -- What the agenda has planned about the item is the same text. NULL, and so no key, where event or person is missing.
            new.dedupe_key := coalesce(
                case when new.agenda_item_id is not null then (
                    select planned.dedupe_key
                    from public.event_messages as planned
                    where planned.event_id = new.event_id
                    and planned.contractor_id = new.contractor_id
                    and planned.message_type = new.message_type
                    and planned.agenda_item_id = new.agenda_item_id
                    and planned.planned_by = 'agenda'
                    and planned.status not in ('cancelled', 'failed')
                    limit 1
                ) end,
                format('%s:%s:', new.message_type, new.channel)
                || new.event_id || ':' || new.contractor_id || ':'
                || coalesce(
                    'item-' || new.agenda_item_id,
                    (new.scheduled_time at time zone 'UTC')::date || ':'
                        || md5(new.message_content || coalesce(new.personalization_data::text, ''))
                )
            );
        end if;
    elsif old.status in ('draft', 'cancelled', 'failed') then
        -- A person's fresh start.
        new.attempts := 0;
        new.attempt_id := null;
        new.error_message := case when new.error_message is distinct from old.error_message then new.error_message end;
        new.skip_reason := null;
        new.pipeline_event_id := null;
    end if;

    if new.direction <> 'outbound' or new.status <> 'scheduled' then
        return new;
    end if;

    -- As when it is due (src/messaging/decision.rs), so that whoever writes it is told at once. A notice of the cancellation goes out.
    if v_type.is_off and v_type.category not in ('reply', 'admin') then
        new.status := 'cancelled';
        new.skip_reason := 'The event was cancelled.';
        new.queued_at := null;
        return new;
    end if;

    new.expires_at := coalesce(new.expires_at, new.scheduled_time + coalesce(v_type.expires_after, '1 day'));

    if v_is_new or new.scheduled_time <> old.scheduled_time or old.status <> 'sending' then
        new.queued_at := null;
        new.send_at := case
            when v_type.when_quiet = 'earlier' and new.channel = 'sms' then new.scheduled_time - c_look_ahead
            else new.scheduled_time
        end;
    end if;

    -- A text that waits for its turn, or is held, begins anew when it is moved; one that only waits for its time keeps its event.
    if new.pipeline_event_id is null or not v_is_new and old.status = 'scheduled' and old.queued_at is not null then
        new.queued_at := null;
        new.pipeline_event_id := nextval('marketing.pipeline_events_id_seq');
    end if;

    return new;
end
$$;

comment on function public.complete_message() is 'Trigger function of event_messages: fills in what a text''s type says and keeps its life in order.';

create or replace trigger complete_message
    before insert or update on public.event_messages
    for each row
    execute function public.complete_message();
