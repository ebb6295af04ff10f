/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The plugin's file, and whether EAL loads it from there.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rte_config.h>

#include "doctor.h"

#define PLUGIN "librte_net_afx.so"
/* Where the plugin is, seen from this program in a build folder. */
#define FROM_BUILD "../../drivers/net/afx/" PLUGIN

static const struct doctor_topic plugin = {
	"process.plugin",
	DOCTOR_PROCESS,
	"plugin",
	"EAL loads it from its own folder, or by -d, and never from below a folder that everybody may write to.",
};

/* What EAL loads without -d; else, of a build folder, the one that was built with this program. */
static bool
plugin_find(char path[PATH_MAX], bool *installed)
{
	char exe[PATH_MAX];
	ssize_t len;

	*installed = access(RTE_EAL_PMD_PATH "/" PLUGIN, F_OK) == 0;
	if (*installed)
		return realpath(RTE_EAL_PMD_PATH "/" PLUGIN, path) != NULL;
	len = readlink("/proc/self/exe", exe, sizeof(exe) - sizeof("/" FROM_BUILD));
	if (len < 0)
		return false;
	exe[len] = '\0';
	strcpy(strrchr(exe, '/'), "/" FROM_BUILD);
	return realpath(exe, path) != NULL;
}

/* EAL looks at the file and each folder above it; *dir is the one that it refuses. */
static bool
is_insecure(const char *path, char dir[PATH_MAX])
{
	struct stat st;

	snprintf(dir, PATH_MAX, "%s", path);
	while (dir[0] != '\0') {
		if (stat(dir, &st) == 0 && (st.st_mode & S_IWOTH))
			return true;
		*strrchr(dir, '/') = '\0';
	}
	return false;
}

static void
path_check(struct doctor *d, const char *path, bool installed)
{
	char word[DOCTOR_FIX_LEN];
	char dir[PATH_MAX];
	struct doctor_finding *f;

	if (is_insecure(path, dir)) {
		f = doctor_add(d, &plugin, DOCTOR_FAIL, "%s: everybody may write to %s", path, dir);
		/* No word, as it is too long: no command either. */
		if (text_word(word, sizeof(word), path)[0] == '\0')
			return;
		if (strcmp(dir, path) == 0)
			doctor_fix(f, "chmod o-w %s", word);
		else
			doctor_fix(f, "install -D %s " RTE_EAL_PMD_PATH "/" PLUGIN, word);
		return;
	}
	doctor_add(d, &plugin, DOCTOR_OK, "%s%s", path, installed ? "" : ", with -d");
}

void
doctor_check_plugin(struct doctor *d)
{
	char path[PATH_MAX];
	bool installed = false;
	struct doctor_finding *f;

	if (d->plugin != NULL && realpath(d->plugin, path) == NULL) {
		f = doctor_add(d, &plugin, DOCTOR_FAIL, "%s: %s", d->plugin, strerror(errno));
		doctor_fix(f, "meson install -C build");
		return;
	}
	if (d->plugin == NULL && !plugin_find(path, &installed)) {
		f = doctor_add(d, &plugin, DOCTOR_FAIL, "not in " RTE_EAL_PMD_PATH);
		doctor_fix(f, "meson install -C build");
		return;
	}
	path_check(d, path, installed);
}
