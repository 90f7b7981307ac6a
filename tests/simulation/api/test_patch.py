import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.api.patch import PatchError, go_map, json_patch, merge, strategic, three_way

LIVE = {
    "metadata": {"name": "web", "labels": {"app": "web"}, "annotations": {"a": "1"}},
    "spec": {
        "replicas": 3,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
        "template": {"spec": {"containers": [{"name": "web", "image": "web:1.0", "args": ["a"]}, {"name": "log", "image": "log:1"}]}},
    },
}


def containers(patched):
    return patched["spec"]["template"]["spec"]["containers"]


def patch_containers(*items, **more):
    return strategic("Deployment", LIVE, {"spec": {"template": {"spec": {"containers": list(items), **more}}}})


def test_a_strategic_merge_meets_containers_by_name():
    patched = patch_containers({"name": "web", "image": "web:2.0"}, {"name": "new", "image": "new:1"})
    assert containers(patched) == [
        {"name": "web", "image": "web:2.0", "args": ["a"]},
        {"name": "log", "image": "log:1"},
        {"name": "new", "image": "new:1"},
    ]


def test_a_strategic_merge_can_delete_and_replace():
    assert [c["name"] for c in containers(patch_containers({"name": "web", "$patch": "delete"}))] == ["log"]
    assert containers(patch_containers({"$patch": "replace"}, {"name": "x"})) == [{"name": "x"}]
    assert strategic("Deployment", LIVE, {"metadata": {"labels": {"$patch": "replace", "x": "y"}}})["metadata"]["labels"] == {"x": "y"}
    assert strategic("Deployment", LIVE, {"metadata": {"labels": {"app": None}}})["metadata"]["labels"] == {}


def test_a_strategic_merge_keeps_the_order_it_is_told():
    ordered = patch_containers({"name": "web", "image": "web:2.0"}, **{"$setElementOrder/containers": [{"name": "log"}, {"name": "web"}]})
    assert [c["name"] for c in containers(ordered)] == ["log", "web"]


def test_a_strategic_merge_drops_what_is_not_retained_and_primitives_by_value():
    patched = strategic("Deployment", LIVE, {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}})
    assert patched["spec"]["strategy"] == {"type": "Recreate"}
    live = {"metadata": {"finalizers": ["a", "b"]}}
    assert strategic("Deployment", live, {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a"]}})["metadata"]["finalizers"] == ["b"]
    assert strategic("Deployment", live, {"metadata": {"finalizers": ["b", "c"]}})["metadata"]["finalizers"] == ["a", "b", "c"]


def test_a_list_without_a_merge_key_is_replaced():
    assert containers(patch_containers({"name": "web", "args": ["b"]}))[0]["args"] == ["b"]


def test_service_ports_merge_by_port_and_not_by_container_port():
    live = {"spec": {"ports": [{"port": 80, "targetPort": 80}]}}
    patched = strategic("Service", live, {"spec": {"ports": [{"port": 80, "targetPort": 8080}, {"port": 81}]}})
    assert patched["spec"]["ports"] == [{"port": 80, "targetPort": 8080}, {"port": 81}]


@pytest.mark.parametrize("bad", [["x"], [{"image": "x"}], [5], [[]]])
def test_an_item_without_its_merge_key_is_refused(bad):
    with pytest.raises(PatchError, match="does not contain declared merge key: name"):
        patch_containers(*bad)


def test_a_json_merge_replaces_lists_and_null_removes():
    assert merge(LIVE, {"metadata": {"labels": {"app": None, "x": "y"}}})["metadata"]["labels"] == {"x": "y"}
    assert containers(merge(LIVE, {"spec": {"template": {"spec": {"containers": [{"name": "x"}]}}}})) == [{"name": "x"}]


RFC_6902 = [
    ({"foo": "bar"}, {"op": "add", "path": "/baz", "value": "qux"}, {"foo": "bar", "baz": "qux"}),
    ({"foo": ["a", "b"]}, {"op": "add", "path": "/foo/1", "value": "x"}, {"foo": ["a", "x", "b"]}),
    ({"foo": ["a"]}, {"op": "add", "path": "/foo/-", "value": ["x"]}, {"foo": ["a", ["x"]]}),
    ({"foo": 1, "baz": 2}, {"op": "remove", "path": "/baz"}, {"foo": 1}),
    ({"foo": ["a", "b", "c"]}, {"op": "remove", "path": "/foo/1"}, {"foo": ["a", "c"]}),
    ({"foo": 1}, {"op": "replace", "path": "/foo", "value": None}, {"foo": None}),
    ({"a": {"b": 1}, "c": {}}, {"op": "move", "from": "/a/b", "path": "/c/d"}, {"a": {}, "c": {"d": 1}}),
    ({"a": [1, 2]}, {"op": "copy", "from": "/a/0", "path": "/a/-"}, {"a": [1, 2, 1]}),
    ({"a/b": 1, "m~n": 2}, {"op": "replace", "path": "/a~1b", "value": 3}, {"a/b": 3, "m~n": 2}),
    ({"m~n": 2}, {"op": "test", "path": "/m~0n", "value": 2}, {"m~n": 2}),
]


@pytest.mark.parametrize(("before", "operation", "after"), RFC_6902)
def test_a_json_patch_does_what_rfc_6902_says(before, operation, after):
    assert json_patch(before, [operation]) == after


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "/nope", "value": 1},
        {"op": "remove", "path": "/list/9"},
        {"op": "remove", "path": ""},
        {"op": "add", "path": "/list/07777777777777777", "value": 1},
        {"op": "add", "path": "list", "value": 1},
        {"op": "add", "path": "/deep/er/est", "value": 1},
        {"op": "test", "path": "/list", "value": []},
        {"op": "add", "path": "/x"},
        {"op": "jump", "path": "/list"},
        {"op": "move", "from": "/list", "path": "/list/0"},
        {"path": 5},
        "remove",
    ],
)
def test_an_operation_that_cannot_be_done_is_refused(operation):
    with pytest.raises(PatchError):
        json_patch({"list": [1], "deep": {}}, [operation])


