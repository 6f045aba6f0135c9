drop table gear_documents;
drop table gear_repairs;
drop table gear_images;
drop table gear_items;
