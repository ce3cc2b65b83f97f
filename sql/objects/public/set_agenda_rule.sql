-- public.set_agenda_rule(event_id, name, enabled): switches a rule on or off for one event.
--
-- The general rule of that name is copied for the event where it has none of its own; what else is to be different there is an UPDATE.
--
-- Arguments: event_id; name: of the rule; enabled.
-- Returns: the event's rule.
-- Reads:  public.agenda_rules
-- Writes: public.agenda_rules
-- Locks:  the rule's row

create or replace function public.set_agenda_rule(event_id bigint, name text, enabled boolean)
returns public.agenda_rules
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_rule public.agenda_rules;
begin
    insert into public.agenda_rules as rule (
        event_id, name, message_type, category, template, anchor, time_offset, local_time, item_types, item_title, who, requires, priority,
        expires_from, expires_after, delivers, enabled, description
    )
    select
        set_agenda_rule.event_id, general.name, general.message_type, general.category, general.template, general.anchor,
        general.time_offset, general.local_time, general.item_types, general.item_title, general.who, general.requires, general.priority,
        general.expires_from, general.expires_after, general.delivers, set_agenda_rule.enabled, general.description
    from public.agenda_rules as general
    where general.name = set_agenda_rule.name
    and (general.event_id is null or general.event_id = set_agenda_rule.event_id)
    order by general.event_id nulls last
    limit 1
    on conflict (event_id, name) do update
    set enabled = excluded.enabled
    returning rule.* into v_rule;

    if v_rule.id is null then
        raise no_data_found using
            message = format('There is no rule %s.', set_agenda_rule.name),
            hint = 'SELECT name, description FROM agenda_rules ORDER BY name';
    end if;
    return v_rule;
end
$$;

comment on function public.set_agenda_rule(bigint, text, boolean) is
    'Switches a rule on or off for one event: SELECT set_agenda_rule(41, ''pcr_request'', true).';
