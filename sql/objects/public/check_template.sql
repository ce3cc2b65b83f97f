-- public.check_template(): refuses templates that could never be sent whole.
--
-- Braces must close, and a template of a type, or of a rule of the agenda, may name only what its texts have, and use only filters that
-- there are. A value that is missing for one person is found
-- when the text is worded: such a text fails with the reason, and `pgcascade messages preview` shows it before.
--
-- Returns: the row, dated.
-- Reads:  public.message_types, public.agenda_rules
-- Writes: nothing
-- Locks:  none beyond the row

create or replace function public.check_template()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    c_always constant text[] := '{first_name,last_name,name,company_name,event_name,event_location,event_date,is_early,loop,true,false,none}';
    c_of_an_agenda constant text[] := '{event_time,event_website,event_timezone,session_count,speaker_count,sponsor_count,sponsors,item_type,session_title,session_time,session_end,session_location,track,speaker_id,speaker_name,speaker_title,speaker_company,speaker_names,minutes_before,template}';
    c_filters constant text[] := '{default,first_name,join,lower,plural,title,trim,truncate,upper}';
    v_variables text[];
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

    select type.variables into v_variables from public.message_types as type where type.message_type = new.name;

    -- A rule of an organiser's own, whose texts have no type of theirs.
    if v_variables is null and exists (
        select from public.agenda_rules as rule where coalesce(rule.template, rule.message_type) = new.name and rule.delivers = 'text'
    ) then
        v_variables := c_of_an_agenda;
    end if;

    if v_variables is not null then
        v_known := c_always || v_variables || array(
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
                    array_to_string(c_always[:8] || v_variables, ', ')
                );
        end if;

        select filter.name into v_unknown
        from regexp_matches(new.body, '\{[{%](.*?)[}%]\}', 'g') as code (groups)
        cross join lateral regexp_matches(code.groups[1], '\|\s*([a-zA-Z_]+)', 'g') as used (groups)
        cross join lateral (select used.groups[1] as name) as filter
        where filter.name <> all (c_filters)
        limit 1;

        if found then
            raise invalid_parameter_value using
                message = format('There is no filter %s for texts.', v_unknown),
                hint = format('There are %s: {{ first_name|default(''''there'''') }}.', array_to_string(c_filters, ', '));
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
