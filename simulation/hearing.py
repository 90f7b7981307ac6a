"""Two versions are compared over the same time: what each has answered since the later of them had its first request.

A lost request is no answer and counts for neither: most are lost because a hand or a rollout stops pods, whatever is in them. The Service
counts those.
"""

from simulation.traffic import Began, Flow, Heard

NOTHING = Heard()


def together(flow: Flow, one: str, other: str) -> tuple[Heard, Heard]:
    """Of the ReplicaSets with these uids."""
    starts = [flow.began[uid] for uid in (one, other) if uid in flow.began]
    if len(starts) < 2:
        return NOTHING, NOTHING
    began = max(starts, key=lambda start: start.at)
    return _since(flow, one, began), _since(flow, other, began)


def _since(flow: Flow, uid: str, began: Began) -> Heard:
    now, before = flow.heard[uid], began.heard.get(uid, NOTHING)
    latencies = tuple(n - m for n, m in zip(now.latencies, before.latencies, strict=True))
    return Heard(now.requests - before.requests, now.errors - before.errors, latencies)
