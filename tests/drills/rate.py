"""The pace of the whole fleet: two workers at a setting of 30 messages a second, for a minute.

Run as: python -m tests.drills.rate [--seconds 60] [--per-second 30] [--workers 2]. Moments are those at which the
stand-in got each message.
"""

import asyncio
import json
from argparse import ArgumentParser

from tests.drills.province import most_in_a_second, open_chats, open_province
from tests.standins.telegram_api import TelegramApi


async def keep_pace(seconds: float, per_second: float, workers: int, url: str | None = None) -> dict[str, object]:
    """The average and the most in any sliding second over so long, from the first message on."""
    people = int((seconds + 2) * per_second)
    async with TelegramApi() as api, open_province(people, url) as province:
        open_chats(api, people)
        starting = [province.start_worker(api, per_second=per_second) for _each in range(workers)]
        started = await asyncio.gather(*starting)
        await province.tell_everybody()
        await api.wait_for(lambda: len(api.arrivals) >= people, seconds + 60)
        await province.wait_until_ended(30)
        first = api.arrivals[0].at
        moments = [one.at for one in api.arrivals if one.at < first + seconds]
        by_worker = await province.count_by_worker()
        return {
            "average": round(len(moments) / seconds, 2),
            "most_in_a_second": most_in_a_second(moments),
            "shares": [by_worker.get(one.pid, 0) for one in started],
            "delivered": (await province.states())["delivered"],
            "people": people,
        }


def main() -> None:
    """Print the figures."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=float, default=60)
    words.add_argument("--per-second", type=float, default=30)
    words.add_argument("--workers", type=int, default=2)
    asked = words.parse_args()
    print(json.dumps(asyncio.run(keep_pace(asked.seconds, asked.per_second, asked.workers))))


if __name__ == "__main__":
    main()
