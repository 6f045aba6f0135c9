alter table webauthn_credentials drop column algorithm;
drop table webauthn_challenges;
