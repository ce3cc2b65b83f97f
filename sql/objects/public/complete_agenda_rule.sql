-- public.complete_agenda_rule(): the name and the deadline of a rule, when it was changed, and a sentence for what cannot be.
--
-- What comes before its moment is pointless after it: "in 30 minutes" is not said once the gala has begun. Whoever wants it otherwise says
-- expires_from and expires_after.
--
-- Returns: the row, completed.
-- Reads:  public.message_templates
-- Writes: nothing
-- Locks:  none

create or replace function public.complete_agenda_rule()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.updated_at := now();
    new.name := coalesce(new.name, new.message_type);
    new.expires_from := coalesce(
        new.expires_from,
        case
            when new.expires_after is null
                and new.local_time is null
                and new.time_offset < interval '0'
                and new.anchor not in ('registration', 'profile_complete', 'night_before')
                then 'anchor'
            else 'scheduled'
        end
    );
    new.expires_after := coalesce(new.expires_after, case new.expires_from when 'scheduled' then interval '1 hour' else '0' end);

    if new.expires_from = 'scheduled' and new.expires_after <= interval '0'
        or new.expires_from = 'anchor' and new.local_time is null and new.expires_after <= new.time_offset
    then
        raise check_violation using
            message = format('The texts of rule %s would be too late before they are due.', new.name),
            hint = 'expires_after counts from expires_from (scheduled, anchor, anchor_end or day_end); it must end after time_offset.';
    end if;

    if new.enabled
        and new.delivers = 'text'
        and not exists (
            select
            from public.message_templates as template
            where template.name = coalesce(new.template, new.message_type)
            and coalesce(template.event_id, new.event_id) is not distinct from new.event_id
        )
    then
        raise notice 'There is no template % for the texts of rule %: they would fail.', coalesce(new.template, new.message_type), new.name
            using hint = format(
                'INSERT INTO message_templates (name, body) VALUES (%L, ''Soon: {{ session_title }}'');', coalesce(new.template, new.message_type)
            );
    end if;

    return new;
end
$$;

comment on function public.complete_agenda_rule() is 'Trigger function of agenda_rules: a rule without a name is named after its message type, one without a deadline gets one.';

create or replace trigger complete_agenda_rule
    before insert or update on public.agenda_rules
    for each row
    execute function public.complete_agenda_rule();
