"""Letters arrive once: what cannot have gone out is tried again, what may have gone out never is; each end is kept."""

import asyncio
from dataclasses import replace

import pytest

from bot.failures import ChannelRefusedError, NotSentError, RefusedError, UnclearError
from bot.letters import Carried, Errand, NobodyThereError, Postman
from bot.on_telegram.letters import TelegramCarrier
from bot.on_web.letters import WebCarrier
from bot.on_web.present import Present
from bot.refusals import PASSING
from handlers.asking import Choice
from handlers.reply import Reply
from tests.bot.on_telegram.door import KnownReach, Pauses
from tests.bot.on_web.scripted import hear, opened
from tests.standins.telegram_api import TelegramApi, faults

ANSWERED = Reply("Câu hỏi C2C2C2 của đồng chí đã có trả lời.", choices=(Choice("Xem trả lời", "inquiry", "C2C2C2"),))


class FakeMail:
    """Letters of one channel; a round takes each at most once, as those put off are due only later."""

    def __init__(self, *waiting: Errand) -> None:
        self.waiting = list(waiting)
        self.ended: dict[int, tuple[str, str]] = {}
        self.put_back: list[tuple[int, float, str, bool]] = []
        self.reminded = 0

    async def remind(self) -> int:
        self.reminded += 1
        return 0

    async def begin(self, channel, addresses):
        del channel
        for one in self.waiting:
            if addresses is None or one.address in addresses:
                self.waiting.remove(one)
                return one
        return None

    async def finish(self, errand, ended, reason=""):
        self.ended[errand.id] = (ended, reason)

    async def put_off(self, errand, seconds, reason, *, is_try=True):
        self.put_back.append((errand.id, seconds, reason, is_try))


class ScriptedCarrier:
    """Brings letters as the script says, one outcome after another."""

    channel = "telegram"

    def __init__(self, *outcomes: Exception | None) -> None:
        self.outcomes = list(outcomes)
        self.brought: list[int] = []
        self.is_closed = False

    def list_present(self):
        return None

    async def carry(self, errand):
        self.brought.append(errand.id)
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is not None:
            raise outcome

    async def close(self):
        self.is_closed = True


def letter(number: int, address: str = "1", tries: int = 1) -> Errand:
    return Errand(number, address, ANSWERED, tries)


@pytest.mark.parametrize(
    ("outcome", "ended"),
    [
        (None, (Carried.DELIVERED, "")),
        (RefusedError("x", code="blocked"), (Carried.REFUSED, "blocked")),
        (UnclearError("x", code="lost"), (Carried.UNCLEAR, "lost")),
        (ValueError("a defect"), (Carried.UNCLEAR, "ValueError")),
    ],
    ids=["delivered", "refused", "its answer lost", "a defect of ours"],
)
async def test_each_end_is_written_down_and_the_next_letter_follows(outcome, ended):
    mail, carrier = FakeMail(letter(1), letter(2)), ScriptedCarrier(outcome)
    await Postman(mail, [carrier]).go_round()
    assert mail.ended == {1: ended, 2: (Carried.DELIVERED, "")}
    assert carrier.brought == [1, 2]


@pytest.mark.parametrize(
    ("failed", "tries", "put_back"),
    [
        (NotSentError("x", code="429", wait=90), 1, (1, 90, "429", True)),
        (NotSentError("x", code="429"), 1, (1, 30, "429", True)),
        (NotSentError("x", code="429"), 3, (1, 120, "429", True)),
        (NotSentError("x", code="429"), 40, (1, 3600, "429", True)),
        (ChannelRefusedError("x"), 1, (1, 300, "channel_refused", False)),
    ],
    ids=["asked to wait", "the first time", "longer each time", "never longer than an hour", "token refused"],
)
async def test_what_did_not_go_out_waits_and_the_channel_is_left_alone(failed, tries, put_back):
    mail, carrier = FakeMail(letter(1, tries=tries), letter(2)), ScriptedCarrier(failed)
    await Postman(mail, [carrier]).go_round()
    assert mail.put_back == [put_back]
    assert carrier.brought == [1]
    assert not mail.ended


async def test_a_letter_that_never_goes_out_is_given_up_in_the_end():
    mail = FakeMail(letter(1, tries=100))
    await Postman(mail, [ScriptedCarrier(NotSentError("x", code="429"))]).go_round()
    assert mail.ended == {1: (Carried.REFUSED, "given_up")}


@pytest.mark.parametrize("code", sorted(PASSING))
async def test_what_holds_until_it_is_mended_waits_for_that_but_not_for_ever(code):
    old = replace(letter(2), is_old=True)
    mail, carrier = FakeMail(letter(1), old, letter(3)), ScriptedCarrier(*[RefusedError("x", code=code)] * 2)
    await Postman(mail, [carrier]).go_round()
    assert mail.put_back == [(1, 3600, code, False)]
    assert mail.ended == {2: (Carried.REFUSED, code), 3: (Carried.DELIVERED, "")}


async def test_nobody_there_is_no_try():
    mail = FakeMail(letter(1))
    await Postman(mail, [ScriptedCarrier(NobodyThereError("x", code="nobody_there"))], every=2.0).go_round()
    assert mail.put_back == [(1, 2.0, "nobody_there", False)]


async def test_mail_that_cannot_be_reached_ends_nothing():
    class BrokenMail(FakeMail):
        async def remind(self):
            raise OSError("no database")

        async def begin(self, channel, addresses):
            raise OSError("no database")

    stop, carrier = asyncio.Event(), ScriptedCarrier()
    postman = Postman(BrokenMail(), [carrier], every=0.01)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(postman.run(stop))
        await asyncio.sleep(0)
        stop.set()
    assert running.done()
    assert carrier.is_closed


