/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/output/attack.h"

#include "base/bytes.h"
#include "base/text.h"
#include "base/banned.h"

static const struct attack_tactic tactics[] = {
    { "reconnaissance", "TA0043", "Reconnaissance" },
    { "resource-development", "TA0042", "Resource Development" },
    { "initial-access", "TA0001", "Initial Access" },
    { "execution", "TA0002", "Execution" },
    { "persistence", "TA0003", "Persistence" },
    { "privilege-escalation", "TA0004", "Privilege Escalation" },
    { "stealth", "TA0005", "Stealth" },
    { "defense-evasion", "TA0005", "Defense Evasion" }, /* the name of TA0005 before version 19 */
    { "defense-impairment", "TA0112", "Defense Impairment" },
    { "credential-access", "TA0006", "Credential Access" },
    { "discovery", "TA0007", "Discovery" },
    { "lateral-movement", "TA0008", "Lateral Movement" },
    { "collection", "TA0009", "Collection" },
    { "command-and-control", "TA0011", "Command and Control" },
    { "exfiltration", "TA0010", "Exfiltration" },
    { "impact", "TA0040", "Impact" },
};

/* What stands behind "attack."; false if something else stands before it. */
static bool behind_attack(slice tag, slice *ret_rest)
{
    static const char prefix[] = "attack.";
    const size_t len = sizeof prefix - 1;
    if (tag.len <= len) return false;
    for (size_t i = 0; i < len; i++) {
        if (text_lower_ascii(tag.at[i]) != (uint8_t)prefix[i]) return false;
    }
    *ret_rest = slice_from(tag, len);
    return true;
}

static bool are_digits(slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return false;
    }
    return true;
}

bool attack_technique(slice tag, char ret_uid[ATTACK_UID_BYTES_MAX])
{
    enum { TECHNIQUE = 5, SUB_TECHNIQUE = 9 }; /* T1059, T1059.001 */
    slice uid = slice_none();
    if (!behind_attack(tag, &uid)) return false;
    if (uid.len != TECHNIQUE && uid.len != SUB_TECHNIQUE) return false;
    if (text_lower_ascii(uid.at[0]) != 't' || !are_digits((slice){ uid.at + 1, 4 })) return false;
    if (uid.len == SUB_TECHNIQUE && (uid.at[5] != '.' || !are_digits(slice_from(uid, 6)))) {
        return false;
    }
    bytes_copy(ret_uid, ATTACK_UID_BYTES_MAX - 1, uid);
    ret_uid[0] = 'T';
    ret_uid[uid.len] = 0;
    return true;
}

static bool is_tactic(slice name, const char *tag)
{
    if (name.len != strlen(tag)) return false;
    for (size_t i = 0; i < name.len; i++) {
        const uint8_t c = name.at[i] == '_' ? '-' : text_lower_ascii(name.at[i]);
        if (c != (uint8_t)tag[i]) return false;
    }
    return true;
}

const struct attack_tactic *attack_tactic(slice tag)
{
    slice name = slice_none();
    if (!behind_attack(tag, &name)) return NULL;
    for (size_t i = 0; i < COUNT_OF(tactics); i++) {
        if (is_tactic(name, tactics[i].tag)) return &tactics[i];
    }
    return NULL;
}
