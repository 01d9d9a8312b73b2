/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A broken invariant ends the instance: the page says that the verifier failed. */
#undef assert
#define assert(holds) ((holds) ? (void)0 : __builtin_trap())
#define static_assert _Static_assert
