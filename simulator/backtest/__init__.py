"""The track record: what each method would have said in past years, scored on what happened."""
