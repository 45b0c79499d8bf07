"""newsrelay: each new item of the feeds a chat asked for, once, in order and well set."""
