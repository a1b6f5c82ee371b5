"""The retouch engine's network: its model folder, its arrays, and the choice of what runs it."""
