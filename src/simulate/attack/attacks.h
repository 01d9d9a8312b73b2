/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "simulate/registry.h"

/*
 * attacks: the run functions of the rows of attacks; each is the file of its name.
 */

/* Somebody of support looks up a colleague and a public figure, at night and without a case. */
void attack_curious_insider(struct world *w, const struct step *s);
