/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Settings of an interface as they were before the driver changed them, in a
 * file that outlives a killed process: /run/afx/NAMESPACE-INTERFACE, the
 * namespace by the kernel's cookie, which no other one gets. Its owner
 * holds a lock on it, which dies with the process; a record without a lock is
 * what a crash left to be restored. Control thread, logs nothing.
 */
#ifndef AFX_STATE_H
#define AFX_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "afx_netdev.h"
#include "afx_state_rss.h"

/* Cleared at boot, as the settings are; only root may write there. */
#define AFX_STATE_DIR "/run/afx"

/* The folder, a 64-bit number, a dash and an interface name. */
#define AFX_STATE_PATH_LEN 64

enum afx_state_kind {
	AFX_STATE_MTU,
	AFX_STATE_MAC, /* 48 bits, as it is written */
	AFX_STATE_UP, /* IFF_UP */
	AFX_STATE_PAUSE, /* bits of whoever writes the record */
	AFX_STATE_FEC, /* modes */
	AFX_STATE_TABLE, /* of RSS: sum */
	AFX_STATE_KEY, /* likewise */
	AFX_STATE_FIELDS, /* the first of AFX_NETDEV_FLOWS */
	AFX_STATE_KINDS = AFX_STATE_FIELDS + AFX_NETDEV_FLOWS,
};

struct afx_state_setting {
	bool has; /* else all 0 */
	uint64_t before;
	uint64_t set;
	uint64_t was; /* left by a kill in the midst of a change; the same as set after it */
};

/* What the settings were and what the driver made them. */
struct afx_state_record {
	unsigned int ifindex;
	struct afx_state_setting settings[AFX_STATE_KINDS];
	struct afx_netdev_rss rss; /* table and key before, where they have a setting */
};

/* "MTU, MAC address, link state, flow control, FEC, RSS", rounded up */
#define AFX_STATE_TEXT_LEN 64

struct afx_state {
	int fd; /* -1: nothing is recorded, by us */
	char path[AFX_STATE_PATH_LEN];
};

/* The file of an interface's record, whether it is there or not. 0 or -errno. */
int afx_state_path(const char *iface, char path[AFX_STATE_PATH_LEN]);

/*
 * Take the interface's file. On return, *left is what a process that is gone
 * left there, for the same interface; else all 0. 0, or -errno with st->fd -1:
 * -EBUSY while another process has the file and so the record, -EBADMSG where
 * its text is cut or of another version, which stays as it is, -EACCES and the
 * like without the right to write in /run.
 */
int afx_state_open(struct afx_state *st, const char *iface, unsigned int ifindex,
		   struct afx_state_record *left);

/* Replace the record, before the change it is about. 0 or -errno. */
int afx_state_write(struct afx_state *st, const struct afx_state_record *record);

/* What it is called in messages. */
const char *afx_state_name(unsigned int kind);

/* True if nothing is there to be restored. */
bool afx_state_is_empty(const struct afx_state_record *record);

/* Name what is there to be restored, for messages. */
void afx_state_text(const struct afx_state_record *record, char text[AFX_STATE_TEXT_LEN]);

/* Let go; the record is removed, unless keep says that there is still something to restore. Accepts a closed one. */
void afx_state_close(struct afx_state *st, bool keep);

/*
 * Look at the record of an interface of this name, whatever its index, and
 * whether a process has it; neither makes nor locks anything. -ENOENT if there is none,
 * -EBADMSG, *in_use valid, if its text is cut or of another version.
 */
int afx_state_peek(const char *iface, struct afx_state_record *record, bool *in_use);

/*
 * Call each for the interfaces, gone ones too, that have a record of this
 * network namespace, until it returns other than 0, which is then returned.
 * -errno if the folder can not be read; that there is none is no error.
 */
int afx_state_list(int (*each)(const char *iface, void *opaque), void *opaque);

#endif /* AFX_STATE_H */
