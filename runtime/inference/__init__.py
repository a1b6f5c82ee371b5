"""The engines' networks: their files, their arrays, and the choice of what runs them."""
