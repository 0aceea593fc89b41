//! Clauses and sentences of Chinese prose.
