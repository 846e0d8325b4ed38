"""Special points of a branch: user events, folds, branch points and the branches that cross there."""
