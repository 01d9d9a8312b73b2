/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "simulate/registry.h"

/*
 * attacks: the run functions of the rows of attacks; each is the file of its name.
 */

/* Bribed support hands accounts over to somebody else. */
void attack_support_takeover(struct world *w, const struct step *s);
/* Support looks up a colleague, a public figure, their own account, at night and without a case. */
void attack_curious_insider(struct world *w, const struct step *s);
/* Support opens user after user under one old ticket. */
void attack_borrowed_case(struct world *w, const struct step *s);
/* Many of support look at the public figure who is in the news. */
void attack_public_figure_crowd(struct world *w, const struct step *s);
/* An engineer takes the user tables out, and removes traces. */
void attack_bulk_exporter(struct world *w, const struct step *s);
/* A key of the cloud account is in the hands of strangers. */
void attack_cloud_key(struct world *w, const struct step *s);
/* A moderator decides for the one who pays. */
void attack_bribed_moderator(struct world *w, const struct step *s);
/* Somebody of operations blinds every log there is. */
void attack_log_tampering(struct world *w, const struct step *s);
/* The help desk believes a caller, who then acts as a member of staff. */
void attack_stolen_session(struct world *w, const struct step *s);
/* An analyst grants themselves what nobody else approves. */
void attack_grant_abuse(struct world *w, const struct step *s);
/* Somebody who has left still gets in. */
void attack_former_employee(struct world *w, const struct step *s);
/* A stranger tries passwords of other platforms on many users. */
void attack_credential_stuffing(struct world *w, const struct step *s);
