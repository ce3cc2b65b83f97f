-- public.complete_agenda_rule(): the name of a rule, when it was changed, and a sentence for what cannot be.
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

comment on function public.complete_agenda_rule() is 'Trigger function of agenda_rules: a rule without a name is named after its message type.';

create or replace trigger complete_agenda_rule
    before insert or update on public.agenda_rules
    for each row
    execute function public.complete_agenda_rule();
