-- public.contractor_marks(contractor_id): what tells a person apart from others of the same name: numbers, addresses, the person's own id.
--
-- Arguments: contractor_id.
-- Returns: a regular expression for rows as JSON; NULL: nobody else has the name, so that the name alone tells the person.
-- Reads:  public.contractors, public.event_attendees
-- Writes: nothing
-- Locks:  none

create or replace function public.contractor_marks(contractor_id bigint)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    with
    named as (
        select
            contractor.id,
            lower(regexp_replace(btrim(spelled.name), '\s+', ' ', 'g')) as name
        from public.contractors as contractor
        cross join lateral (values (contractor.name), (concat_ws(' ', contractor.first_name, contractor.last_name))) as spelled (name)
        where spelled.name ~ '\S\s+\S'
    ),
    told as (
        select known.email, known.phone, known.ghl_contact_id
        from (
            select contractor.email, contractor.phone, contractor.ghl_contact_id
            from public.contractors as contractor
            where contractor.id = contractor_marks.contractor_id
            union
            select attendee.real_email, attendee.real_phone, null
            from public.event_attendees as attendee
            where attendee.contractor_id = contractor_marks.contractor_id
        ) as known
        -- What both have does not tell them apart.
        where not exists (
            select
            from public.contractors as other
            where (other.phone = known.phone or lower(other.email) = lower(known.email))
            and other.id <> contractor_marks.contractor_id
        )
    )
    select concat_ws(
        '|',
        public.literal_pattern(
            (select array_agg(told.email) || array_agg(told.ghl_contact_id) from told), (select array_agg(told.phone) from told)
        ),
        format('"\w*contractor\d?_id": "?%s(?!\d)', contractor_marks.contractor_id)
    )
    where exists (
        select
        from named as own
        join named as other on other.name = own.name and other.id <> own.id
        where own.id = contractor_marks.contractor_id
    );
end;

comment on function public.contractor_marks(bigint) is
    'What tells a person apart from others of the same name, as a regular expression; NULL: nobody else has it.';

revoke execute on function public.contractor_marks(bigint) from public;
