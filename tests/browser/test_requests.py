"""Requests on the desk: rates, dots and bars that tell the truth, and how many were lost."""

from playwright.sync_api import expect


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


def test_a_gap_is_drawn_as_loss(server, open_page):
    desk = server.make_desk("fade")
    desk.clock(advance=20, paused=True)
    desk.do("# web: 100 requests/s")
    desk.do("kubectl scale deployment/web --replicas=0")
    desk.clock(advance=20)
    page = open_page(f"{server.url}/d/{desk.desk}")
    expect(page.locator('#heard [data-k="lost"]')).to_have_attribute("data-some", "")
    assert page.locator('#reqs path[data-hue="f"]').count() == 1
    assert page.locator("#cables .dots").count() == 0


def test_the_log_says_which_pods_lost_requests_and_why(server, open_page):
    desk = server.make_desk("fade")
    desk.clock(advance=20, paused=True)
    desk.do("# web: 2000 requests/s")
    desk.do("kubectl scale deployment/web --replicas=3")
    desk.clock(advance=20)
    page = open_page(f"{server.url}/d/{desk.desk}")
    line = page.locator("#log li", has_text="it was told to stop and the proxies still sent to it")
    assert "refused by v1" in line.first.text_content()
