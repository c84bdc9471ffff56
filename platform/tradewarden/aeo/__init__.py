"""Evidence for customs and auditors: sealed audit chains, evidence packs, and their verification."""
