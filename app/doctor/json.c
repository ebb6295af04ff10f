/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <stdio.h>

#include <jansson.h>

#include "afx_build.h"

#include "output.h"

static json_t *
text_or_null(const char *text)
{
	return text[0] == '\0' ? json_null() : json_string(text);
}

static json_t *
finding_pack(const struct doctor_finding *f)
{
	return json_pack("{ss ss ss ss sb ss ss so so}", "id", f->topic->id, "family",
			 doctor_family_name(f->topic->family), "title", f->topic->title, "status",
			 doctor_status_name(f->status), "looked", f->looked, "found", f->found,
			 "why", f->topic->why, "fix", text_or_null(f->fix), "note",
			 text_or_null(f->note));
}

static json_t *
findings_pack(const struct doctor *d)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < d->nb_findings; i++)
		json_array_append_new(list, finding_pack(&d->findings[i]));
	return list;
}

int
doctor_json(const struct doctor *d, const char *vdev)
{
	json_t *root;
	int ret;

	root = json_pack("{ss ss ss so s{si si si} so}", "version", AFX_VERSION, "interface",
			 d->shown, "verdict", doctor_status_name(doctor_verdict(d)), "vdev",
			 text_or_null(vdev), "counts", "ok", (int)doctor_count(d, DOCTOR_OK),
			 "warn", (int)doctor_count(d, DOCTOR_WARN), "fail",
			 (int)doctor_count(d, DOCTOR_FAIL), "findings", findings_pack(d));
	if (root == NULL)
		return -ENOMEM;
	ret = json_dumpf(root, stdout, JSON_INDENT(2)) == 0 ? 0 : -EIO;
	printf("\n");
	json_decref(root);
	return ret;
}
