-- db/cleanse: takes back what a user's function may have set for the whole session.
--
-- Returns: nothing.
-- Locks:  none
reset session authorization;
reset role;
reset all
