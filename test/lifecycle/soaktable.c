/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <string.h>

#include <rte_debug.h>
#include <rte_malloc.h>

#include "soak.h"

/* Frames of one sender in an epoch: it takes seconds, at some 100,000 a second. */
#define NUMBERS (1u << 21)
/* The last byte but one of the destination address. */
#define SPACE_AT 4

struct space {
	uint32_t base; /* of this epoch */
	uint32_t next;
};

static struct space spaces[SOAK_SPACES];
/* How often, by number. */
static uint8_t *sent[SOAK_WAYS][SOAK_PORTS][SOAK_SPACES];
static uint8_t *came[SOAK_WAYS][SOAK_PORTS][SOAK_SPACES];
static unsigned int strange; /* frames whose number is of no frame of this epoch */

/* Of EAL's memory, which is all there from the beginning: the process does not grow by use. */
static uint8_t *
table_make(void)
{
	uint8_t *table = rte_zmalloc("soak_table", NUMBERS * sizeof(*table), 0);

	if (table == NULL)
		rte_panic("no memory for %u numbers\n", NUMBERS);
	return table;
}

/* To a port goes only what its own peer makes. */
static bool
possible(enum soak_way way, unsigned int port, unsigned int space)
{
	return way == SOAK_TO_PEER || space == SOAK_SPACE_PEER + port;
}

void
soak_table_init(void)
{
	unsigned int way, port, space;

	for (way = 0; way < SOAK_WAYS; way++) {
		for (port = 0; port < SOAK_PORTS; port++) {
			for (space = 0; space < SOAK_SPACES; space++) {
				if (!possible(way, port, space))
					continue;
				sent[way][port][space] = table_make();
				came[way][port][space] = table_make();
			}
		}
	}
}

bool
soak_numbers_take(unsigned int space, unsigned int n, uint32_t *first)
{
	struct space *s = &spaces[space];

	*first = __atomic_fetch_add(&s->next, n, __ATOMIC_RELAXED);
	if (*first - s->base + n <= NUMBERS)
		return true;
	__atomic_fetch_sub(&s->next, n, __ATOMIC_RELAXED);
	return false;
}

bool
soak_numbers_out(void)
{
	bool out = false;
	unsigned int space;

	for (space = 0; space < SOAK_SPACES; space++)
		out = out ||
			__atomic_load_n(&spaces[space].next, __ATOMIC_RELAXED) -
					spaces[space].base >
				NUMBERS / 2;
	return out;
}

static void
note(uint8_t *const table[SOAK_SPACES], unsigned int space, uint32_t number)
{
	const uint32_t index = space < SOAK_SPACES ? number - spaces[space].base : NUMBERS;

	if (index < NUMBERS && table[space] != NULL)
		__atomic_fetch_add(&table[space][index], 1, __ATOMIC_RELAXED);
	else
		__atomic_fetch_add(&strange, 1, __ATOMIC_RELAXED);
}

void
soak_table_sent(enum soak_way way, unsigned int port, unsigned int space, uint32_t number)
{
	note(sent[way][port], space, number);
}

void
soak_table_came(enum soak_way way, unsigned int port, unsigned int space, uint32_t number)
{
	note(came[way][port], space, number);
}

static unsigned int
excess_of(uint8_t *sent_times, uint8_t *came_times, uint32_t n)
{
	unsigned int excess = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		excess += came_times[i] > sent_times[i];
	memset(sent_times, 0, n);
	memset(came_times, 0, n);
	return excess;
}

unsigned int
soak_table_excess(void)
{
	unsigned int excess = __atomic_exchange_n(&strange, 0, __ATOMIC_RELAXED);
	unsigned int way, port, space;

	for (way = 0; way < SOAK_WAYS; way++) {
		for (port = 0; port < SOAK_PORTS; port++) {
			for (space = 0; space < SOAK_SPACES; space++) {
				if (possible(way, port, space))
					excess +=
						excess_of(sent[way][port][space],
							  came[way][port][space],
							  spaces[space].next - spaces[space].base);
			}
		}
	}
	for (space = 0; space < SOAK_SPACES; space++)
		spaces[space].base = spaces[space].next;
	return excess;
}

unsigned int
soak_frame_space(const char *data)
{
	return (uint8_t)data[SPACE_AT];
}

void
soak_frame_space_set(char *data, unsigned int space)
{
	data[SPACE_AT] = space;
}
