"""The tracker's training: labelled faces from the studio, crops that are disturbed at random, and the loop."""
