"""Whatever is done to a cluster, and however many requests reach it: each that was sent is answered, failed, or lost with its reason."""

from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulation.api.errors import StatusError
from simulation.kubectl.parse import parse
from simulation.traffic import Flow, over_at
from tests.simulation.test_traffic import ONE_MORE, PROBE, RECREATE, SLEEP, accounted, flow_of, start

LINES = (
    *(f"set image deployment/web web=web:{tag}" for tag in ("2.0", "missing", "never-ready", "crash", "flaky", "small", "bad-answers")),
    *(f"scale deployment/web --replicas={n}" for n in (0, 1, 4, 12)),
    *(f"# web: {rate} requests/s" for rate in (0, 50, 3000, 10_000)),
    "rollout undo deployment/web",
    "delete pod --all",
    "# node-1: power off",
    "# node-1: power on",
    "delete service web",
    """patch service web -p '{"spec":{"selector":{"app":"nobody"}}}'""",
)
SETTINGS = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@SETTINGS
@given(
    strategy=st.sampled_from([ONE_MORE, RECREATE, "{rollingUpdate: {maxSurge: 0, maxUnavailable: 50%}}"]),
    hook=st.sampled_from(["", SLEEP]),
    probe=st.sampled_from(["", PROBE]),
    affinity=st.sampled_from(["None", "ClientIP"]),
    rate=st.sampled_from([50, 700, 10_000]),
    acts=st.lists(st.tuples(st.sampled_from(LINES), st.integers(1, 12_000)), min_size=1, max_size=6),
)
def test_every_request_is_accounted_for(acts: list[tuple[str, int]], **how: Any):
    cluster = start(replicas=4, **how)
    for line, wait in acts:
        with suppress(StatusError):
            cluster.do(parse(f"kubectl {line}" if line[0] != "#" else line))
        until = cluster.now + wait
        while (due := cluster.engine.due()) is not None and due <= until:
            cluster.run(due)
            balanced(flow_of(cluster))
        cluster.run(until)
        ordered(flow_of(cluster))


def balanced(flow: Flow) -> None:
    assert accounted(flow) == flow.sent
    assert all(sum(heard.latencies) + heard.errors == heard.requests for heard in flow.heard.values())


def ordered(flow: Flow) -> None:
    """The losses are those that were counted; no two of them are the same one."""
    if len(flow.losses) < 200:
        assert sum(loss.count for loss in flow.losses) == flow.lost_in_all
    assert all(loss.count > 0 and loss.since <= loss.until and loss.why for loss in flow.losses)
    last: dict[tuple[str, str], int] = {}
    for loss in flow.losses:
        assert loss.since > last.get((loss.why, loss.owner), -1)
        last[loss.why, loss.owner] = over_at(loss)
