"""Language models and embeddings of others, over the network; no framework in here."""
