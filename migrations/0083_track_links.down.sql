-- What was corrected stays correct.
select;
