"""Search in the texts of an edition: the index, the language of queries, and answers. SQLite is imported with the first query."""
