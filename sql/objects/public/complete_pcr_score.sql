-- public.complete_pcr_score(): the final score of a rating, from its number and how its words feel.
--
-- Returns: the row, completed.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.complete_pcr_score()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- 0 to 1; words that say nothing are neither good nor bad.
    v_feeling constant numeric := (coalesce(new.sentiment_score, 0) + 1) / 2;
begin
    new.updated_at := now();
    new.final_pcr_score := case
        when new.explicit_score is not null and new.sentiment_score is not null then
            10 * (0.7 * new.explicit_score / 10 + 0.3 * v_feeling)
        when new.explicit_score is not null then new.explicit_score
        when new.sentiment_score is not null then 10 * v_feeling
    end;
    return new;
end
$$;

comment on function public.complete_pcr_score() is 'Trigger function of event_pcr_scores: reckons the final score.';

create or replace trigger complete_pcr_score
    before insert or update on public.event_pcr_scores
    for each row
    execute function public.complete_pcr_score();
