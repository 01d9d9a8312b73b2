/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "simulate/registry.h"

/*
 * activities: the run functions of the rows of activities.
 */

/* Users sign in to the platform. */
void activity_user_sign_in(struct world *w, const struct step *s);
/* Users, staff tools and services call the API. */
void activity_user_request(struct world *w, const struct step *s);
void activity_staff_request(struct world *w, const struct step *s);
void activity_service_request(struct world *w, const struct step *s);
/* Users recover their accounts. */
void activity_recovery(struct world *w, const struct step *s);
/* Staff signs in to the directory. */
void activity_staff_sign_in(struct world *w, const struct step *s);
/* A user asks for help, and support answers. */
void activity_support(struct world *w, const struct step *s);
/* A user reports content, and it is moderated; a classifier removes on its own. */
void activity_moderation(struct world *w, const struct step *s);
void activity_classifier(struct world *w, const struct step *s);
/* An authority orders something. */
void activity_orders(struct world *w, const struct step *s);
/* Services query the database; it is backed up. */
void activity_database_service(struct world *w, const struct step *s);
void activity_database_backup(struct world *w, const struct step *s);
/* An analyst works under a grant; somebody on call takes emergency access. */
void activity_grants(struct world *w, const struct step *s);
void activity_break_glass(struct world *w, const struct step *s);
/* People give notice, leave, are hired. */
void activity_people(struct world *w, const struct step *s);
/* A change on its way into operation; work on code. */
void activity_deploy(struct world *w, const struct step *s);
void activity_code(struct world *w, const struct step *s);
/* The cloud account: services, people who look, a job with a key. */
void activity_cloud(struct world *w, const struct step *s);
void activity_cloud_look(struct world *w, const struct step *s);
void activity_cloud_job(struct world *w, const struct step *s);
/* The cluster: controllers, and engineers who look. */
void activity_cluster(struct world *w, const struct step *s);
void activity_cluster_look(struct world *w, const struct step *s);
/* Servers, and people who visit them. */
void activity_host(struct world *w, const struct step *s);
void activity_host_visit(struct world *w, const struct step *s);
/* Computers of staff. */
void activity_endpoint(struct world *w, const struct step *s);
/* Scans, reviews, tests, outages, requests of data subjects: facts. */
void activity_operations(struct world *w, const struct step *s);
/* Facts that a table spells out; who is on call; how far each source is. */
void activity_routine(struct world *w, const struct step *s);
void activity_duty(struct world *w, const struct step *s);
void activity_heartbeat(struct world *w, const struct step *s);

/* Records of everybody who is there, and of every system, when the simulation begins. */
void activity_roster(struct world *w);
void activity_assets(struct world *w);
