import csv
import io
import json

from rollviz.export.rows import MOST_ROWS, Plan, rows
from rollviz.export.tables import csv_pieces, json_pieces
from simulation.commands import Apply
from simulation.controllers.deployment import util
from simulation.recording import Recording
from simulation.scenario import load
from tests.rollviz.export.runs import played, rolled_over, stuck


def plan(run) -> Plan:
    return Plan(run.scenario, run.seed, tuple(run.commands), run.now)


def told(run) -> list:
    return [row for row in rows(plan(run)) if row is not None]


def test_the_rows_of_an_object_lead_from_its_first_to_its_last_state():
    run = rolled_over()
    last: dict = {}
    for row in told(run):
        if row.what in ("replicas", "available", "state", "endpoints"):
            key = row.object, "state" if row.object.startswith("pod/") else row.what
            assert last.get(key, row.before) == row.before, row
            last[key] = row.after
        elif row.what == "created" and row.after != "":
            last[row.object, "state" if row.object.startswith("pod/") else "replicas"] = row.after
    store = run.cluster.store
    for rs in store.list("ReplicaSet"):
        assert last[f"replicaset/{rs.metadata.name}", "replicas"] == util.replicas_of(rs)
    assert last["deployment/web", "available"] == store.get("Deployment", "web").status.available_replicas
    assert last["service/web", "endpoints"] == 10


def test_a_row_says_who_and_why():
    found = told(stuck())
    command = next(row for row in found if row.what == "command")
    assert command[:6] == (20.0, "command", "", "", "", "you") and command.why == "kubectl set image deployment/web web=web:2.O"
    image = next(row for row in found if row.what == "image")
    assert image[2:6] == ("deployment/web", "web:1.0", "web:2.O", "you")
    shrunk = next(row for row in found if row.what == "replicas" and row.after == 8)
    assert shrunk.who == "deployment-controller"
    assert shrunk.why == "available old pods may go: available 10, min available 8, taken 0"
    assert sum(row.what == "state" and row.after == "pullerr" for row in found) == 5
    assert [row.time for row in found] == sorted(row.time for row in found)


def test_what_the_scenario_does_by_itself_is_told_once_and_as_its_own():
    run = Recording(load("blank"), 1)
    run.do(Apply("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: a}]}}"), "scenario")
    run.run(3000)
    assert [(row.what, row.who) for row in told(run) if row.who == "scenario"][4:] == [("command", "scenario"), ("created", "scenario")]


def test_csv_and_json_hold_the_same_rows():
    run = stuck()
    table = list(csv.reader(io.StringIO("".join(csv_pieces(plan(run))))))
    body = json.loads("".join(json_pieces(plan(run))))
    assert (body["scenario"], body["seed"], body["seconds"]) == ("Broken deploy", 4, 60.0)
    assert table[0] == ["time", "what", "object", "before", "after", "who", "why"] == list(body["changes"][0])
    assert [[str(cell) for cell in row.values()] for row in body["changes"]] == table[1:]
    assert len(table) > 100


def test_a_spreadsheet_has_nothing_to_work_out():
    run = played("fade", [(5000, "set image deployment/web 'web==1+1'")], 6000)
    cells = [cell for row in csv.reader(io.StringIO("".join(csv_pieces(plan(run))))) for cell in row]
    assert "'=1+1" in cells and not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_a_table_ends_where_it_is_too_long_and_says_so(monkeypatch):
    monkeypatch.setattr("rollviz.export.rows.MOST_ROWS", 50)
    found = told(stuck())
    assert len(found) <= 51 < MOST_ROWS and found[-1].what == "cut" and found[-1].time > 0
    assert found[-1].why == "this is as far as one file goes: 50 changes"
