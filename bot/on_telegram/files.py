"""A photo or document that a visitor sends: what Telegram says of it, and the way to fetch it when that is wanted."""

import asyncio
from contextlib import aclosing
from dataclasses import replace

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import GetFile
from aiogram.types import Message
from aiohttp import ClientError

from bot.failures import ChannelRefusedError, DeliveryFailedError
from bot.on_telegram.connection import hand_over, name_reason
from bot.waiting import Pause
from handlers.asking import FileGoneError, FileTooBigError, IncomingFile

_SECONDS = 40  # to fetch ten megabytes over a slow line
_TOO_BIG = "file is too big"
_log = structlog.get_logger("bot.on_telegram")


def find_file(message: Message, bot: Bot, pause: Pause = asyncio.sleep) -> IncomingFile | None:
    """The file of a message; of a photo the largest size. None where there is none."""
    if message.photo:
        photo = max(message.photo, key=lambda one: one.width * one.height)
        found = _file(photo.file_id, "", "image/jpeg", photo.file_size, bot, pause)
        return replace(found, group=message.media_group_id or "", message=str(message.message_id))
    document = message.document
    if document is not None and message.animation is None:
        name, kind = document.file_name or "", document.mime_type or ""
        found = _file(document.file_id, name, kind, document.file_size, bot, pause)
        return replace(found, group=message.media_group_id or "", message=str(message.message_id))
    return None


def _file(file_id: str, name: str, kind: str, size: int | None, bot: Bot, pause: Pause) -> IncomingFile:
    async def fetch(most: int) -> bytes:
        return await _fetch(file_id, most, bot, pause)

    return IncomingFile(name=name, fetch=fetch, declared_type=kind, size=size)


async def _fetch(file_id: str, most: int, bot: Bot, pause: Pause) -> bytes:
    try:
        known = await hand_over(bot, GetFile(file_id=file_id), pause, is_repeatable=True)
    except TelegramBadRequest as refused:
        _log.info("telegram.file_refused", reason=name_reason(refused))
        raise (FileTooBigError if _TOO_BIG in refused.message else FileGoneError) from None
    except (DeliveryFailedError, ChannelRefusedError) as failed:
        _log.info("telegram.file_not_fetched", error=type(failed).__name__)
        raise FileGoneError from None
    if (known.file_size or 0) > most:
        raise FileTooBigError
    if known.file_path is None:
        raise FileGoneError
    address = bot.session.api.file_url(bot.token, known.file_path)
    content = bytearray()
    try:
        async with aclosing(bot.session.stream_content(address, timeout=_SECONDS)) as stream:
            async for chunk in stream:
                content += chunk
                if len(content) > most:
                    raise FileTooBigError
    except (ClientError, TimeoutError) as failed:  # their words hold the address, and so the token
        _log.info("telegram.file_not_fetched", error=type(failed).__name__)
        raise FileGoneError from None
    return bytes(content)
