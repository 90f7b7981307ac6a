import pytest

from rollviz.desk.inspector import inspector
from rollviz.desk.picture import picture
from rollviz.desk.unplaced import refusals, sentence, waiting
from simulation.kubectl.parse import parse
from simulation.recording import Recording
from simulation.scenario import Scenario
from tests.rollviz.desk.desks import RUNNING

FULL = "0/2 nodes are available: 2 Too many pods."
SCENARIO = Scenario.parse(
    """
title: Two nodes with two places each
nodes: 2
max_pods: 2
objects:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 6
      selector: {matchLabels: {app: web}}
      template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1.0"}]}}
"""
)


@pytest.fixture
def run() -> Recording:
    """Six pods for four places."""
    made = Recording(SCENARIO, 1)
    made.run(20_000)
    return made


def test_the_strip_and_the_answer_give_the_schedulers_own_words(run):
    shown = picture(run, RUNNING)
    assert str(shown.strips[0].foot) == f"2 find no node. {FULL}"
    assert str(shown.parts["why"][1].text) == f"2 pending. The scheduler says: {FULL} "


def test_a_pod_that_waits_says_why_in_the_inspector_with_what_it_says_of_preemption(run):
    name = waiting(run.cluster.store)[0].metadata.name
    facts = inspector(picture(run, RUNNING), run, name).facts
    assert facts.node == "" and facts.refused.startswith(f"{FULL} no new claims to deallocate, preemption: 0/2 nodes are available")
    assert facts.refused in [event.words for event in facts.events]
    placed = next(iter(run.cluster.store.on_node["node-1"].values())).metadata.name
    assert inspector(picture(run, RUNNING), run, placed).facts.refused == ""


def test_in_the_middle_of_a_rollout_too(run):
    run.do(parse("cordon node-2"))
    run.do(parse("set image deployment/web web=web:2.0"))
    run.run(60_000)
    shown = picture(run, RUNNING)
    said = "0/2 nodes are available: 1 Too many pods, 1 node(s) were unschedulable."
    assert said in str(shown.parts["why"][1].text)
    assert said in str(next(strip for strip in shown.strips if strip.target).foot)


def test_when_there_is_a_place_nobody_is_refused_any_more(run):
    run.do(parse("scale deployment/web --replicas=4"))
    run.run(30_000)
    assert waiting(run.cluster.store) == [] and refusals(run.cluster.store.list("Pod")) == []
    assert "node" not in str(picture(run, RUNNING).strips[0].foot)


def test_the_sentence_ends_where_preemption_begins():
    assert sentence(f"{FULL} no new claims to deallocate, preemption: 0/2 nodes are available: 2 No preemption victims found.") == FULL
    assert sentence("no nodes available to schedule pods") == "no nodes available to schedule pods."