def test_apply_changes_what_is_said_removes_what_was_said_and_keeps_the_rest():
    last = {"metadata": {"labels": {"app": "web", "gone": "1"}}, "spec": {"replicas": 3, "minReadySeconds": 5}}
    live = {
        "metadata": {"labels": {"app": "web", "gone": "1", "theirs": "2"}},
        "spec": {"replicas": 9, "minReadySeconds": 5, "paused": True},
    }
    new = {"metadata": {"labels": {"app": "web"}}, "spec": {"replicas": 4}}
    assert three_way("Deployment", last, new, live) == {
        "metadata": {"labels": {"app": "web", "theirs": "2"}},
        "spec": {"replicas": 4, "paused": True},
    }


def test_apply_takes_away_only_containers_that_it_once_added():
    def spec(*names):
        return {"spec": {"template": {"spec": {"containers": [{"name": name, "image": f"{name}:1"} for name in names]}}}}

    merged = three_way("Deployment", spec("web", "old"), spec("web"), spec("web", "old", "injected"))
    assert [c["name"] for c in containers(merged)] == ["web", "injected"]


def test_apply_that_forgets_a_list_takes_away_only_its_own_items():
    last = {"spec": {"volumes": [{"name": "mine"}], "hostname": "x"}}
    live = {"spec": {"volumes": [{"name": "mine"}, {"name": "injected"}], "hostname": "x"}}
    assert three_way("Pod", last, {"spec": {}}, live) == {"spec": {"volumes": [{"name": "injected"}]}}


def test_apply_can_turn_a_rolling_update_into_recreate():
    strategy = LIVE["spec"]["strategy"]
    for last in ({"spec": {"strategy": strategy}}, {}):
        merged = three_way("Deployment", last, {"spec": {"strategy": {"type": "Recreate"}}}, LIVE)
        assert merged["spec"]["strategy"] == {"type": "Recreate"}
    same = three_way("Deployment", {}, {"spec": {"strategy": {"type": "RollingUpdate"}}}, LIVE)
    assert same["spec"]["strategy"] == strategy


def test_a_decoded_value_prints_as_go_prints_maps():
    assert go_map({"spec": {"replicas": "x", "a": [1, None, True]}}) == "map[spec:map[a:[1 <nil> true] replicas:x]]"


scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["web", "x", "delete", "replace", "merge"])
names = st.sampled_from(
    [
        "spec",
        "metadata",
        "labels",
        "finalizers",
        "template",
        "containers",
        "name",
        "strategy",
        "ports",
        "$patch",
        "$retainKeys",
        "$setElementOrder/containers",
        "$deleteFromPrimitiveList/finalizers",
        "x",
    ]
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=15)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(names, values, max_size=4))
def test_no_patch_does_anything_but_patch_or_refuse_and_what_is_patched_stays_as_it_was(patch):
    before = copy.deepcopy(LIVE)
    for how in (lambda: strategic("Deployment", LIVE, patch), lambda: merge(LIVE, patch), lambda: json_patch(LIVE, [patch])):
        try:
            how()
        except PatchError:
            continue
    assert before == LIVE
