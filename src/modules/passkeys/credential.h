/* credential.h - the two messages of an authenticator, checked by libfido2: what it is, and that it is here now. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define CREDENTIAL_ID_MAX 1023
#define CREDENTIAL_KEY_MAX 512

struct credential {
    unsigned char id[CREDENTIAL_ID_MAX];
    size_t id_len;
    unsigned char key[CREDENTIAL_KEY_MAX]; /* in libfido2's form for the algorithm */
    size_t key_len;
    int algorithm; /* COSE: -7 ES256, -8 EdDSA, -257 RS256 */
    unsigned char aaguid[16];
    uint32_t counter;
};

/* Reads a new credential out of an attestation object, whose statement is not looked at. False unless it is for `rp_id`, of a known
 * algorithm, and both presence and verification of the person are said. */
bool credential_read(struct str attestation_object, const char *rp_id, struct credential *ret_credential);

/* Does the signature over authenticator data and client data belong to the credential, for `rp_id`, with presence and verification? */
bool credential_check(const struct credential *credential, struct str authenticator_data, struct str client_data, struct str signature,
                      const char *rp_id, uint32_t *ret_counter);
