/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A key of the cloud account was left in a public repository. Strangers find out whose it is and
 * what it may do, share a snapshot of the database with an account of theirs, have a bucket copied,
 * and stop the audit trail.
 *
 * Step: what is the place in the script.
 */
#include "simulate/attack/attacks.h"

#include "simulate/shape/cloud.h"
#include "base/banned.h"

static const struct {
    const char *label;
    struct cloud_event event;
} script[] = {
    { "key tried", { .service = "sts.amazonaws.com", .name = "GetCallerIdentity", .reads = true } },
    { "looked around", { .service = "s3.amazonaws.com", .name = "ListBuckets", .reads = true } },
    { "looked around", { .service = "iam.amazonaws.com", .name = "ListUsers", .reads = true } },
    { "looked around",
      { .service = "iam.amazonaws.com",
        .name = "CreateAccessKey",
        .parameter = "userName",
        .value = "admin",
        .error = "AccessDenied" } },
    { "looked around",
      { .service = "rds.amazonaws.com", .name = "DescribeDBSnapshots", .reads = true } },
    { "snapshot shared",
      { .service = "rds.amazonaws.com",
        .name = "ModifyDBSnapshotAttribute",
        .parameter = "dBSnapshotIdentifier",
        .value = "platform-nightly",
        .second = "attributeName",
        .second_value = "restore",
        .list = "valuesToAdd",
        .list_value = "444455556666" } },
    { "bucket copied",
      { .service = "s3.amazonaws.com",
        .name = "PutBucketReplication",
        .parameter = "bucketName",
        .value = "platform-media" } },
    { "retention of logs shortened",
      { .service = "logs.amazonaws.com",
        .name = "PutRetentionPolicy",
        .parameter = "logGroupName",
        .value = "/platform/web",
        .number = 3 } },
    { "audit trail stopped",
      { .service = "cloudtrail.amazonaws.com",
        .name = "StopLogging",
        .parameter = "name",
        .value = "platform-trail" } },
};

void attack_cloud_key(struct world *w, const struct step *s)
{
    struct cloud_event e = script[s->what].event;
    const struct word ip = word_stranger_ip(world_below(w, 8) * 31u + s->what);
    e.identity_type = "IAMUser";
    e.identity = "deploy-legacy";
    e.key = "AKIAEXAMPLELEGACY002";
    e.ip = ip.text;
    e.agent = "aws-cli/2.9 Python/3.11";
    world_label(w, script[s->what].label);
    cloud_say(w, &e);
    if (s->what + 1u < COUNT_OF(script)) {
        world_after(w, s, world_wait(w, 60, 400, 1000), (uint16_t)(s->what + 1));
    }
}
