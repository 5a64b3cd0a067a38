"""Two who meet with the yes of both, and write to each other through the bot."""
