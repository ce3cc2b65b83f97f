-- public.note_writer(inbound_message_id, phone): the number of a text's writer was looked up, and the text can be read.
--
-- Arguments: inbound_message_id; phone: as the provider writes it, NULL: it knows none.
-- Returns: the event that has it read.
-- Reads:  nothing
-- Writes: public.inbound_messages; by pipeline.emit marketing.pipeline_events
-- Locks:  the text

create or replace function public.note_writer(inbound_message_id bigint, phone text)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    begin
        update public.inbound_messages as message
        set phone_number = public.read_phone(note_writer.phone)
        where message.id = note_writer.inbound_message_id
        and message.phone_number is null;
    exception
        -- Not a phone number: a person reads the text.
        when check_violation then null;
    end;

    return pipeline.emit('sms_received', jsonb_build_object('record_id', note_writer.inbound_message_id), priority => 1);
end
$$;

comment on function public.note_writer(bigint, text) is 'The number of a text''s writer was looked up, and the text can be read.';

revoke execute on function public.note_writer(bigint, text) from public;
