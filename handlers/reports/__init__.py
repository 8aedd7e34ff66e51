"""Reports: which rows each of them holds, decided from verdicts within the asker's scope. Doors write the files."""
