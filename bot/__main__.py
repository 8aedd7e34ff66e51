"""`python -m bot` is `nhacchuan`."""

from bot.command_line import main

main()
