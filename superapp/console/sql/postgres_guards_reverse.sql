DROP FUNCTION IF EXISTS console_refuse(), console_proposal_opening_guard(), console_proposal_guard();
