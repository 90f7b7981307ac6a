from hypothesis import given
from hypothesis import strategies as st

from rollviz.desk.delta import diff, merge

LEAVES = st.none().map(lambda _: "gone") | st.integers(-9, 9) | st.text("abc", max_size=3) | st.booleans()
TREES = st.recursive(LEAVES, lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=4), max_leaves=12)
ROOTS = st.dictionaries(st.sampled_from("abcd"), TREES, max_size=4)


@given(ROOTS, ROOTS)
def test_a_patch_makes_the_new_of_the_old(old, new):
    assert merge(old, diff(old, new)) == new


@given(ROOTS)
def test_what_is_equal_needs_no_patch(tree):
    assert diff(tree, tree) == {}


@given(ROOTS, ROOTS)
def test_merging_leaves_the_old_tree_alone(old, new):
    before = repr(old)
    merge(old, diff(old, new))
    assert repr(old) == before


def test_a_patch_holds_only_what_changed():
    assert diff({"a": {"x": 1, "y": 2}, "b": 3}, {"a": {"x": 1, "y": 5}, "c": 4}) == {"a": {"y": 5}, "b": None, "c": 4}
