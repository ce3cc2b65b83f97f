-- cli/adopt_dependents: what others have built on these relations: foreign keys of other tables, and views.
--
-- $1 text[]: relations and views that are to be moved, with their schemas.
-- Returns: dependent text: what it is and on what, in words.
-- Reads:  pg_catalog
-- Locks:  none
with moved as (
    select to_regclass(name)::oid as oid
    from unnest($1::text[]) as name
    where to_regclass(name) is not null
)
select format('the foreign key %s of %s on %s', constraints.conname, constraints.conrelid::regclass, constraints.confrelid::regclass) as dependent
from pg_catalog.pg_constraint as constraints
where constraints.contype = 'f'
and constraints.confrelid in (select moved.oid from moved)
and constraints.conrelid not in (select moved.oid from moved)
union
select format('the view %s on %s', rule.ev_class::regclass, depends.refobjid::regclass)
from pg_catalog.pg_depend as depends
join pg_catalog.pg_rewrite as rule on rule.oid = depends.objid
where depends.classid = 'pg_catalog.pg_rewrite'::regclass
and depends.refclassid = 'pg_catalog.pg_class'::regclass
and depends.refobjid in (select moved.oid from moved)
and rule.ev_class not in (select moved.oid from moved)
order by dependent
