/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "simulate/registry.h"

/*
 * activities: the run functions of the rows of activities; each is the file of its name.
 */

/* Users sign in to the platform. */
void activity_user_sign_in(struct world *w, const struct step *s);
/* Staff signs in to the directory. */
void activity_staff_sign_in(struct world *w, const struct step *s);
/* A user asks for help, and support answers. */
void activity_support(struct world *w, const struct step *s);
