-- followup/say_who_changes: action items that are changed from here on are changed by a person's text.
--
-- $1 text: contractor, ai or system; $2 bigint: the received text, NULL: none.
-- Columns: nothing of use.
-- Writes: nothing but settings of the transaction
-- Locks:  none
select public.say_who_changes($1::text, 'sms_conversation', null, $2::bigint)
