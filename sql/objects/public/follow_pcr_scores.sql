-- public.follow_pcr_scores(): what was rated shows its ratings.
--
-- Returns: nothing (statement trigger).
-- Reads:  new_scores (transition table), public.event_pcr_scores
-- Writes: public.event_speakers, public.event_sponsors, public.event_peer_matches
-- Locks:  the speakers, sponsors and matches, in the order of their ids

create or replace function public.follow_pcr_scores()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    with
    rated as materialized (
        select
            score.pcr_type, score.entity_id, count(score.explicit_score) as ratings, round(avg(score.explicit_score), 1) as average,
            round(10 * avg(score.final_pcr_score), 2) as final
        from public.event_pcr_scores as score
        where (score.pcr_type, score.entity_id) in (select new_score.pcr_type, new_score.entity_id from new_scores as new_score)
        group by score.pcr_type, score.entity_id
        order by score.entity_id
    ),
    speakers as (
        update public.event_speakers as speaker
        set total_ratings = rated.ratings, average_rating = rated.average, pcr_score = rated.final
        from rated
        where rated.pcr_type = 'speaker'
        and speaker.id = rated.entity_id
        and (speaker.total_ratings, speaker.average_rating, speaker.pcr_score) is distinct from (rated.ratings, rated.average, rated.final)
    ),
    sponsors as (
        update public.event_sponsors as sponsor
        set pcr_score = rated.final
        from rated
        where rated.pcr_type = 'sponsor'
        and sponsor.id = rated.entity_id
        and sponsor.pcr_score is distinct from rated.final
    )
    update public.event_peer_matches as match
    set pcr_score = rated.final
    from rated
    where rated.pcr_type = 'peer_match'
    and match.id = rated.entity_id
    and match.pcr_score is distinct from rated.final;

    return null;
end
$$;

comment on function public.follow_pcr_scores() is 'Trigger function of event_pcr_scores: speakers, sponsors and matches show their ratings.';

create or replace trigger follow_new_pcr_scores
    after insert on public.event_pcr_scores
    referencing new table as new_scores
    for each statement
    execute function public.follow_pcr_scores();

create or replace trigger follow_changed_pcr_scores
    after update on public.event_pcr_scores
    referencing new table as new_scores
    for each statement
    execute function public.follow_pcr_scores();
