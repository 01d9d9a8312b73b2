/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/backup/backup_commands.h"

#include "base/banned.h"

static const struct option backup_options[] = {
    { "--log", NULL, "the log, and what belongs to it but keys and signer", false },
    { "--keys", NULL, "the keys; a file of its own for each time", false },
    { "--keep-days", "N", "older copies of the keys are destroyed: 0 to 7 (default 7)", false },
    {},
};

static const struct option restore_options[] = {
    { "--vkey", "KEY", "the log's key as you know it (default: the one that the backup states)",
      false },
    { "--newer", "FILE", "a signed checkpoint of this log that somebody kept", false },
    { "--old-keys", NULL, "also with keys that were copied more than 7 days ago", false },
    { "--lost-keys", NULL, "also with keys that are older than records: to accept that loss next",
      false },
    {},
};

static const struct option recover_options[] = {
    { "--from", "PATH", "another copy of the log: a backup, a node's folder, or an export", false },
    { "--accept-loss", NULL, "give up the private values that no key opens; two people", false },
    { "--by", "NAME", "with --accept-loss: who accepts it (default: the user of this command)",
      false },
    { "--succeed", "NEWDIR", "end this log, and begin a new one there", false },
    { "--origin", "NAME", "with --succeed: the new log's name", false },
    {},
};

const struct command backup_commands[] = {
    {
        .name = "backup",
        .arguments = "DIR OUT",
        .summary = "Copy a node's log or its keys to another place",
        .details =
            "Log and keys go to two places, under two people: who has both can read every private\n"
            "value. A running node does not mind. Run again, it goes on: what stands in OUT is "
            "held\n"
            "against OUT/manifest, what is new is copied. It also goes on after Ctrl-C, a full "
            "disk\n"
            "or a crash; the last whole backup stays good until the new one is.\n\n"
            "A log that has lost entries since the last backup is refused, and named. Copies of "
            "the\n"
            "keys from before the newest erasure are destroyed once a newer one is durable: they\n"
            "could still open what was erased. Back up the keys first, then the log, so that the\n"
            "log is never older than the keys. The signer (DIR/signer) is never copied: an older\n"
            "one would sign a second history.\n\n"
            "  candor backup ./node /mnt/b/keys --keys\n"
            "  candor backup ./node /mnt/a/log --log",
        .options = backup_options,
        .arguments_min = 2,
        .arguments_max = 2,
        .run = run_backup,
    },
    {
        .name = "restore",
        .arguments = "LOG KEYS DIR",
        .summary = "Bring a node back from a backup of its log and a copy of its keys",
        .details =
            "LOG is what backup --log made, KEYS what backup --keys made: the folder, for the "
            "newest\n"
            "copy in it, or one file. DIR is new, or has nothing but the signer/ of the lost "
            "node.\n"
            "Every file is held against its manifest, the tree against the signed checkpoint, the\n"
            "keys against the log; what was erased since the keys were copied is erased again "
            "before\n"
            "anything is opened; then everything is proved as candor fsck does.\n\n"
            "A node whose log is behind what its signer has signed, or behind a checkpoint that "
            "was\n"
            "given with --newer, or that has no signer, stays read-only: candor serve answers\n"
            "readers and refuses senders. candor help recover says what to do then.\n\n"
            "  candor restore /mnt/a/log /mnt/b/keys ./node",
        .options = restore_options,
        .arguments_min = 3,
        .arguments_max = 3,
        .run = run_restore,
    },
    {
        .name = "recover",
        .arguments = "DIR",
        .summary = "Get the entries that a log lacks from another copy, or end the log",
        .details =
            "A log that is behind what was signed must not sign: there would be two histories "
            "under\n"
            "one name. It is read-only until it has the entries that it lacks:\n\n"
            "  candor recover ./node --from /mnt/c/log\n\n"
            "takes them, with their private values, from a newer backup or from the folder of the\n"
            "lost node, once the copy's checkpoint is signed by this log's key and its tree "
            "extends\n"
            "what this log has and what its signer signed. A damaged log is mended the same "
            "way.\n\n"
            "PATH may also be what candor log export wrote, or a mirror has: entries without "
            "private\n"
            "values. The checkpoint then has to be cosigned too, as the node's policy asks. What "
            "did\n"
            "not come back is named by a gap record of the log, which cannot be left out.\n\n"
            "Where the newest keys there are do not open what was recorded after them,\n\n"
            "  candor recover ./node --accept-loss --by NAME\n\n"
            "names the entries, and gives their private values up once a second person has run it\n"
            "too. A gap record of the log says which entries, and who accepted it.\n\n"
            "Where no copy has them, or the signer is lost, the log is at its end. Then\n\n"
            "  candor recover ./node --succeed ./new --origin log.example.com/eu-2\n\n"
            "retires it and begins another log, whose entry 0 is the old one's last checkpoint. "
            "The\n"
            "old log can still be served, proved and read; nothing is signed under its name again.",
        .options = recover_options,
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_recover,
    },
    {},
};
