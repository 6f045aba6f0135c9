-- What people did is told without a stored name: it is that of the person at the time of reading, as far as the reader may know of them.
-- Usernames hold no blanks.
update notifications
   set title = case when actor_count > 0 then '' else 'Somebody ' end || substring(title from position(' ' in title) + 1),
       link = case when type = 'follow' then null else link end
 where type in ('follow', 'like', 'comment');
