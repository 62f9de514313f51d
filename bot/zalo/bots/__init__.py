"""The door of the Zalo Bot Platform: bots of at most fifty people each, who answer by typing."""
