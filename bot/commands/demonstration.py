"""`demo`: the invented sample province, a short real conversation, then the web chat in which one chooses who one is."""

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.panel import Panel

from bot.commands.serving import serve_office
from bot.errors import InputError
from bot.loading import render_report
from bot.on_web.door import DemoPerson
from bot.render import render_text
from bot.settings import Settings
from bot.wiring import Office, open_office
from handlers.asking import Channel, Incoming
from handlers.phrases import _, mark
from knowledge.facts import PersonCode
