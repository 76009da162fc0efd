"""What several of the addons share."""
