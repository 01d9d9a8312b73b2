/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "record/entry.h"

/*
 * attestation: the signature in an attestation record.
 *
 *   message = the type bytes of the fields before the signature, then their values, both as in the
 *             body of the entry (docs/formats/entry.md section 6)
 *
 * The key is a verifier key, "name+ID+base64", of type Ed25519.
 */

/* Whether the signature is one of the record's own key. E_VALUE if it is no attestation or its key
 * is none; E_INVALID if it does not verify. */
status attestation_check(const struct entry *e, struct fault *f);
