"""The doors: terminal, web chat, Telegram, command line. They bring questions in, render replies, decide nothing."""
