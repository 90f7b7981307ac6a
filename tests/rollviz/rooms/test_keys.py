import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from rollviz.rooms.keys import ALPHABET, KEY_BYTES, grant, hash_key, is_presenter, make_desk_id, make_key, opens
from rollviz.rooms.models import Desk


@pytest.fixture
def key():
    return make_key()


@pytest.fixture
def desk(key):
    return Desk(id=make_desk_id(), key_hash=hash_key(key))


def request_with(cookies: dict[str, str]):
    request = RequestFactory().get("/")
    request.COOKIES.update(cookies)
    return request


def cookies_granted(desk, key) -> dict[str, str]:
    response = HttpResponse()
    grant(response, desk, key)
    return {name: morsel.value for name, morsel in response.cookies.items()}


def test_keys_and_names_cannot_be_guessed():
    assert len(ALPHABET) ** len(make_desk_id()) > 2**49
    assert KEY_BYTES * 8 >= 128
    assert len({make_key() for _ in range(100)} | {make_desk_id() for _ in range(100)}) == 200


def test_only_its_own_key_opens_a_desk(desk, key):
    assert opens(desk, key)
    assert not opens(desk, make_key())
    assert not opens(desk, "")
    assert not opens(desk, "ключ")
    assert key not in desk.key_hash


def test_who_was_granted_a_desk_presents_it_and_no_other(desk, key):
    cookies = cookies_granted(desk, key)
    assert is_presenter(request_with(cookies), desk)
    assert not is_presenter(request_with({}), desk)
    assert not is_presenter(request_with(cookies), Desk(id=make_desk_id(), key_hash=hash_key(make_key())))


def test_a_cookie_that_was_tampered_with_is_worth_nothing(desk, key):
    ((name, value),) = cookies_granted(desk, key).items()
    assert not is_presenter(request_with({name: key}), desk)
    assert not is_presenter(request_with({name: value[:-1] + ("a" if value[-1] != "a" else "b")}), desk)


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(desk, key):
    response = HttpResponse()
    grant(response, desk, key)
    (cookie,) = response.cookies.values()
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == f"/d/{desk.id}"
