/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last include of every .c file: functions that have caused too many bugs become compile
 * errors. base/bytes.h has the checked replacements.
 */
#pragma once
/* clang-format off */
#undef sprintf  /* macros under _FORTIFY_SOURCE with clang */
#undef vsprintf
#pragma GCC poison gets strcpy strcat strncpy strncat strtok sprintf vsprintf
#pragma GCC poison scanf sscanf fscanf atoi atol atoll atof
#pragma GCC poison gmtime localtime ctime asctime mktemp tmpnam tempnam
#pragma GCC poison system popen rand srand strdup signal setjmp longjmp
#pragma GCC poison memcpy memmove memcmp
/* clang-format on */