# --- Telegram


@pytest.fixture
async def api():
    async with TelegramApi() as opened_api:
        yield opened_api


@pytest.fixture
async def telegram(api):
    reach = KnownReach()
    carrier = TelegramCarrier(api.token, api.base, str, reach=reach, pause=Pauses())
    yield carrier, reach
    await carrier.close()


async def bring(carrier, address, tries=1):
    mail = FakeMail(letter(1, str(address), tries))
    await Postman(mail, [carrier]).go_round()
    return mail


async def test_a_letter_comes_with_few_words_and_a_button(api, telegram):
    visitor = api.visitor("Lan")
    visitor.says("/start")
    mail = await bring(telegram[0], visitor.id)
    assert await visitor.reads() == ANSWERED.title
    assert visitor.buttons() == ["Xem trả lời"]
    assert mail.ended == {1: (Carried.DELIVERED, "")}
    api.ensure_clean()


@pytest.mark.parametrize(
    ("fault", "ended"),
    [
        (faults.blocked(), Carried.REFUSED),
        (faults.bad_request("chat not found"), Carried.REFUSED),
        (faults.lost_answer(), Carried.UNCLEAR),
        (faults.lost_answer(dropped=True), Carried.UNCLEAR),
        (faults.lost_request(), Carried.UNCLEAR),
        (faults.malformed(), Carried.UNCLEAR),
    ],
    ids=["blocked", "chat gone", "502 after it was sent", "cut after it was sent", "cut before", "not JSON"],
)
async def test_every_fault_of_telegram_has_its_end_and_nothing_comes_twice(api, telegram, fault, ended):
    visitor = api.visitor("Lan")
    visitor.says("/start")
    api.fail_next("sendMessage", fault)
    mail = await bring(telegram[0], visitor.id)
    assert mail.ended[1][0] is ended
    assert len(api.calls_of("sendMessage")) == 1
    assert (telegram[1].is_reachable == {str(visitor.id): False}) is (ended is Carried.REFUSED)


async def test_a_letter_is_unclear_when_telegram_takes_it_and_does_not_answer_in_time(api):
    visitor, never = api.visitor("Lan"), asyncio.Event()
    visitor.says("/start")
    carrier = TelegramCarrier(api.token, api.base, str, pause=Pauses(), seconds=0.2)
    api.fail_next("sendMessage", faults.held(never))
    mail = await bring(carrier, visitor.id)
    assert mail.ended == {1: (Carried.UNCLEAR, "TelegramNetworkError")}
    assert len(api.calls_of("sendMessage")) == 1
    never.set()
    await carrier.close()


async def test_telegram_is_left_alone_for_as_long_as_it_asks(api, telegram):
    visitor = api.visitor("Lan")
    visitor.says("/start")
    api.fail_next("sendMessage", faults.too_many_requests(47))
    mail = await bring(telegram[0], visitor.id)
    assert mail.put_back == [(1, 47.0, "TelegramRetryAfter", True)]
    assert not mail.ended


async def test_letters_wait_when_the_token_is_refused(api, telegram):
    api.fail_next("sendMessage", faults.unauthorized())
    mail = await bring(telegram[0], 1)
    assert mail.put_back == [(1, 300.0, "channel_refused", False)]


async def test_letters_wait_when_telegram_cannot_be_reached(telegram, api):
    await api.stop()
    mail = await bring(telegram[0], 1)
    assert mail.put_back == [(1, 30.0, "NeverConnectedError", True)]


# --- the web


async def test_a_letter_is_shown_in_every_open_tab_of_its_reader():
    present = Present()
    async with opened(present=present) as door, door.chat() as one, door.chat() as other:
        (visitor,) = present.list_visitors()
        mail = await bring(WebCarrier(present, str), visitor)
        for line in (one, other):
            heard = await hear(line)
            assert (heard["type"], heard["to"], heard["title"]) == ("reply", None, ANSWERED.title)
            assert heard["choices"] == [{"label": "Xem trả lời", "token": "inquiry|C2C2C2"}]
        assert mail.ended == {1: (Carried.DELIVERED, "")}


async def test_a_letter_waits_for_a_visitor_who_is_away_and_comes_with_the_next_visit():
    present = Present()
    carrier, mail = WebCarrier(present, str), FakeMail()
    async with opened(present=present) as door:
        async with door.chat():
            (visitor,) = present.list_visitors()
        mail.waiting = [letter(1, visitor)]
        await Postman(mail, [carrier]).go_round()
        assert not mail.ended
        async with door.chat() as line:
            await Postman(mail, [carrier]).go_round()
            assert (await hear(line))["title"] == ANSWERED.title


async def test_another_visitor_hears_nothing():
    present = Present()
    mail = FakeMail(letter(1, "somebody else"))
    async with opened(present=present) as door, door.chat() as line:
        await Postman(mail, [WebCarrier(present, str)]).go_round()
        await line.send_json({"type": "ping"})
        assert (await hear(line))["type"] == "pong"
    assert mail.waiting


async def test_in_the_demonstration_a_letter_waits_until_its_reader_is_played():
    class Tab:
        locale = "vi"
        closed = False

        def __init__(self) -> None:
            self.shown: list[dict] = []

        async def push(self, message):
            self.shown.append(message)
            return True

    present, tab = Present(), Tab()
    carrier = WebCarrier(present, str, is_demonstration=True)
    for_cb001 = replace(letter(1, "v"), person="CB001")
    present.note("v", tab, "CB002")
    mail = FakeMail(for_cb001)
    await Postman(mail, [carrier]).go_round()
    assert not tab.shown
    present.note("v", tab, "CB001")
    await carrier.carry(for_cb001)
    assert tab.shown
