"""From the lanes to Telegram: one message at a time to each chat, and what became of it as a value."""
