"""Search over everything: outbox, indexer, query; knows no feature and one file knows the engine."""
