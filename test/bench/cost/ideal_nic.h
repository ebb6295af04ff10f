/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * libideal-nic.so: an AF_XDP data plane that costs nothing. Preloaded, it gives
 * a program private memory for the rings of its AF_XDP sockets, and serves them
 * inside the system calls that the program makes on them, in the calling thread:
 * every fill entry comes back as a received frame, every Tx descriptor completes.
 * Sockets, UMEM registration, options, bind and the XDP program stay the kernel's.
 * Both need_wakeup flags are always set, as in the kernel's copy mode on Tx, so
 * that a driver calls whenever it wants progress, and never has to wait.
 *
 * Environment: IDEAL_NIC_LEN is the length of received frames, 64 if not given;
 * IDEAL_NIC_BATCH how many come in a call, 256;
 * IDEAL_NIC_HOLD how many Tx descriptors are kept back: of those and a new one a
 * random one completes; 0, the default, completes all in order.
 * IDEAL_NIC_VERIFY=1 makes it read what is sent, for sent_sum;
 * IDEAL_NIC_COPY=1 lets its sockets say that they are in copy mode. Without, they
 * say zero-copy once they are bound: they are not, and what a driver has decided by
 * then, such as how many buffers net_afx gives the kernel, is as in copy mode.
 *
 * A program finds these functions by dlsym(RTLD_DEFAULT): they are absent if the
 * library is not preloaded.
 */
#ifndef IDEAL_NIC_H
#define IDEAL_NIC_H

#include <stdbool.h>
#include <stdint.h>

struct ideal_nic_count {
	uint64_t cycles; /* of the TSC spent serving */
	uint64_t calls; /* system calls served */
	uint64_t frames; /* given to Rx rings */
	uint64_t frame_sum; /* of the numbers in those frames, see ideal_nic_frame */
	uint64_t sent; /* taken from Tx rings */
	uint64_t sent_sum; /* of the numbers in those frames */
	uint64_t completed; /* given to completion rings, but for those by ideal_nic_flush */
	uint64_t held; /* taken, and still kept back when ideal_nic_flush completed all */
	uint64_t
		invalid_fill; /* entries that the kernel would refuse, which are lost, as they are there */
	uint64_t invalid_tx; /* descriptors likewise */
};

/* What a received frame begins with; the number is that of the frame on its socket. */
struct ideal_nic_frame {
	uint8_t ether[14];
	uint8_t ipv4[20];
	uint8_t udp[8];
	uint8_t number[8];
} __attribute__((packed));

/* What the calling thread has counted since its start. */
void ideal_nic_count_get(struct ideal_nic_count *count);

/* Complete what is held back, on all sockets; no thread may use them meanwhile. */
void ideal_nic_flush(void);

/* Receive nothing from now on, or again: what has come can be counted. */
void ideal_nic_pause(bool pause);

/*
 * A NIC that is served by calls on this descriptor, until it is closed, whatever
 * it is of; rings and UMEM are set by the caller, once for a descriptor, before
 * anybody uses it. Ends the program without memory. See floor.h.
 */
struct nic *ideal_nic_attach(int fd);

#endif /* IDEAL_NIC_H */
