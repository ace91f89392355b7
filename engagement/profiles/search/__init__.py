"""Find people: by name, any address, company, tag and by what they said; misspelt ones too."""
