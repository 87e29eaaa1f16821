"""From a question to rows: embedding, matching, the SQL guard and the reader."""
