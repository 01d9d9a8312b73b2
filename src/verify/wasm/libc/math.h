/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#define isfinite(value) __builtin_isfinite(value)
