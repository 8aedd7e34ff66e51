"""The commands of `nhacchuan`, one module per subject; the words of the command line are in `bot.command_line`."""
