/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <inttypes.h>

#include "afx_dump.h"
#include "afx_show.h"

#define INDENT 2

struct dump {
	struct afx_show show;
	FILE *file;
	int indent;
};

static struct dump *
dump_of(struct afx_show *to)
{
	return container_of(to, struct dump, show);
}

static void
text_print(struct afx_show *to, const char *name, const char *value)
{
	const struct dump *d = dump_of(to);

	fprintf(d->file, "%*s%s: %s\n", d->indent, "", name, value);
}

static void
number_print(struct afx_show *to, const char *name, uint64_t value)
{
	const struct dump *d = dump_of(to);

	fprintf(d->file, "%*s%s: %" PRIu64 "\n", d->indent, "", name, value);
}

static void
group_begin(struct afx_show *to, const char *name)
{
	struct dump *d = dump_of(to);

	fprintf(d->file, "%*s%s:\n", d->indent, "", name);
	d->indent += INDENT;
}

static void
group_end(struct afx_show *to)
{
	dump_of(to)->indent -= INDENT;
}

static void
pair_print(const struct afx_pair *pair, unsigned int index, struct dump *d)
{
	fprintf(d->file, "queue %u:\n", index);
	d->indent = INDENT;
	afx_show_pair(pair, &d->show);
	group_begin(&d->show, "umem");
	afx_show_umem(pair, &d->show);
	d->indent = 0;
}

int
afx_priv_dump(struct rte_eth_dev *dev, FILE *file)
{
	struct dump d = {
		.show = { text_print, number_print, group_begin, group_end },
		.file = file,
	};
	struct afx_dev *priv = dev->data->dev_private;
	uint16_t i;

	afx_show_lock(priv);
	text_print(&d.show, "port", dev->data->name);
	afx_show_port(priv, &d.show);
	for (i = 0; i < priv->cfg.queue_count; i++)
		pair_print(&priv->pairs[i], i, &d);
	afx_show_unlock(priv);
	return ferror(file) ? -EIO : 0;
}
