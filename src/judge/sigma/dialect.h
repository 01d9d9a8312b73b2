/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>

/*
 * dialect: the points on which implementations of Sigma disagree, and what candor does. The same
 * rows are in docs/sigma.md (a test compares them), and each has vectors in tests/vectors/sigma/.
 */
struct dialect_point {
    uint8_t number;
    const char *question;
    const char *choice;
};

enum { DIALECT_POINTS = 22 };
extern const struct dialect_point dialect_points[DIALECT_POINTS];
