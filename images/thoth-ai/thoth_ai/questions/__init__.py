"""From a question to rows: the glue between the answering core and the stored knowledge."""
