"""LivePortrait's networks, written anew from their published description, so that checkpoints of others can be loaded.

Source: J. Guo et al., "LivePortrait: Efficient Portrait Animation with Stitching and Retargeting Control",
arXiv 2407.03168. Names of modules are those of the checkpoint files.
"""
