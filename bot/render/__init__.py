"""Setting items: from foreign HTML to messages that Telegram accepts. Pure."""
