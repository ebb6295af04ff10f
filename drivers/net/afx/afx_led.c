/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "afx_ifops.h"
#include "afx_led.h"

/* Seconds of one system call: off waits for the end of it. */
#define SLICE 1

/* A driver refuses at once, some after a word with their PHY; what lasts longer blinks. */
#define REFUSAL_NS 100000000

#define NS_PER_S 1000000000

struct afx_led {
	pthread_t thread;
	bool stop;
	char iface[IF_NAMESIZE];
};

/* Until told to stop, or refused: returns 0 or -errno in a pointer's place. */
static void *
blink(void *opaque)
{
	const struct afx_led *led = opaque;
	int ret = 0;

	while (ret == 0 && !__atomic_load_n(&led->stop, __ATOMIC_ACQUIRE))
		ret = afx_netdev_led_blink(led->iface, SLICE);
	return (void *)(intptr_t)ret;
}

/* The application's signals are not for it: one would end a blink before its time. */
static int
thread_start(struct afx_led *led)
{
	sigset_t all, before;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = -pthread_create(&led->thread, NULL, blink, led);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ret;
}

/* 0: it blinks; else the thread has ended, by what is returned. */
static int
refusal_wait(struct afx_led *led)
{
	struct timespec until;
	void *ret;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += REFUSAL_NS;
	until.tv_sec += until.tv_nsec / NS_PER_S;
	until.tv_nsec %= NS_PER_S;
	if (pthread_clockjoin_np(led->thread, &ret, CLOCK_MONOTONIC, &until) != 0)
		return 0;
	return (int)(intptr_t)ret;
}

int
afx_led_on(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;
	struct afx_led *led = priv->led;
	int ret;

	/* One that was refused meanwhile has ended. */
	if (led != NULL && pthread_tryjoin_np(led->thread, NULL) != 0)
		return 0;
	free(led);
	priv->led = NULL;
	led = calloc(1, sizeof(*led));
	if (led == NULL)
		return -ENOMEM;
	snprintf(led->iface, sizeof(led->iface), "%s", priv->cfg.iface);
	ret = thread_start(led);
	if (ret == 0)
		ret = refusal_wait(led);
	if (ret == 0)
		priv->led = led;
	else
		free(led);
	return afx_ifops_answered(priv, "LED", ret);
}

void
afx_led_stop(struct afx_dev *priv)
{
	if (priv->led == NULL)
		return;
	__atomic_store_n(&priv->led->stop, true, __ATOMIC_RELEASE);
	pthread_join(priv->led->thread, NULL);
	free(priv->led);
	priv->led = NULL;
}

int
afx_led_off(struct rte_eth_dev *dev)
{
	afx_led_stop(dev->data->dev_private);
	return 0;
}
