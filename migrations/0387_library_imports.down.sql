drop table library_import_missing;
drop table library_imports;
delete from jobs where kind in ('library.import', 'library.import_sweep');
