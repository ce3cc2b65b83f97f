-- cli/missing_rights: what this user may not do although a deploy must.
--
-- Returns: missing text, the right in words; remedy text, the statement that grants it. No row: all is well.
-- Reads:  pg_catalog.pg_namespace, pg_catalog.pg_class
-- Locks:  none
with
needed as (
    select name from unnest(array['intake', 'marketing', 'pipeline', 'public']) as name
),
present as (
    select needed.name, namespace.oid
    from needed
    left join pg_catalog.pg_namespace as namespace on namespace.nspname = needed.name
)
select
    format('CREATE on database %I', current_database()) as missing,
    format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), current_user) as remedy
where exists (select from present where present.oid is null)
and not has_database_privilege(current_database(), 'create')
union all
select
    format('CREATE on schema %I', present.name),
    format('GRANT CREATE, USAGE ON SCHEMA %I TO %I;', present.name, current_user)
from present
where present.oid is not null
and not has_schema_privilege(present.oid, 'create')
union all
-- One line for each owner: their tables can be changed only by themselves.
select
    format('ownership of the tables of %I in %s', role.rolname, string_agg(distinct present.name, ', ')),
    format('GRANT %I TO %I;', role.rolname, current_user)
from present
join pg_catalog.pg_class as relation on relation.relnamespace = present.oid
join pg_catalog.pg_roles as role on role.oid = relation.relowner
where present.name <> 'public'
and relation.relkind in ('r', 'p', 'v', 'S')
and not pg_has_role(relation.relowner, 'usage')
group by role.rolname
