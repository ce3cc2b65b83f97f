-- pipeline.raise_alerts(): opens alerts for what is wrong, and closes those that are over.
--
-- A standing alert is not raised again: its row is refreshed. Each opening and closing is an event alert_changed, by the table's own
-- publication.
--
-- Returns: how many alerts were opened or closed; NULL when another session is at it.
-- Reads:  pipeline.alert_rules
-- Writes: marketing.pipeline_alerts
-- Locks:  an advisory lock, then the open alerts

create or replace function pipeline.raise_alerts()
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
    v_changed bigint;
begin
    if not pg_try_advisory_xact_lock(pipeline.worker_lock_class(), -1) then
        return null;
    end if;

    with
    finding as materialized (
        select found.* from pipeline.alert_findings() as found
    ),
    closed as (
        update marketing.pipeline_alerts as alert
        set resolved_at = clock_timestamp()
        where alert.resolved_at is null
        and case
            when alert.ends_at is null then not exists (
                select from finding where finding.rule_name = alert.rule_name and finding.subject = alert.subject
            )
            -- Reported: it ends by its own time, or with its rule.
            else alert.ends_at <= clock_timestamp()
                or not exists (select from pipeline.alert_rules as rule where rule.name = alert.rule_name and rule.enabled)
        end
        returning alert.id
    ),
    seen as (
        insert into marketing.pipeline_alerts as alert (rule_name, subject, severity, message, what_to_do, value, threshold)
        select finding.rule_name, finding.subject, finding.severity, finding.message, finding.what_to_do, finding.value, finding.threshold
        from finding
        order by finding.rule_name, finding.subject
        on conflict (rule_name, subject) where resolved_at is null do update
        set last_seen_at = clock_timestamp(), message = excluded.message, value = excluded.value
        returning alert.id, alert.xmax = 0 as is_new
    )
    select (select count(*) from closed) + (select count(*) from seen where seen.is_new) into v_changed;

    return v_changed;
end
$$;

comment on function pipeline.raise_alerts() is 'Opens and closes alerts; daemons call it every twenty seconds. Returns how many changed.';
