update notifications n
   set title = left(u.username || ' ' || n.title, 255), link = case when n.type = 'follow' then '/u/' || u.username else n.link end
  from users u
 where u.id = n.actor_id and n.type in ('follow', 'like', 'comment');
