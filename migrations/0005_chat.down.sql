drop table delivered_status;
drop table read_receipts;
drop table message_reactions;
drop table messages;
drop table room_invitations;
drop table room_members;
drop table rooms;
