"""The judgement: nouns, checks, score, decision and explanation. Pure; imports nothing of ours."""
