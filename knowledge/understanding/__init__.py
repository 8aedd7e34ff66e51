"""Understanding what an official asks: things named by tables, intents learned from example questions."""
