"""Exactly one reconciler works on a cluster, and the others know who."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest

from grove_tui.kube.clock import format_micro_time
from grove_tui.kube.resources import CRDS, DEPLOYMENTS, LEASES
from grove_tui.reconcile.leadership import Leadership, Mode, Policy
from tests.cluster import loop_clock, running_cluster

pytestmark = pytest.mark.looptime


class Work:
    """Stands for the controllers: notes when it runs."""

    def __init__(self):
        self.is_running = False
        self.runs = 0

    async def __call__(self):
        self.is_running = True
        self.runs += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.is_running = False


@asynccontextmanager
async def candidate(cluster, clock, identity="a", **arguments):
    leadership = Leadership(cluster.connect(), identity, clock=clock, **arguments)
    work = Work()
    task = asyncio.create_task(leadership.run(work))
    try:
        yield leadership, work, task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def cluster_and_clock():
    clock = loop_clock()
    async with running_cluster(nodes=1, clock=clock) as cluster:
        yield cluster, clock


async def hold_lease(cluster, clock, name, namespace):
    spec = {
        "holderIdentity": "operator-1",
        "leaseDurationSeconds": 15,
        "renewTime": format_micro_time(clock()),
    }
    body = {"metadata": {"name": name}, "spec": spec}
    await cluster.client.create(LEASES, body, namespace)


async def test_the_only_candidate_leads_at_once_and_gives_the_lease_up():
    async with cluster_and_clock() as (cluster, clock):
        async with candidate(cluster, clock) as (leadership, work, _):
            await asyncio.sleep(0.1)
            assert leadership.standing.mode is Mode.LEADING
            assert work.is_running

        lease = cluster.object(LEASES, "grove-tui-reconciler", "kube-system")
        assert not work.is_running
        assert lease.spec.holder_identity in (None, "")


async def test_the_second_candidate_observes_and_takes_over():
    async with cluster_and_clock() as (cluster, clock), AsyncExitStack() as stack:
        first, _, task = await stack.enter_async_context(candidate(cluster, clock, "first"))
        await asyncio.sleep(1)
        second, work, _ = await stack.enter_async_context(candidate(cluster, clock, "second"))
        await asyncio.sleep(60)
        assert first.standing.mode is Mode.LEADING
        assert second.standing.sentence == "observing: first reconciles"
        assert work.runs == 0

        task.cancel()
        await asyncio.sleep(20)

        assert second.standing.mode is Mode.LEADING
        assert work.is_running


async def test_the_upstream_operators_lease_is_respected_until_it_expires():
    async with cluster_and_clock() as (cluster, clock):
        await hold_lease(cluster, clock, "grove-operator-leader-election", "default")
        async with candidate(cluster, clock) as (leadership, work, _):
            await asyncio.sleep(5)
            assert leadership.standing.mode is Mode.UPSTREAM
            assert "default/grove-operator-leader-election" in leadership.standing.sentence
            assert work.runs == 0
            await asyncio.sleep(60)
            assert leadership.standing.sentence == "reconciling"


async def test_an_upstream_operator_that_appears_ends_leading():
    async with (
        cluster_and_clock() as (cluster, clock),
        candidate(cluster, clock) as (leadership, work, _),
    ):
        await asyncio.sleep(1)
        assert work.is_running
        await hold_lease(cluster, clock, "grove-operator-leader-election", "default")
        await asyncio.sleep(15)
        assert leadership.standing.mode is Mode.UPSTREAM
        assert not work.is_running


async def test_an_available_upstream_deployment_is_respected():
    async with cluster_and_clock() as (cluster, clock):
        selector = {"matchLabels": {"app": "grove"}}
        template = {
            "metadata": {"labels": {"app": "grove"}},
            "spec": {"containers": [{"name": "operator", "image": "grove"}]},
        }
        body = {
            "metadata": {"name": "grove-operator"},
            "spec": {"replicas": 1, "selector": selector, "template": template},
        }
        await cluster.client.create(DEPLOYMENTS, body, "default")
        status = {"status": {"availableReplicas": 1, "replicas": 1, "readyReplicas": 1}}
        await cluster.client.patch(
            DEPLOYMENTS, "grove-operator", status, "default", subresource="status"
        )
        async with candidate(cluster, clock) as (leadership, work, _):
            await asyncio.sleep(5)
            assert leadership.standing.mode is Mode.UPSTREAM
            assert work.runs == 0


async def test_always_does_not_defer_to_the_upstream_operator():
    async with cluster_and_clock() as (cluster, clock):
        await hold_lease(cluster, clock, "grove-operator-leader-election", "default")
        async with candidate(cluster, clock, policy=Policy.ALWAYS) as (leadership, work, _):
            await asyncio.sleep(1)
            assert leadership.standing.mode is Mode.LEADING
            assert work.is_running


async def test_never_only_observes():
    async with (
        cluster_and_clock() as (cluster, clock),
        candidate(cluster, clock, policy=Policy.NEVER) as (leadership, work, _),
    ):
        await asyncio.sleep(60)
        assert leadership.standing.mode is Mode.OFF
        assert work.runs == 0
        assert cluster.objects(LEASES) == []


async def test_missing_crds_are_named_and_nothing_is_installed():
    async with cluster_and_clock() as (cluster, clock):
        await cluster.client.delete(CRDS, "podgangs.scheduler.grove.io")
        async with candidate(cluster, clock) as (leadership, work, _):
            await asyncio.sleep(30)
            assert leadership.standing.mode is Mode.CRDS_MISSING
            assert "podgangs.scheduler.grove.io" in leadership.standing.sentence
            assert work.runs == 0
            assert cluster.object(CRDS, "podgangs.scheduler.grove.io", "") is None


async def test_a_reconciler_of_one_namespace_defers_to_one_of_all():
    async with (
        cluster_and_clock() as (cluster, clock),
        candidate(cluster, clock, "all") as (_, everywhere, _),
    ):
        await asyncio.sleep(1)
        async with candidate(cluster, clock, "one", namespace="default") as (one, work, _):
            await asyncio.sleep(30)
            assert everywhere.is_running
            assert one.standing.mode is Mode.STANDBY
            assert one.standing.detail == "all"
            assert work.runs == 0


async def test_who_may_not_reconcile_says_who_does_or_that_nobody_does():
    async with cluster_and_clock() as (cluster, clock):
        async with candidate(cluster, clock, "may") as (_, work, _):
            await asyncio.sleep(1)
            cluster.demo.api.authorize = lambda asked: asked.resource != "pods"
            async with candidate(cluster, clock, "may-not") as (barred, _, _):
                await asyncio.sleep(1)
                assert work.is_running
                assert barred.standing.sentence == "observing: may reconciles"
                assert (await Leadership(cluster.connect(), "x", clock=clock).look()) == (
                    barred.standing
                )

        async with candidate(cluster, clock, "may-not") as (barred, work, _):
            await asyncio.sleep(1)
            assert barred.standing.sentence == (
                "nobody reconciles; you may not create pods, and 2 more"
            )
            assert work.runs == 0


async def test_an_error_of_the_controllers_is_raised():
    async def fail():
        raise RuntimeError("controllers failed")

    async with cluster_and_clock() as (cluster, clock):
        leadership = Leadership(cluster.connect(), "a", clock=clock)
        with pytest.raises(RuntimeError, match="controllers failed"):
            await leadership.run(fail)
