"""Companies and their tree, who works there, who belongs with whom, whose customer somebody is."""
