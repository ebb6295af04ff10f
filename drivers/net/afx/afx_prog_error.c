/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Why the kernel refused: the capability that is missing, where it is that.
 */
#include <errno.h>
#include <string.h>

#include "afx_caps.h"
#include "afx_log.h"
#include "afx_prog_priv.h"

/*
 * A filter walks the packet by computed offsets; what a custom program does is
 * not known, but the verifier's answer (-EACCES) may be of that.
 */
static bool
perfmon_missing_shows(const struct afx_cfg *cfg, int err)
{
	return cfg->keep != AFX_KEEP_NONE || (cfg->xdp_prog[0] != '\0' && err == -EACCES);
}

void
afx_prog_error_log(const struct afx_prog *prog, const char *what, int err, const char *hint)
{
	const uint64_t filter = perfmon_missing_shows(&prog->cfg, err) ? AFX_CAPS_FILTER : 0;
	char caps[AFX_CAPS_TEXT_LEN];

	afx_caps_explain(err, AFX_CAPS_PROG | filter, prog->cfg.keep != AFX_KEEP_NONE, caps,
			 sizeof(caps));
	AFX_LOG(ERR, "%s: %s failed: %s%s", prog->cfg.iface, what, strerror(-err),
		caps[0] != '\0' ? caps : hint);
}
