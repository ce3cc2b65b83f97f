-- public.note_delivery(…): what a provider reports about a text of ours, about its number, and about us.
--
-- Where the sender is at fault (not registered, suspended) every further text would fail as well, so its account's stage is paused, with
-- one critical error, as it is when the provider refuses the key.
--
-- Arguments: as public.record_delivery; number_fault: opted_out or unreachable, NULL: none; senders_fault: whether the
--            sender is at fault.
-- Returns: the number of the text; NULL: none of ours.
-- Reads:  public.message_attempts, pipeline.stages
-- Writes: by public.record_delivery, public.opt_out and pipeline.pause_stage what they write
-- Locks:  the text, its attempt; as public.opt_out; the account's stage

drop function if exists public.note_delivery(text, text, text, text, text, text);

create or replace function public.note_delivery(
    provider_message_id text,
    reference text default null,
    status text default null,
    code text default null,
    reason text default null,
    number_fault text default null,
    senders_fault boolean default false
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_message_id constant bigint := public.record_delivery(
        note_delivery.provider_message_id, note_delivery.status, note_delivery.code, note_delivery.reason, note_delivery.reference,
        null, coalesce(note_delivery.number_fault = 'unreachable', false)
    );
    v_phone text;
begin
    if number_fault = 'opted_out' then
        select attempt.phone_number into v_phone
        from public.message_attempts as attempt
        where attempt.message_id = v_message_id
        order by attempt.id desc
        limit 1;

        if v_phone is not null then
            perform public.opt_out(v_phone, 'provider', note_delivery.reason);
        end if;
    end if;

    if senders_fault then
        perform pipeline.pause_stage(stage.id, coalesce(note_delivery.reason, 'The provider says that the sender may not send.'))
        from public.message_attempts as attempt
        join pipeline.stages as stage on stage.name = 'send_text_' || attempt.account
        where attempt.message_id = v_message_id
        and attempt.provider_message_id = note_delivery.provider_message_id;
    end if;

    return v_message_id;
end
$$;

comment on function public.note_delivery(text, text, text, text, text, text, boolean) is
    'What a provider reports about a text of ours, about its number, and about us.';

revoke execute on function public.note_delivery(text, text, text, text, text, text, boolean) from public;
