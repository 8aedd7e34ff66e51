"""The doors: terminal, web chat, Telegram, command line. They bring questions in and render replies; they decide nothing."""
