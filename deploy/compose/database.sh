#!/bin/bash
# Makes Veza's role and its database when PostgreSQL starts for the first time. The role is no superuser: it owns the database and makes the role of requests.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -v owner="$DB_USER" -v password="$DB_PASSWORD" -v name="$DB_NAME" --no-psqlrc --quiet --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
create role :"owner" login createrole password :'password';
create database :"name" owner :"owner" encoding 'UTF8' template template0;
SQL
