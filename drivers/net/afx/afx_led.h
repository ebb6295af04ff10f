/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The LED of a NIC, to find it among others. The kernel has it blink while a
 * system call lasts, so that takes a thread.
 */
#ifndef AFX_LED_H
#define AFX_LED_H

#include <ethdev_driver.h>

#include "afx.h"

/*
 * eth_dev_led_on_t and _off_t: on blinks. Off, as close, waits until it does no
 * longer: up to a second. Repeated calls change nothing. On is 0, or -ENOTSUP where
 * the driver has no such thing, or -errno, logged: -EBUSY if it blinks for somebody else.
 */
int afx_led_on(struct rte_eth_dev *dev);
int afx_led_off(struct rte_eth_dev *dev);

/* At close. */
void afx_led_stop(struct afx_dev *priv);

#endif /* AFX_LED_H */
