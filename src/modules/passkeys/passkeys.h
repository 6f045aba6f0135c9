/* passkeys.h - signing in without a password (WebAuthn level 3).
 *
 * A passkey is made by its device for the host of the web app, which verified its person (user verification is demanded, so a passkey
 * is two factors by itself). Attestation is not asked for: any device will do. Challenges are used once and last five minutes. */
#pragma once

#include "api/module.h"

extern const struct module passkeys_module;
