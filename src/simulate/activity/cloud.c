/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cloud account: services in roles read and write objects and fetch secrets; operations looks
 * at what runs; one old job still has a key of its own and always comes from the same address.
 */
#include "simulate/activity/activities.h"

#include "simulate/shape/cloud.h"
#include "base/banned.h"

static const struct cloud_event calls[] = {
    { .service = "s3.amazonaws.com",
      .name = "GetObject",
      .parameter = "bucketName",
      .value = "platform-media",
      .reads = true,
      .is_data = true },
    { .service = "s3.amazonaws.com",
      .name = "PutObject",
      .parameter = "bucketName",
      .value = "platform-media",
      .is_data = true },
    { .service = "secretsmanager.amazonaws.com",
      .name = "GetSecretValue",
      .parameter = "secretId",
      .value = "platform/web",
      .reads = true },
    { .service = "sts.amazonaws.com",
      .name = "AssumeRole",
      .parameter = "roleSessionName",
      .value = "platform-web",
      .reads = true },
    { .service = "kms.amazonaws.com",
      .name = "Decrypt",
      .parameter = "encryptionAlgorithm",
      .value = "SYMMETRIC_DEFAULT",
      .reads = true },
};
static const struct cloud_event looks[] = {
    { .service = "ec2.amazonaws.com", .name = "DescribeInstances", .reads = true },
    { .service = "rds.amazonaws.com", .name = "DescribeDBInstances", .reads = true },
    { .service = "monitoring.amazonaws.com", .name = "GetMetricData", .reads = true },
    { .service = "logs.amazonaws.com",
      .name = "FilterLogEvents",
      .parameter = "logGroupName",
      .value = "/platform/web",
      .reads = true },
};

void activity_cloud(struct world *w, const struct step *s)
{
    struct cloud_event e = stream_pick(w->random, calls);
    const struct word role = word_number("platform-web/i-", s->a, 4);
    const struct word key = word_join("ASIA", word_hex(random_mix(s->a), 16).text);
    const struct word ip = word_office_ip((uint32_t)s->a, MARKET_HOME);
    e.identity_type = "AssumedRole";
    e.identity = role.text;
    e.key = key.text;
    e.ip = ip.text;
    e.agent = "aws-sdk-go-v2/1.30";
    cloud_say(w, &e);
}

void activity_cloud_look(struct world *w, const struct step *s)
{
    const struct person *p = world_person(w, s->actor);
    struct cloud_event e = stream_pick(w->random, looks);
    const struct word key = word_join("ASIA", word_hex(random_mix(p->employment), 16).text);
    const struct word role = word_join("operations/", p->account);
    const struct word ip = word_exit_ip(p->market);
    e.identity_type = "AssumedRole";
    e.identity = role.text;
    e.key = key.text;
    e.ip = ip.text;
    e.agent = "aws-cli/2.17";
    cloud_say(w, &e);
}

void activity_cloud_job(struct world *w, const struct step *s)
{
    const struct cloud_event e = { .service = "s3.amazonaws.com",
                                   .name = "PutObject",
                                   .identity_type = "IAMUser",
                                   .identity = "report-export",
                                   .key = "AKIAEXAMPLEREPORT001",
                                   .ip = "203.0.113.80",
                                   .agent = "Boto3/1.34",
                                   .parameter = "bucketName",
                                   .value = "platform-reports",
                                   .is_data = s->what == 0 };
    cloud_say(w, &e);
}
