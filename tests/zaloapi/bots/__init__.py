"""The Zalo Bot Platform as far as it is documented or was seen; what nobody has settled yet is a knob."""
