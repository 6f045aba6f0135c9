/* output.h - the worker's side of the protocol. Safe to use from several threads; a file is sent whole, under one lock. */
#ifndef VEZA_MEDIA_OUTPUT_H
#define VEZA_MEDIA_OUTPUT_H

#include "worker_protocol.h"

/* All return 0, or MEDIA_E_INTERNAL when the parent went away or a limit of the protocol was passed. */
int output_file(const char *name, const void *bytes, size_t length);
int output_playable(const char *json, size_t length);
int output_result(const char *json, size_t length);
int output_failed(int reason);

/* `fraction` is clamped to 0..1 and never falls. Calls closer than 200 ms to the last one are dropped, except for 0 and 1. */
int output_progress(const char *stage, double fraction);

#endif
