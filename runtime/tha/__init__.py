"""THA4 students (Talking Head Anime 4): their 45 parameters, their weights, and the graphs that draw them."""
