-- public.followup_words(followup): what a follow-up says, with its hints worked in.
--
-- In a model's words where there are some, else in those of the template. Hints that the words name already are not repeated.
--
-- Arguments: followup.
-- Returns: words in which {firstName}, {name} and {eventName} are still to be filled in.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.followup_words(followup public.contractor_followup_schedules)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
begin atomic
    select case
        when followup.ai_should_personalize and followup.ai_message is not null then followup.ai_message
        else followup.message_template || case
            when not followup.ai_should_personalize then ''
            else coalesce(
                ' (' || nullif(
                    concat_ws(
                        ', ',
                        case
                            when strpos(followup.message_template, followup.ai_context_hints ->> 'mention_event') = 0
                                and strpos(followup.message_template, '{eventName}') = 0
                                then 'from ' || public.as_literal_text(followup.ai_context_hints ->> 'mention_event')
                        end,
                        case
                            when strpos(followup.message_template, followup.ai_context_hints ->> 'reference_note') = 0
                                then 'you noted: ' || public.as_literal_text(followup.ai_context_hints ->> 'reference_note')
                        end
                    ),
                    ''
                ) || ')',
                ''
            )
        end
    end;
end;

comment on function public.followup_words(public.contractor_followup_schedules) is 'What a follow-up says, with its hints worked in.';
