/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * libbpf's and libxdp's log lines as lines of ours. Their print functions are
 * global to the process: net_af_xdp beside us logs here too.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <xdp/libxdp.h>

#include "afx_log.h"
#include "afx_prog.h"

/* Lines bring their own "libbpf: " and newline; verifier logs have many and can be long. */
static __attribute__((format(printf, 2, 0))) int
print(bool warn, const char *fmt, va_list ap)
{
	char *text = NULL;
	int len;

	if (!rte_log_can_log(afx_logtype, warn ? RTE_LOG_WARNING : RTE_LOG_DEBUG))
		return 0;
	len = vasprintf(&text, fmt, ap);
	if (len < 0)
		return 0;
	while (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
	if (warn)
		AFX_LOG(WARNING, "%s", text);
	else
		AFX_LOG(DEBUG, "%s", text);
	free(text);
	return len;
}

static __attribute__((format(printf, 2, 0))) int
libbpf_print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return print(level == LIBBPF_WARN, fmt, ap);
}

static __attribute__((format(printf, 2, 0))) int
libxdp_print(enum libxdp_print_level level, const char *fmt, va_list ap)
{
	return print(level == LIBXDP_WARN, fmt, ap);
}

void
afx_prog_log_init(void)
{
	libbpf_set_print(libbpf_print);
	libxdp_set_print(libxdp_print);
}
