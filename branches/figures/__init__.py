"""Pictures of branches, diagrams, landscapes and loci, with matplotlib."""
