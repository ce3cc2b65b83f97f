-- cli/foreign_tables: tables under our names that another program made.
--
-- Asked only where none of our migrations was ever applied.
--
-- Returns: name.
-- Reads:  pg_class
-- Locks:  none
select format('%I.%I', space.nspname, class.relname) as name
from pg_catalog.pg_class as class
join pg_catalog.pg_namespace as space on space.oid = class.relnamespace
where class.relkind in ('r', 'p', 'v', 'm')
and (
    space.nspname = 'pipeline'
    or (space.nspname, class.relname) in (
        ('intake', 'company_raw_intake'),
        ('marketing', 'pipeline_events'),
        ('marketing', 'pipeline_errors'),
        ('marketing', 'company_master'),
        ('marketing', 'company_slots'),
        ('marketing', 'contact_enrichment'),
        ('marketing', 'email_verification'),
        ('marketing', 'people_master'),
        ('marketing', 'enrichment_runs'),
        ('marketing', 'outreach_settings'),
        ('marketing', 'do_not_contact')
    )
)
order by name
