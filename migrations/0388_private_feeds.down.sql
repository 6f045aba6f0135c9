drop table private_feeds;
