drop table ws_tickets;
