drop table user_mutes;
