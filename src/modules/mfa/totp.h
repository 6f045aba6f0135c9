/* totp.h - secrets of authenticator apps: making, checking, keeping. Six digits, 30 seconds, SHA-1: what every app can do. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define TOTP_SECRET_BYTES 20
#define TOTP_DIGITS 6
#define TOTP_STEP_S 30
#define TOTP_BASE32 33  /* 32 characters and a NUL */
#define TOTP_SEALED 128 /* room for an encrypted secret as text */

/* The secret as people type it. False when memory is short. */
bool totp_base32(const unsigned char secret[TOTP_SECRET_BYTES], char out[TOTP_BASE32]);

/* The otpauth:// address of a secret for this account, as apps read it from a QR code. */
void totp_address(const char *base32, const char *account, struct buf *out);

/* The time step that `code` belongs to, one step early or late allowed; 0 when it is wrong. */
int64_t totp_step_of(const unsigned char secret[TOTP_SECRET_BYTES], const char *code, int64_t now_s);

/* Encrypts a secret for the account `user_id` (AES-256-GCM; the account is authenticated with it). False on failure. */
bool totp_seal(const unsigned char secret[TOTP_SECRET_BYTES], const char *user_id, char out[TOTP_SEALED]);
/* False when the text is not what was sealed for this account under the application's secret. */
bool totp_unseal(const char *sealed, const char *user_id, unsigned char out[TOTP_SECRET_BYTES]);
