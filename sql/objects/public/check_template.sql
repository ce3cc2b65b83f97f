-- public.check_template(): refuses templates that could never be sent whole.
--
-- Braces must close, and a template of a type may name only what texts of that type have. A value that is missing for one person is found
-- when the text is worded: such a text fails with the reason, and `pgcascade messages preview` shows it before.
--
-- Returns: the row, dated.
-- Reads:  public.message_types
-- Writes: nothing
-- Locks:  none beyond the row

create or replace function public.check_template()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    c_always constant text[] := '{first_name,last_name,name,company_name,event_name,event_location,event_date,is_early,loop,true,false,none}';
    v_type public.message_types;
    v_known text[];
    v_unknown text;
begin
    new.updated_at := clock_timestamp();
    new.updated_by := session_user;

    if regexp_count(new.body, '\{\{') <> regexp_count(new.body, '\}\}') or regexp_count(new.body, '\{%') <> regexp_count(new.body, '%\}') then
        raise invalid_parameter_value using
            message = format('The template %s opens braces that it does not close.', new.name),
            hint = 'A value is written {{ first_name }}, a condition {% if event_location %} … {% endif %}.';
    end if;

    select type.* into v_type from public.message_types as type where type.message_type = new.name;

    if found then
        v_known := c_always || v_type.variables || array(
            select matched.groups[1]
            from regexp_matches(new.body, '\{%-?\s*for\s+([a-z_][a-z0-9_]*)\s+in', 'g') as matched (groups)
        );

        select used.name into v_unknown
        from (
            select matched.groups[1] as name
            from regexp_matches(new.body, '\{\{-?\s*([a-z_][a-z0-9_]*)', 'g') as matched (groups)
            union all
            select matched.groups[1]
            from regexp_matches(new.body, '\{%-?\s*(?:if|elif)\s+(?:not\s+)?([a-z_][a-z0-9_]*)', 'g') as matched (groups)
            union all
            select matched.groups[1]
            from regexp_matches(new.body, '\{%-?\s*for\s+[a-z_][a-z0-9_]*\s+in\s+([a-z_][a-z0-9_]*)', 'g') as matched (groups)
        ) as used
        where used.name <> all (v_known)
        limit 1;

        if found then
            raise invalid_parameter_value using
                message = format('Texts of the type %s have no value called %s.', new.name, v_unknown),
                hint = format(
                    'They have %s. What your rows bring in personalization_data is named in message_types.variables.',
                    array_to_string(c_always[:8] || v_type.variables, ', ')
                );
        end if;
    end if;

    return new;
end
$$;

comment on function public.check_template() is 'Trigger function of message_templates: refuses templates that could never be sent whole.';

create or replace trigger check_template
    before insert or update on public.message_templates
    for each row
    execute function public.check_template();
