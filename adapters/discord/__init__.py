"""Discord as a platform, through discord.py."""
