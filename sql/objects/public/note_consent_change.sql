-- public.note_consent_change(contact_id, phone, opted_out): a person's wish about texts changed at the provider.
--
-- A block that is lifted there is no consent: nothing changes here until the person says START.
--
-- Arguments: contact_id: the provider's id; phone: E.164 or as written, NULL: not named; opted_out.
-- Returns: the number that opted out; NULL: none did.
-- Reads:  by public.phone_of_contact what it reads
-- Writes: by public.opt_out what it writes
-- Locks:  as public.opt_out

create or replace function public.note_consent_change(contact_id text, phone text, opted_out boolean)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_phone constant text := coalesce(public.read_phone(note_consent_change.phone), public.phone_of_contact(note_consent_change.contact_id));
begin
    if v_phone is null or not opted_out then
        return null;
    end if;

    perform public.opt_out(v_phone, 'provider', 'The contact was set to do-not-disturb at the provider.');
    return v_phone;
end
$$;

comment on function public.note_consent_change(text, text, boolean) is 'A person''s wish about texts changed at the provider.';

revoke execute on function public.note_consent_change(text, text, boolean) from public;
