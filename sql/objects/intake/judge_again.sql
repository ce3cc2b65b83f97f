-- intake.judge_again(): a corrected row is judged again.
--
-- An UPDATE of company or website that says nothing of validated takes the old verdict away; the row then goes through the
-- pipeline once more. Dates follow: a verdict set by hand gets its time and author.
--
-- Returns: the row, completed.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function intake.judge_again()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.updated_at := now();

    if tg_op = 'UPDATE'
        and (new.company is distinct from old.company or new.website is distinct from old.website)
        and new.validated is not distinct from old.validated
    then
        new.validated := null;
    end if;

    if new.validated is null then
        new.validated_at := null;
        new.validated_by := null;
        new.validation_notes := null;
        new.validation_codes := null;
        new.domain := null;
        new.website_url := null;
    else
        new.validated_at := coalesce(new.validated_at, now());
        new.validated_by := coalesce(new.validated_by, session_user);
        if not new.validated then
            new.validation_notes := coalesce(new.validation_notes, format('refused by %s', session_user));
        end if;
    end if;

    return new;
end
$$;

comment on function intake.judge_again() is
    'Trigger function of the intake table: a correction of company or website takes the old verdict away.';

create or replace trigger judge_again_when_inserted
    before insert on intake.company_raw_intake
    for each row
    when (new.validated is not null)
    execute function intake.judge_again();

create or replace trigger judge_again_when_corrected
    before update of company, website, validated on intake.company_raw_intake
    for each row
    execute function intake.judge_again();
