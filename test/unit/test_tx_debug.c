/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * mbufs in two places at once: a debug build stops, and says which one.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "afx_build.h"
#include "afx_ledger.h"
#include "afx_tx.h"
#include "afx_tx_reap.h"
#include "tx_forms.h"

/* What a panic says and where, with room. */
#define SAID_LEN 65536

static struct fixture f;
static struct afx_pair queues;

static void
send_one(struct rte_mbuf *m)
{
	afx_tx_burst(&f.e.txq, &m, 1);
}

static void
freed_then_sent(struct rte_mbuf *m)
{
	rte_pktmbuf_free(m);
	send_one(m);
}

/* Not in this thread's cache: in the mempool's ring. */
static void
freed_flushed_then_sent(struct rte_mbuf *m)
{
	rte_pktmbuf_free(m);
	rte_mempool_cache_flush(NULL, f.e.mp);
	send_one(m);
}

static void
sent_twice(struct rte_mbuf *m)
{
	send_one(m);
	send_one(m);
}

static void
sent_then_freed(struct rte_mbuf *m)
{
	send_one(m);
	rte_pktmbuf_free(m);
	fk_complete(&f.e.fk, 1);
	afx_tx_reap(&f.e.txq);
}

/* Three descriptors, two references left. */
static void
sent_then_one_reference_dropped(struct rte_mbuf *m)
{
	rte_mbuf_refcnt_update(m, 2);
	send_one(m);
	send_one(m);
	send_one(m);
	rte_pktmbuf_free(m);
	fk_complete(&f.e.fk, 1);
	afx_tx_reap(&f.e.txq);
}

/* As if the pool had given it to the Rx half, too. */
static void
sent_while_in_fill_ring(struct rte_mbuf *m)
{
	const uint64_t base = afx_umem_base(f.e.txq.delta, m);

	afx_ledger_fill(f.e.rxq.ledger, &base);
	send_one(m);
}

static const struct mistake {
	void (*make)(struct rte_mbuf *m);
	const char *says;
	bool frees; /* EAL's memory, and so the pool, is the parent's, too */
} mistakes[] = {
	{ freed_then_sent, "was given to Tx, but is free", true },
	{ freed_flushed_then_sent, "was given to Tx, but is free", true },
	{ sent_twice, "is in the Tx ring already, with 1 references", false },
	{ sent_then_freed, "was freed while it was in the Tx ring", true },
	{ sent_then_one_reference_dropped, "was freed while it was in the Tx ring", false },
	{ sent_while_in_fill_ring, "was given to Tx, but is in the fill ring", false },
};

/* What a child says that makes the mistake, and how it ends. */
static int
child_run(const struct mistake *mistake, struct rte_mbuf *m, char *said)
{
	FILE *out = tmpfile();
	int status;
	pid_t pid;

	assert_non_null(out);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		dup2(fileno(out), STDERR_FILENO);
		mistake->make(m);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	rewind(out);
	said[fread(said, 1, SAID_LEN - 1, out)] = '\0';
	fclose(out);
	return status;
}

static void
test_mistakes(void **state __rte_unused)
{
	static char said[SAID_LEN];
	char name[64];
	struct rte_mbuf *m;
	int status;
	size_t i;

	if (!AFX_DEBUG_CONSERVATION)
		skip();
	for (i = 0; i < RTE_DIM(mistakes); i++) {
		form_fixture_open(&f);
		f.e.fk.how.hold_completions = true;
		queues = (struct afx_pair){ .rxq = &f.e.rxq, .txq = &f.e.txq };
		f.e.txq.pair = &queues;
		m = form_own(&f);
		snprintf(name, sizeof(name), "mbuf %p of mempool %s ", (void *)m, m->pool->name);
		status = child_run(&mistakes[i], m, said);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
		assert_non_null(strstr(said, name));
		assert_non_null(strstr(said, mistakes[i].says));
		rte_mbuf_refcnt_set(m, 1);
		if (!mistakes[i].frees)
			rte_pktmbuf_free(m);
		form_fixture_close(&f);
	}
}

/* Several references and descriptors, dropped in turns: all in order. */
static void
test_no_mistake(void **state __rte_unused)
{
	struct rte_mbuf *m;

	form_fixture_open(&f);
	f.e.fk.how.hold_completions = true;
	queues = (struct afx_pair){ .rxq = &f.e.rxq, .txq = &f.e.txq };
	f.e.txq.pair = &queues;
	m = form_own(&f);
	rte_mbuf_refcnt_update(m, 3);
	send_one(m);
	send_one(m);
	rte_pktmbuf_free(m);
	fk_complete(&f.e.fk, 2);
	afx_tx_reap(&f.e.txq);
	send_one(m);
	fk_complete(&f.e.fk, 1);
	afx_tx_reap(&f.e.txq);
	env_check(&f.e, NULL, 0);
	form_fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_no_mistake),
	};

	return cmocka_run_group_tests_name("tx_debug", tests, env_group_setup, env_group_teardown);
}
