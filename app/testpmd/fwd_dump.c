/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_pcapng.h>
#include <rte_spinlock.h>

#include "cfg.h"
#include "decode.h"
#include "engine.h"
#include "say.h"
#include "stream.h"
#include "wait.h"

/* pcapng copies are written at once: two bursts on each of a few lcores. */
#define COPIES 4095
/* As tcpdump's and dumpcap's default: every frame whole. */
#define SNAP_LEN 16384

static rte_pcapng_t *capture;
static struct rte_mempool *copies;
static rte_spinlock_t lock;
static int capture_fd = -1;
/* Of --packets, what may still be taken; under the lock. */
static uint64_t left;

static int
capture_open(void)
{
	bool to_stdout = strcmp(tp_cfg.write_file, "-") == 0;
	int ret;

	if (to_stdout)
		capture_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	else
		capture_fd =
			open(tp_cfg.write_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (capture_fd < 0) {
		ret = -errno;
		tp_error("--write=%s: %s", tp_cfg.write_file, strerror(-ret));
		return ret;
	}
	/* The library leaves a failed write in errno, and rte_errno as it was. */
	errno = 0;
	capture = rte_pcapng_fdopen(capture_fd, NULL, NULL, "afx-testpmd", NULL);
	if (capture == NULL) {
		ret = errno != 0 ? -errno : -rte_errno;
		tp_error("--write=%s: %s", tp_cfg.write_file, rte_strerror(-ret));
		return ret;
	}
	return 0;
}

static int
begin(void)
{
	unsigned int room =
		RTE_MIN(RTE_MAX((unsigned int)tp_cfg.mbuf_size, 2048u), (unsigned int)SNAP_LEN);
	int ret;

	left = tp_cfg.packets != 0 ? tp_cfg.packets : UINT64_MAX;
	if (tp_cfg.write_file == NULL)
		return 0;
	copies = rte_pktmbuf_pool_create("tp_copies", COPIES, 0, 0,
					 RTE_PKTMBUF_HEADROOM + rte_pcapng_mbuf_size(room),
					 rte_socket_id());
	if (copies == NULL) {
		ret = -rte_errno;
		tp_error("no memory for %d packets to be written: give EAL more (-m)", COPIES);
		return ret;
	}
	return capture_open();
}

static void
end(void)
{
	if (capture != NULL)
		rte_pcapng_close(capture); /* and its descriptor */
	else if (capture_fd >= 0)
		close(capture_fd);
	rte_mempool_free(copies);
	capture = NULL;
	copies = NULL;
	capture_fd = -1;
}

static uint16_t
pkts_write(const struct tp_stream *stream, struct rte_mbuf **pkts, uint16_t n)
{
	struct rte_mbuf *copy[TP_BURST_MAX];
	uint64_t now = rte_rdtsc();
	uint16_t i, made = 0;
	ssize_t ret;

	for (i = 0; i < n; i++) {
		copy[made] = rte_pcapng_copy(stream->rx_port, stream->rx_queue, pkts[i], copies,
					     SNAP_LEN, now, RTE_PCAPNG_DIRECTION_IN);
		if (copy[made] != NULL)
			made++;
	}
	if (made == 0)
		return 0;
	ret = rte_pcapng_write_packets(capture, copy, made);
	rte_pktmbuf_free_bulk(copy, made);
	if (ret < 0) {
		tp_out_failed(tp_cfg.write_file, rte_errno);
		return 0;
	}
	return made;
}

static uint16_t
pkts_print(const struct tp_stream *stream, struct rte_mbuf **pkts, uint16_t n)
{
	char line[TP_DECODE_LEN];
	uint16_t i;

	for (i = 0; i < n; i++) {
		tp_decode(pkts[i], line, sizeof(line));
		fprintf(tp_out(), "port %u/queue %u: %s\n", stream->rx_port, stream->rx_queue,
			line);
	}
	tp_out_flush(tp_out());
	return n;
}

static uint16_t
burst(struct tp_stream *stream)
{
	struct rte_mbuf **pkts = stream->pkts;
	uint16_t n = tp_stream_rx(stream, pkts);
	uint16_t want, done;

	if (n == 0)
		return 0;
	rte_spinlock_lock(&lock);
	want = RTE_MIN((uint64_t)n, left);
	left -= want;
	done = capture != NULL ? pkts_write(stream, pkts, want) : pkts_print(stream, pkts, want);
	rte_spinlock_unlock(&lock);
	stream->dropped += want - done;
	rte_pktmbuf_free_bulk(pkts, n);
	return n;
}

const struct tp_engine tp_fwd_dump = {
	.name = "dump",
	.flags = TP_ENGINE_RX | TP_ENGINE_RX_INTR,
	.begin = begin,
	.lcore_begin = tp_wait_begin,
	.burst = burst,
	.idle = tp_wait_idle,
	.lcore_end = tp_wait_end,
	.end = end,
};
