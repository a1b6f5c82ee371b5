"""How well lips follow a voice: recordings whose mouth is known, the ways that hear them, and figures."""
