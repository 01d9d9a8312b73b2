/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candor openapi: the description of the HTTP API on standard output.
 */
#include "serve/openapi.h"

#include <stdio.h>
#include "base/status.h"
#include "cmd/admin/admin_commands.h"
#include "base/banned.h"

int run_openapi(const struct invocation *inv)
{
    (void)inv;
    if (fwrite(openapi_json, 1, openapi_json_bytes, stdout) == openapi_json_bytes) return 0;
    return command_fail(status_exit(FAIL(E_IO)), "openapi: cannot write to standard output");
}
