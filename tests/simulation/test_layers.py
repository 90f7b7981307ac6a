"""Layers do what a dict does that forgets a key before it is written again; copies live by themselves."""

import random

from simulation.layers import Layers


def test_layers_are_a_dict_in_the_order_of_the_last_write():
    draw = random.Random(1)
    pairs = [(Layers(), {})]
    for _ in range(20_000):
        layers, plain = draw.choice(pairs)
        key, act = draw.randrange(400), draw.random()
        if act < 0.6:
            layers[key] = act
            plain.pop(key, None)
            plain[key] = act
        elif act < 0.9:
            assert layers.pop(key) == plain.pop(key, None)
        elif act < 0.92:
            pairs = [*pairs[-5:], (layers.copy(), dict(plain))]
        else:
            assert (layers.get(key), key in layers, len(layers)) == (plain.get(key), key in plain, len(plain))
    for layers, plain in pairs:
        assert list(layers.items()) == list(plain.items())
        assert list(layers.values()) == list(plain.values())
        assert list(layers.newest()) == list(reversed(plain.values()))


def test_a_copy_takes_no_more_than_what_was_written_since():
    layers = Layers()
    for key in range(10_000):
        layers[key] = key
    copies = []
    for key in range(1000):
        layers[key] = -1
        copies.append(layers.copy())
    assert len({id(copy._base) for copy in copies}) <= 3
