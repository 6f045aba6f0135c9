drop table royalty_config;
drop table creator_royalty_rates;
drop table royalty_rates;
drop table royalty_payouts;
drop table royalty_records;
drop table seller_stripe_accounts;
