/* body.h - the words of a mail, as plain text and as HTML.
 *
 * One design for all: the mark, one column of at most 600 pixels, a button with its address below it, and a footer that says why. It needs
 * no picture and nothing from elsewhere. Mail programs that drop the style sheet keep the light colours, which are on the elements. */
#pragma once

#include "platform/mail/mail.h"

/* Fills subject, text and html. Control and bidirectional characters of what people wrote are taken out, markup is escaped. False when there
 * is no such template. */
bool mail_body(const struct config *config, const struct mail *mail, struct buf *subject, struct buf *text, struct buf *html);
