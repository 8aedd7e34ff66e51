"""Files of official documents and their text. A file may come from anybody: everything here is bounded."""
