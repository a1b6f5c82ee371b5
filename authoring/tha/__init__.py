"""THA4 characters -> avatars."""
