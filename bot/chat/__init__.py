"""The conversation: what people and groups tell the bot, and what it answers."""
