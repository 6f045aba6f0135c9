/* list.h - pages of a list: what was asked for, and the reply.
 *
 * `page` and `limit` name a page by its number; `cursor`, the `next` of the page before, names the rows after it, which costs the same
 * wherever they are. Rows that come or go meanwhile move nothing. All rows are counted where `total` or `page` asks for it.
 * Where the rows have a column `partial_`, the reply says `partial`: time was up before everything was looked at. */
#pragma once

#include "api/runner.h"

/* The form of `query` that answers this request, or a problem with its cursor. Sets what the statement reads besides its own inputs. */
const struct problem *list_form(struct request *req, const struct query *query, db_form *ret_form);

/* Replies with the rows of that statement; takes over `result`. NULL: time was up before there was one. */
const struct problem *list_reply(struct request *req, int status, const struct query *query, db_form form, PGresult *result);
