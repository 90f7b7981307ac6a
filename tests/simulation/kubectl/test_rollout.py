from msgspec.structs import replace

from simulation.kubectl.rollout import status
from simulation.objects import Deployment, DeploymentCondition, DeploymentSpec, DeploymentStatus, ObjectMeta
from tests.simulation.clusters import deployment, running, set_image, web
from tests.simulation.given import record
from tests.vectors import vector


@vector("kubectl_rollout_status", "TestDeploymentStatusViewerStatus")
def test_a_rollout_says_what_it_waits_for(given, expected):
    meta = ObjectMeta(name="foo", generation=given["generation"])
    d = Deployment(meta, DeploymentSpec(replicas=given["specReplicas"]), record(DeploymentStatus, given["status"]))
    line, done = status(d)
    assert {"msg": line + "\n", "done": done} == expected


def test_a_missed_deadline_is_an_error():
    late = DeploymentCondition("Progressing", "False", reason="ProgressDeadlineExceeded")
    d = replace(deployment(), status=DeploymentStatus(conditions=(late,)))
    assert status(d) == ('error: deployment "web" exceeded its progress deadline', True)


def test_a_rollout_is_followed_to_its_end():
    cluster = running(replicas=2)
    cluster.do(set_image("web:2.0"))
    lines, done = [], False
    while not done:
        line, done = status(web(cluster))
        lines += [line] if line not in lines else []
        cluster.run(cluster.engine.due())
    assert [line.removeprefix('Waiting for deployment "web" rollout to finish: ') for line in lines] == [
        "Waiting for deployment spec update to be observed...",
        "0 out of 2 new replicas have been updated...",
        "1 out of 2 new replicas have been updated...",
        "1 old replicas are pending termination...",
        'deployment "web" successfully rolled out',
    ]
