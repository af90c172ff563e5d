"""The lab's Marketplace: a catalogue that is generated from a seed, how it is read, and the terms of its plans."""
