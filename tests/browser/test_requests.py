"""Requests on the desk: rates, dots and bars that tell the truth, and how many were lost."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.still


def test_requests_are_counted_and_drawn_and_none_is_lost_by_a_careful_rollout(server, open_page):
    desk = server.make_desk("fade")
    desk.do("# web: 0 requests/s")
    desk.clock(advance=20, paused=True)
    desk.do("# web: 420 requests/s")
    desk.clock(advance=10)
    desk.do("kubectl set image deployment/web web=web:2.0")
    desk.clock(advance=6)
    page = open_page(f"{server.url}/d/{desk.desk}")
    heard = page.locator("#heard")
    expect(heard.locator("[data-n=sent]")).to_have_text("6\u202f720")
    expect(heard.locator("[data-n=rps]")).to_have_text("420")
    expect(page.locator("#reqplot [data-n=rps]")).to_have_text("420")
    shares = [int(word.removesuffix("/s")) for word in page.locator("#strips [data-n=pace]").all_inner_texts() if word]
    lost = int(heard.locator("[data-n=lost]").inner_text())
    assert 420 - lost <= sum(shares) <= 420
    assert page.locator("#cables .dots").count() == sum(share > 0 for share in shares)
    assert page.locator("#reqs path").count() >= 1
    assert int(heard.locator("[data-n=p50]").inner_text()) < int(heard.locator("[data-n=p95]").inner_text())


def scaled_down(server, open_page, rate: int, replicas: int):
    """A page of ten pods that became fewer all at once, with this many requests a second."""
    desk = server.make_desk("fade")
    desk.clock(advance=20, paused=True)
    desk.do(f"# web: {rate} requests/s")
    desk.do(f"kubectl scale deployment/web --replicas={replicas}")
    desk.clock(advance=20)
    return open_page(f"{server.url}/d/{desk.desk}")


def test_a_gap_is_drawn_as_loss(server, open_page):
    page = scaled_down(server, open_page, 100, 0)
    expect(page.locator('#heard [data-k="lost"]')).to_have_attribute("data-some", "")
    assert page.locator('#reqs path[data-hue="f"]').count() == 1
    assert page.locator("#cables .dots").count() == 0


def test_the_log_says_which_pods_lost_requests_and_why(server, open_page):
    page = scaled_down(server, open_page, 2000, 3)
    line = page.locator("#log li", has_text="it was told to stop and the proxies still sent to it")
    assert "refused by v1" in line.first.text_content()
