-- public.opt_out(phone, source, wording, contractor_id): a number wants no texts; all that is planned for it is cancelled with it.
--
-- A text whose call has begun cannot be called back; one that is planned later is dropped when it is due.
--
-- Arguments: phone: E.164; source: keyword, provider, operator, erased …; wording: what was written; contractor_id: whose number it is.
-- Returns: was_new: the number had not opted out before; cancelled: how many texts were.
-- Reads:  public.sms_subscriptions; by public.texts_to_number what it reads
-- Writes: public.event_messages, public.contractor_followup_schedules; by public.set_sms_consent public.sms_subscriptions
-- Locks:  the texts in the order of their ids, then the follow-ups, then the number's row

create or replace function public.opt_out(
    phone text, source text, wording text default null, contractor_id bigint default null, out was_new boolean, out cancelled bigint
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    -- Texts before the number: who sends holds a text first, too.
    with
    planned as materialized (
        select message.id
        from public.event_messages as message
        where message.id in (select text.message_id from public.texts_to_number(opt_out.phone) as text)
        order by message.id
        for update of message
    )
    update public.event_messages as message
    set status = 'cancelled',
        skip_reason = 'The number has opted out.',
        -- What an agenda planned it plans again, where it still lies ahead, when the number says START.
        dedupe_key = case
            when message.planned_by = 'agenda' then format('%s:cancelled:%s', message.dedupe_key, message.id)
            else message.dedupe_key
        end
    from planned
    where message.id = planned.id
    and message.status in ('draft', 'scheduled', 'sending');

    get diagnostics cancelled = row_count;

    update public.contractor_followup_schedules as followup
    set status = 'cancelled', cancelled_reason = 'The number has opted out.'
    where followup.status = 'scheduled'
    and followup.contractor_id in (select contractor.id from public.contractors as contractor where contractor.phone = opt_out.phone);

    was_new := not exists (
        select from public.sms_subscriptions as subscription where subscription.phone_number = opt_out.phone and not subscription.opted_in
    );

    perform public.set_sms_consent(opt_out.phone, false, opt_out.source, opt_out.wording, opt_out.contractor_id);
end
$$;

comment on function public.opt_out(text, text, text, bigint) is
    'A number wants no texts: SELECT * FROM opt_out(''+15125550123'', ''operator'', ''asked on the phone''). Cancels what is planned for it.';

revoke execute on function public.opt_out(text, text, text, bigint) from public;
