"""Understanding what an official asks: folded Vietnamese, entities by tables, intents learned from example questions."""
