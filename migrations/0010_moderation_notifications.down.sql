drop table notifications;
drop table announcements;
drop table reports;
