"""Voices from other programs: sound over ZeroMQ, the times of visemes or phonemes, and what both do to a face."""
