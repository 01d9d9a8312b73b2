/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/reader/reader_state.h"
#include "serve/query.h"

/*
 * decide_ask: decisions that came over the API. The scribe takes or refuses them
 * (cmd/decision/decide.h); once they are under a checkpoint each is answered with its receipt:
 *
 *   {"index":N,"puid":"…","receipt":{"entry":"BASE64","proof":"c2sp.org/tlog-proof@v1…",
 *                                      "token":"INDEX-HASH"}}
 *   {"statements":[…]} for a batch          422 {"message":"…","errors":{…}} if any was refused
 */

/* Answers QUERY_DECIDE. */
status reader_ask_decide(struct reader *r, const struct query_ask *m, struct fault *f);
