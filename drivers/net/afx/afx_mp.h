/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The primary process's side of Rx and Tx in secondary ones. Each port of a
 * secondary has a channel to the primary, a pair of connected sockets, one of
 * which came to us with its hello in a message of EAL's. On it we have it map
 * the rings of what was started, for which it fetches the descriptors by
 * further messages, and unmap them before what it maps is closed, since a
 * mapping keeps the netdev queue taken. The channel ends with the process.
 */
#ifndef AFX_MP_H
#define AFX_MP_H

#include <ethdev_driver.h>

#include "afx.h"

/*
 * Let secondary processes in, and no more; those that are there lose the port.
 * Without effect where EAL has none (--in-memory, --no-huge). Control thread.
 */
void afx_mp_port_open(struct rte_eth_dev *dev);

/* With the port's lock: what is held by then stays. */
void afx_mp_port_close(struct rte_eth_dev *dev);

/*
 * Have the secondary processes of a started port map what they do not yet, and
 * wait for them, 1 s at most; who takes longer, said so, does it later. Without
 * the port's lock, which their questions take. Control thread.
 */
void afx_mp_map(const struct afx_dev *priv);

/* The same without a wait: who does not answer does it later. Any thread. */
void afx_mp_map_soon(const struct afx_dev *priv);

/*
 * Have them unmap pairs first to last, and wait for that, 1 s at most. True if
 * they have, or have ended; else it is logged who has not. Control thread.
 */
bool afx_mp_unmap(const struct afx_dev *priv, uint16_t first, uint16_t last);

/* True if one of them still has not done what afx_mp_unmap() asked for. Control thread. */
bool afx_mp_pinned(const struct afx_dev *priv);

#endif /* AFX_MP_H */
