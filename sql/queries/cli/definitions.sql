-- cli/definitions: every function, view and trigger of our schemas with its definition and comment.
--
-- Returns: object text, its kind and name; definition text.
-- Reads:  pg_catalog.pg_proc, pg_catalog.pg_class, pg_catalog.pg_trigger, pg_catalog.pg_namespace
-- Locks:  none
with
ours as (
    select namespace.oid
    from pg_catalog.pg_namespace as namespace
    where namespace.nspname in ('intake', 'marketing', 'pipeline', 'public')
)
select
    format('the function %s', function.oid::regprocedure) as object,
    concat_ws(
        E'\n', pg_get_functiondef(function.oid), obj_description(function.oid, 'pg_proc'), function.proacl::text
    ) as definition
from pg_catalog.pg_proc as function
where function.pronamespace in (select ours.oid from ours)
and function.prokind in ('f', 'p')
union all
select
    format('the view %s', view.oid::regclass),
    concat_ws(E'\n', pg_get_viewdef(view.oid), obj_description(view.oid, 'pg_class'))
from pg_catalog.pg_class as view
where view.relnamespace in (select ours.oid from ours)
and view.relkind = 'v'
union all
select
    format('the trigger %s on %s', trigger.tgname, trigger.tgrelid::regclass),
    -- A trigger that is switched off is defined like one that is on.
    concat_ws(E'\n', pg_get_triggerdef(trigger.oid), trigger.tgenabled)
from pg_catalog.pg_trigger as trigger
join pg_catalog.pg_class as relation on relation.oid = trigger.tgrelid
where relation.relnamespace in (select ours.oid from ours)
and not trigger.tgisinternal
and trigger.tgparentid = 0
