"""What people send is fetched from public hosts only, and no more of it than was asked for."""

import asyncio
import gzip

import pytest
from aiohttp import web

from bot.on_zalo.fetching import Fetching
from handlers.asking import FileGoneError, FileTooBigError

INNER = {
    "plain http": "http://203.0.113.5/a.jpg",
    "this machine": "https://127.0.0.1/a.jpg",
    "this machine by name": "https://localhost/a.jpg",
    "this machine, new style": "https://[::1]/a.jpg",
    "this machine, in disguise": "https://[::ffff:127.0.0.1]/a.jpg",
    "this machine, in the oldest disguise": "https://[::7f00:1]/a.jpg",
    "this machine, behind a translator": "https://[64:ff9b::7f00:1]/a.jpg",
    "our network": "https://10.1.2.3/a.jpg",
    "the cloud's own information": "https://169.254.169.254/latest/meta-data/",
    "nowhere": "https://0.0.0.0/a.jpg",
    "with a name and password": "https://a:b@8.8.8.8/a.jpg",
}


@pytest.fixture
async def cdn():
    """Things that lie on a server of the platform's own origin."""

    async def small(_request):
        return web.Response(body=b"12345")

    async def big(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for _part in range(100):
            await response.write(b"x" * 1000)
        return response

    async def packed(request):
        assert request.headers["Accept-Encoding"] == "identity"
        content = gzip.compress(b"x" * 1000)
        return web.Response(body=content, headers={"Content-Encoding": request.query["how"]})

    async def lead(request):
        raise web.HTTPFound(request.query["to"])

    app = web.Application()
    app.router.add_get("/a.jpg", small)
    app.router.add_get("/endless", big)
    app.router.add_get("/packed", packed)
    app.router.add_get("/lead", lead)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize("url", INNER.values(), ids=INNER)
async def test_nothing_is_fetched_from_where_no_public_host_is(url):
    file = Fetching(seconds=2).file_at(url)
    with pytest.raises(FileGoneError) as gone:
        await file.fetch(100)
    assert url not in repr(gone.value) + repr(gone.value.__context__)


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "ftp://a.vn/b", "https://[", "x" * 5000, "javascript:1"])
def test_what_is_no_address_is_no_file(url):
    assert Fetching().file_at(url) is None


async def test_file_is_fetched_from_the_platforms_own_origin(cdn):
    fetching = Fetching(own=f"{cdn}/openapi")
    assert await fetching.file_at(f"{cdn}/a.jpg").fetch(5) == b"12345"
    assert await fetching.file_at(f"{cdn}/lead?to=/a.jpg").fetch(5) == b"12345"
    for url in (f"{cdn}/none.jpg", f"{cdn}/lead?to=/lead?to=/lead"):
        with pytest.raises(FileGoneError):
            await fetching.file_at(url).fetch(5)


@pytest.mark.parametrize("inside", ["https://10.1.2.3/a.jpg", "https://169.254.169.254/latest/meta-data/"])
async def test_a_redirect_that_leads_inside_is_not_followed(cdn, inside):
    with pytest.raises(FileGoneError):  # to speak to it would be refused as leaving the machine, which is no such error
        await Fetching(own=cdn, seconds=2).file_at(f"{cdn}/lead?to={inside}").fetch(5)


@pytest.mark.parametrize(("path", "most"), [("/a.jpg", 4), ("/endless", 5000)])
async def test_reading_stops_where_a_file_is_larger_than_wanted(cdn, path, most):
    with pytest.raises(FileTooBigError):
        await Fetching(own=cdn).file_at(cdn + path).fetch(most)


@pytest.mark.parametrize("how", ["gzip", "gzip, gzip", "deflate", "br", "GZIP"])
async def test_what_is_packed_is_not_unpacked(cdn, how):
    with pytest.raises(FileGoneError, match="packed"):
        await Fetching(own=cdn).file_at(f"{cdn}/packed?how={how}").fetch(100_000)


async def test_what_says_that_it_is_not_packed_is_fetched(cdn):
    assert gzip.decompress(await Fetching(own=cdn).file_at(f"{cdn}/packed?how=identity").fetch(100)) == b"x" * 1000


def test_name_and_type_are_what_is_said_of_a_file():
    fetching = Fetching()
    said = fetching.file_at("https://a.zdn.vn/x/B%E1%BA%B1ng.pdf?sig=1")
    assert (said.name, said.declared_type, said.size) == ("Bằng.pdf", "application/pdf", None)
    said = fetching.file_at("https://a.zdn.vn/x/5a1c", usual="anh.jpg")
    assert (said.name, said.declared_type) == ("anh.jpg", "image/jpeg")
    said = fetching.file_at("https://a.zdn.vn/x/5a1c", name="don.docx", size=7, usual="tep")
    assert (said.name, said.size) == ("don.docx", 7)
    assert "zdn" not in repr(said)


@pytest.mark.parametrize(
    ("answers", "is_fetched_from"),
    [
        pytest.param(["8.8.8.8"], "https://8.8.8.8:443/a.jpg", id="what was looked up is what is spoken to"),
        pytest.param(["8.8.8.8", "10.0.0.1"], None, id="one of several leads inside"),
        pytest.param(["169.254.169.254"], None, id="the cloud's own information"),
    ],
)
async def test_a_name_that_changes_its_mind_leads_nowhere_new(answers, is_fetched_from, monkeypatch):
    asked = []

    async def look_up(host, port, **_how):
        asked.append(host)
        given = answers if len(asked) == 1 else ["10.0.0.9"]
        return [(2, 1, 6, "", (address, port)) for address in given]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
    fetching = Fetching()
    if is_fetched_from is None:
        with pytest.raises(FileGoneError):
            await fetching._aim("https://files.example/a.jpg")
        return
    target, headers, extensions = await fetching._aim("https://files.example/a.jpg")
    assert (target, headers) == (is_fetched_from, {"Host": "files.example"})
    assert extensions == {"sni_hostname": "files.example"}
    assert asked == ["files.example"], "asked once: the connection needs no second look"
